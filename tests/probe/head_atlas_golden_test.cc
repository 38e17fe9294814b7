// Surfaces, distances and trees on given attention maps against a reading in Python, and the map
// and clusters of given distances against scikit-learn and SciPy:
// tests/goldens/make_head_atlas_goldens.py.
#include <fstream>
#include <nlohmann/json.hpp>

#include "probe/head_atlas_probe.h"
#include "probe/head_clusters.h"
#include "probe/multidimensional_scaling.h"
#include "probe/spanning_tree.h"
#include "probe/symmetric_eigen.h"
#include "probe/tree_probe.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"

namespace headscope {
namespace {

constexpr double kTolerance = 1e-9;

nlohmann::json Golden() {
  std::ifstream file(GoldenPath("head_atlas_goldens.json"));
  return nlohmann::json::parse(file);
}

std::vector<double> Flat(const nlohmann::json& rows) {
  std::vector<double> values;
  for (const auto& row : rows) {
    for (const double value : row) values.push_back(value);
  }
  return values;
}

// The golden's sentences and patterns as a treebank and its source.
struct GoldenMaps {
  explicit GoldenMaps(const nlohmann::json& golden)
      : treebank(MakeTreebank({golden["sentences"].get<std::vector<std::string>>()})),
        names(NamesOf(treebank, treebank)),
        prepared(PrepareTreebank(treebank, names, EncodeParts, 64)),
        source(2, 2, 64,
               [patterns = golden["patterns"]](size_t head, size_t item, size_t from, size_t to) {
                 return static_cast<float>(patterns[item][head][from][to].get<double>());
               }) {}
  Treebank treebank;
  ProbeNames names;
  ProbeTreebank prepared;
  PlantedPatterns source;
};

HeadAtlas AtlasOf(GoldenMaps& maps, size_t threads) {
  ThreadPool pool(threads);
  const DependencyNulls nulls = CountNulls(maps.prepared, maps.names);
  const DependencyPass dev =
      ScoreTreebank(pool, maps.source, maps.prepared, maps.names, nullptr, nullptr);
  return ProbeHeadAtlas(pool, maps.source,
                        {maps.prepared, maps.prepared, maps.names, dev.counts, nulls, {}, 1, 1});
}

TEST_CASE("Surface statistics and distances are those of a reading in Python", "[probe]") {
  const auto golden = Golden();
  GoldenMaps maps(golden);
  const HeadAtlas atlas = AtlasOf(maps, 2);
  for (size_t head = 0; head < 4; ++head) {
    const auto& expected = golden["surfaces"][head];
    const SurfaceStatistics& surface = atlas.surface[head];
    INFO("head " << head);
    for (size_t k = 0; k < kNumSurfaces; ++k) {
      INFO(kSurfaceNames[k]);
      CHECK_THAT(surface.means[k].value,
                 WithinAbs(expected["means"][kSurfaceNames[k]].get<double>(), kTolerance));
    }
    CHECK(surface.position == expected["position"]);
    CHECK_THAT(surface.position_share.value,
               WithinAbs(expected["share"].get<double>(), kTolerance));
    CHECK(surface.position_share.n == expected["rows"]);
  }
  CHECK_THAT(atlas.uniform.At(Surface::kRelativeEntropy).value, WithinAbs(1.0, 1e-6));
  const auto distances = Flat(golden["distances"]);
  for (size_t k = 0; k < distances.size(); ++k) {
    CHECK_THAT(atlas.distances[k], WithinAbs(distances[k], 1e-7));  // of float rows
  }
  CHECK(atlas.distance_rows == golden["surfaces"][0]["rows"]);
  CHECK(atlas.kinds[1].positional);
  CHECK(atlas.kinds[1].name.rfind("positional +1", 0) == 0);
  CHECK(atlas.kinds[3].broad);
  CHECK_FALSE(atlas.kinds[0].positional);
}

TEST_CASE("UAS and UUAS of heads, layers and all heads are NetworkX's", "[probe]") {
  const auto golden = Golden();
  GoldenMaps maps(golden);
  ThreadPool pool(3);
  std::vector<TreeCandidate> candidates = HeadAndLayerCandidates(2, 2);
  std::vector<std::vector<double>> expected;
  for (const char* family : {"single", "layers"}) {
    for (const auto& both : golden["trees"][family]) {
      for (const auto& row : both) expected.push_back(row);
    }
  }
  REQUIRE(candidates.size() == expected.size());
  const auto scores =
      ScoreTrees(pool, maps.source, maps.prepared, candidates, TreeReadings::kBoth, nullptr);
  for (size_t c = 0; c < candidates.size(); ++c) {
    for (size_t m = 0; m < kNumTreeMeasures; ++m) {
      INFO(candidates[c].name << ": " << kTreeMeasureNames[m]);
      CHECK_THAT(scores[c][m].Ratio(), WithinAbs(expected[c][m], kTolerance));
    }
  }
  const TreeResults results =
      ProbeTrees(pool, maps.source, maps.prepared, maps.prepared, 1, nullptr);
  const size_t uas = static_cast<size_t>(TreeMeasure::kUas);
  REQUIRE(results.rows[uas].size() == 6);
  CHECK(results.rows[uas][0].chosen == "L0H1 dep->head");
  CHECK_THAT(results.rows[uas][0].score.value, WithinAbs(expected[2][uas], kTolerance));
  CHECK(results.rows[uas][0].dev_score == results.rows[uas][0].score.value);
  CHECK(results.rows[uas + 1][0].chosen == "L0H1");
  CHECK(results.sentences == 4);
  CHECK(results.heads[uas][2].value == std::max(scores[4][uas].Ratio(), scores[5][uas].Ratio()));
}

TEST_CASE("Branching baselines are right where neighbours are linked", "[probe]") {
  // Without punctuation: a -> b -> c, c the root; right-branching gets both.
  const Treebank treebank = MakeTreebank(
      {{"a/DET/3/det ,/PUNCT/1/punct b/ADJ/4/amod c/NOUN/0/root", "a/NOUN/0/root b/ADJ/1/amod"}});
  const ProbeNames names = NamesOf(treebank, treebank);
  const TreeBaselines baselines =
      ScoreTreeBaselines(PrepareTreebank(treebank, names, EncodeParts, 64), 1);
  const auto of = [](const TreeScores& scores, TreeMeasure measure) {
    return scores[static_cast<size_t>(measure)].Interval();
  };
  CHECK(of(baselines.right, TreeMeasure::kUas).n == 3);
  CHECK_THAT(of(baselines.right, TreeMeasure::kUas).value, WithinAbs(2.0 / 3, 1e-12));
  CHECK_THAT(of(baselines.left, TreeMeasure::kUas).value, WithinAbs(1.0 / 3, 1e-12));
  CHECK_THAT(of(baselines.right, TreeMeasure::kUuas).value, WithinAbs(1.0, 1e-12));
  // With punctuation: a's head is two to the right, the comma's is the previous word.
  CHECK_THAT(of(baselines.right, TreeMeasure::kUasWithPunctuation).value, WithinAbs(0.25, 1e-12));
  CHECK_THAT(of(baselines.left, TreeMeasure::kUasWithPunctuation).value, WithinAbs(0.5, 1e-12));
  CHECK_THAT(of(baselines.right, TreeMeasure::kUuasWithPunctuation).value, WithinAbs(0.75, 1e-12));
  CHECK(baselines.sentences == 2);
}

TEST_CASE("The atlas depends on no thread", "[probe]") {
  const auto golden = Golden();
  GoldenMaps maps(golden);
  const HeadAtlas one = AtlasOf(maps, 1), four = AtlasOf(maps, 4);
  CHECK(one.distances == four.distances);
  CHECK(one.map == four.map);
  for (size_t head = 0; head < 4; ++head) {
    for (size_t k = 0; k < kNumSurfaces; ++k) {
      CHECK(one.surface[head].means[k].low == four.surface[head].means[k].low);
    }
    CHECK(one.kinds[head].name == four.kinds[head].name);
  }
}

TEST_CASE("Spanning trees are NetworkX's", "[probe]") {
  const auto goldens = Golden();
  for (const auto& graph : goldens["graphs"]) {
    const auto weights = Flat(graph["weights"]);
    const size_t n = graph["heads"].size();
    const BasicMatrix<const double> directed(weights.data(), n, n);
    const auto heads = MaximumArborescence(directed, graph["root"].get<uint32_t>());
    CHECK(heads == graph["heads"].get<std::vector<uint32_t>>());
    std::vector<double> symmetric(n * n);
    for (size_t k = 0; k < n * n; ++k) symmetric[k] = weights[k] + weights[k % n * n + k / n];
    auto edges = MaximumSpanningTree(BasicMatrix<const double>(symmetric.data(), n, n));
    std::sort(edges.begin(), edges.end());
    CHECK(edges == graph["edges"].get<std::vector<std::pair<uint32_t, uint32_t>>>());
  }
}

TEST_CASE("Eigenvalues, maps and clusters are NumPy's, scikit-learn's and SciPy's", "[probe]") {
  const auto goldens = Golden();
  for (const auto& golden : goldens["scaling"]) {
    const auto distances = Flat(golden["distances"]), classical = Flat(golden["classical"]);
    const size_t n = golden["distances"].size();
    INFO(n << " points");
    const auto start = ClassicalScaling(distances, n);
    for (size_t i = 0; i < n; ++i) {
      CHECK_THAT(std::abs(start[i].first), WithinAbs(classical[2 * i], kTolerance));
      CHECK_THAT(std::abs(start[i].second), WithinAbs(classical[2 * i + 1], kTolerance));
    }
    const ScaledMap map = MetricScaling(distances, n);
    // scikit-learn went on until nothing changed.
    CHECK_THAT(map.stress, WithinRel(golden["stress"].get<double>(), 1e-5));
    const auto map_distances = Flat(golden["map_distances"]);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        const double x = map.points[i].first - map.points[j].first;
        const double y = map.points[i].second - map.points[j].second;
        CHECK_THAT(std::sqrt(x * x + y * y), WithinAbs(map_distances[i * n + j], 0.02));
      }
    }
    double best = -1.0;
    for (const auto& [key, silhouette] : golden["silhouettes"].items()) {
      const Clustering cut = CutIntoClusters(distances, n, std::stoul(key));
      CHECK_THAT(cut.silhouette, WithinAbs(silhouette.get<double>(), kTolerance));
      best = std::max(best, silhouette.get<double>());
      const auto labels = golden["labels"][key].get<std::vector<size_t>>();
      for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < i; ++j) {
          CHECK((cut.cluster[i] == cut.cluster[j]) == (labels[i] == labels[j]));
        }
      }
    }
    CHECK_THAT(ClusterByDistance(distances, n).silhouette, WithinAbs(best, kTolerance));
  }
}

TEST_CASE("Eigenvectors are orthonormal and belong to their values", "[probe]") {
  const auto golden = Golden()["scaling"][1];
  const auto matrix = Flat(golden["distances"]);
  const size_t n = golden["distances"].size();
  const SymmetricEigen eigen = EigenOfSymmetric(matrix, n);
  for (size_t a = 0; a < n; ++a) {
    if (a > 0) CHECK(eigen.values[a - 1] >= eigen.values[a]);
    for (size_t b = 0; b < n; ++b) {
      double dot = 0.0, image = 0.0;
      for (size_t i = 0; i < n; ++i) {
        dot += eigen.vectors[a * n + i] * eigen.vectors[b * n + i];
        for (size_t j = 0; j < n; ++j) {
          image += eigen.vectors[a * n + i] * matrix[i * n + j] * eigen.vectors[b * n + j];
        }
      }
      CHECK_THAT(dot, WithinAbs(a == b ? 1.0 : 0.0, 1e-12));
      CHECK_THAT(image, WithinAbs(a == b ? eigen.values[a] : 0.0, 1e-11));
    }
  }
}

}  // namespace
}  // namespace headscope
