#include "probe/head_atlas_probe.h"

#include <algorithm>

#include "probe/head_clusters.h"
#include "probe/head_distance.h"
#include "probe/head_kinds.h"
#include "probe/multidimensional_scaling.h"
#include "probe/surface_statistics.h"
#include "probe/tree_probe.h"

namespace headscope {
namespace {

// Distances of all pairs cost heads^2 / 2 entropies for each row: enough rows for two digits.
constexpr uint64_t kMostDistanceRows = 10000;

SurfaceInput SurfaceInputOf(const ProbeTreebank& treebank, size_t s) {
  const WordInput& input = treebank.inputs[s];
  SurfaceInput surface{&input, std::vector<char>(input.ids.size(), 0), treebank.clusters[s]};
  for (size_t w = 0; w < input.NumWords(); ++w) {
    if (treebank.sentences[s]->words[w].upos != "PUNCT") continue;
    std::fill(surface.is_punctuation.begin() + input.starts[w],
              surface.is_punctuation.begin() + input.starts[w + 1], 1);
  }
  return surface;
}

// Everything that is gathered from the sentences of the second file.
class AtlasPass {
 public:
  AtlasPass(ThreadPool& pool, size_t num_heads, const HeadAtlasInput& input)
      : pool_(pool),
        num_heads_(num_heads),
        test_(input.test),
        minimum_instances_(input.minimum_instances),
        surface_(num_heads + 1),
        distances_(num_heads),
        relations_(input.dev_counts, input.dev_nulls, input.minimum_instances) {
    const uint64_t rows = test_.pieces - 2 * test_.inputs.size();
    distance_stride_ = 1 + rows / kMostDistanceRows;
  }

  void Visit(size_t s, std::span<const ConstMatrix> patterns, std::span<const WordMap> maps) {
    const SurfaceInput surface = SurfaceInputOf(test_, s);
    pool_.ParallelEach(num_heads_,
                       [&](size_t head, size_t) { surface_.Add(head, surface, patterns[head]); });
    AddUniform(surface_, num_heads_, surface);
    if (s % distance_stride_ == 0) distances_.Add(pool_, patterns);
    relations_.Add(pool_, test_.clusters[s], test_.arcs[s], maps);
  }

  void Fill(const std::vector<char>& coreference_heads, HeadAtlas& atlas) const {
    atlas.uniform = surface_.Of(num_heads_);
    atlas.relation_tests = relations_.NumTests();
    auto followed = relations_.Followed(num_heads_, minimum_instances_);
    for (size_t head = 0; head < num_heads_; ++head) {
      atlas.surface.push_back(surface_.Of(head));
      const bool coreference = !coreference_heads.empty() && coreference_heads[head] != 0;
      atlas.kinds.push_back(
          KindOf(atlas.surface[head], atlas.uniform, std::move(followed[head]), coreference));
    }
    atlas.distances = distances_.Distances();
    atlas.distance_rows = distances_.NumRows();
  }

 private:
  ThreadPool& pool_;
  size_t num_heads_;
  const ProbeTreebank& test_;
  size_t minimum_instances_;
  size_t distance_stride_ = 1;
  SurfaceAccumulator surface_;
  HeadDistances distances_;
  RelationExcess relations_;
};

void DrawMap(size_t num_heads, HeadAtlas& atlas) {
  ScaledMap map = MetricScaling(atlas.distances, num_heads);
  atlas.map = std::move(map.points);
  atlas.map_stress = map.stress;
  Clustering clustering = ClusterByDistance(atlas.distances, num_heads);
  atlas.clusters = std::move(clustering.cluster);
  atlas.num_clusters = clustering.num_clusters;
  atlas.silhouette = clustering.silhouette;
}

}  // namespace

HeadAtlas ProbeHeadAtlas(ThreadPool& pool, PatternSource& source, const HeadAtlasInput& input) {
  AtlasPass pass(pool, source.NumHeads(), input);
  const SentenceVisitor visitor = [&](size_t s, std::span<const ConstMatrix> patterns,
                                      std::span<const WordMap> maps) {
    pass.Visit(s, patterns, maps);
  };
  HeadAtlas atlas;
  atlas.trees = ProbeTrees(pool, source, input.dev, input.test, input.seed, &visitor);
  pass.Fill(input.coreference_heads, atlas);
  DrawMap(source.NumHeads(), atlas);
  return atlas;
}

}  // namespace headscope
