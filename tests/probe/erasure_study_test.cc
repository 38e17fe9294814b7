#include "probe/erasure_study.h"

#include <cmath>
#include <set>

#include "model/base/error.h"
#include "probe/erasure_json.h"
#include "probe/erasure_tables.h"
#include "probe/masked_losses.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// RandomTreebank with a second relation, of verbs.
Treebank TwoRelations(size_t documents, uint64_t seed) {
  Treebank treebank = RandomTreebank(documents, seed);
  for (Document& document : treebank.documents) {
    for (Sentence& sentence : document.sentences) {
      for (Word& word : sentence.words) {
        if (word.head != 0 && word.upos == "VERB") word.deprel = "obj";
      }
    }
  }
  return treebank;
}

struct ErasureFiles {
  Treebank train = TwoRelations(60, 1), dev = TwoRelations(15, 2), test = TwoRelations(15, 3);
  ProbeCorpus corpus = MakeProbeCorpus(train, dev, test, EncodeForms, {.max_pieces = 16});
};

ErasureResults StudySmall(const PretrainedModel& model, size_t threads, ErasureOptions options) {
  const ErasureFiles files;
  const WordPiece word_piece = PiecesOfForms();
  options.hidden_units = 8;
  options.batch_pieces = 64;
  ThreadPool pool(threads);
  ErasureResults results;
  size_t last = 0, all = 0;
  StudyErasure(
      pool, model, word_piece, EncodeForms, files.corpus, options,
      [&](size_t done, size_t total) {
        CHECK(done == ++last);
        all = total;
      },
      results);
  CHECK(last == all);
  results.concept_name = "pos";
  return results;
}

ErasureOptions OneLayer() {
  ErasureOptions options;
  options.layers = {1};
  options.seeds = options.draws = 2;
  options.inlp.max_iterations = 3;
  return options;
}

TEST_CASE("An erased layer is erased for all later layers and for none before", "[probe][erase]") {
  const PretrainedModel model = SmallEncoder();
  const ErasureFiles files;
  ThreadPool pool(1);
  Compute compute(pool);
  const std::vector<WordInput> inputs = ViewInputs(files.corpus.dev, EncodeForms, {});
  const size_t layers[] = {0, 1, 2};
  const auto extract = [&](const AffineEraser* eraser) {
    const Intervention erase =
        eraser == nullptr ? Intervention() : ErasingLayer(compute, *eraser, 1);
    return ExtractWordFeatures(
        compute, model.config, model.parameters, inputs, layers,
        {WordPooling::kMean, 64, nullptr, eraser == nullptr ? nullptr : &erase});
  };
  const WordFeatures plain = extract(nullptr);
  const std::vector<double> mean(8, 0.25);
  const AffineEraser eraser =
      RandomOrthogonalEraser(mean, 3, {.seed = 1, .purpose = Purpose::kTest});
  const AffineEraser nothing = OrthogonalEraser(mean, {});
  const WordFeatures erased = extract(&eraser), same = extract(&nothing);
  const auto equal = [](ConstMatrix a, ConstMatrix b) {
    for (size_t i = 0; i < a.rows; ++i) {
      if (!std::equal(a.Row(i), a.Row(i) + a.cols, b.Row(i))) return false;
    }
    return true;
  };
  for (size_t k = 0; k < 3; ++k) CHECK(equal(plain.Layer(k), same.Layer(k)));
  CHECK(equal(plain.Layer(0), erased.Layer(0)));
  CHECK_FALSE(equal(plain.Layer(2), erased.Layer(2)));
  // One piece a word here, so that the word's vector is erased as it stands.
  double largest = 0.0;
  for (size_t i = 0; i < erased.Layer(1).rows; ++i) {
    for (size_t k = 0; k < 3; ++k) {
      double along = 0.0;
      for (size_t j = 0; j < 8; ++j) {
        along += eraser.A()[k * 8 + j] * (static_cast<double>(erased.Layer(1)(i, j)) - 0.25);
      }
      largest = std::max(largest, std::abs(along));
    }
  }
  CHECK(largest < 1e-5);
}

TEST_CASE("An erasure study: what goes is the label, and results do not depend on threads",
          "[probe][erase]") {
  const PretrainedModel model = SmallEncoder();
  const ErasureResults results = StudySmall(model, 1, OneLayer());
  CHECK(ErasureJson(results) == ErasureJson(StudySmall(model, 3, OneLayer())));
  const auto value = [&](const std::string& method, const std::string& measure, int at,
                         const std::string& kind = "value") {
    const ErasureRow* const row = results.Find(1, method, measure, at, kind);
    INFO(method << ", " << measure << ", " << at << ", " << kind);
    REQUIRE(row != nullptr);
    return row->estimate.value;
  };
  // Forms say their tag by their first letter and a random encoder keeps forms apart.
  CHECK(value("none", "pos linear", 1) > results.majority.value + 0.07);
  CHECK(value("leace", "pos linear", 1) < results.majority.value + 0.08);
  CHECK(value("leace", "pos linear", 1, "change") < -0.05);
  CHECK_THAT(value("leace", "pos linear", 1, "change"),
             WithinAbs(value("leace", "pos linear", 1) - value("none", "pos linear", 1), 1e-12));
  CHECK_THAT(
      value("leace", "masked-LM loss", -1, "beyond random"),
      WithinAbs(value("leace", "masked-LM loss", -1) - value("random leace", "masked-LM loss", -1),
                1e-9));
  CHECK(value("none", "masked-LM loss", -1) > 1.0);
  CHECK(value("leace", "masked-LM loss", -1, "change") != 0.0);
  CHECK(value("none", "relation linear", 2) > 0.0);
  // Arcs: every word hangs on its left neighbour, which positions tell, not tags.
  CHECK(value("none", "arcs bilinear", 1) > 0.2);
  CHECK(value("none", "arcs bilinear", 2) != value("leace", "arcs bilinear", 2));
  CHECK_THAT(
      value("leace", "arcs bilinear", 1, "beyond random"),
      WithinAbs(value("leace", "arcs bilinear", 1) - value("random leace", "arcs bilinear", 1),
                1e-9));
  CHECK(results.Find(1, "none", "pos linear", 1, "change") == nullptr);
  const ErasureRow* const random = results.Find(1, "random leace", "pos mlp1", 1, "value");
  REQUIRE(random != nullptr);
  CHECK(random->by_seed.size() == 2);
  CHECK(random->by_seed[0] != random->by_seed[1]);
  std::set<size_t> leace_ranks;
  for (const ErasureMethod& method : results.methods) {
    if (method.name.ends_with("leace")) leace_ranks.insert(method.rank);
  }
  CHECK(leace_ranks == std::set<size_t>{2});
  const std::string text = ErasureTablesText(results);
  CHECK_THAT(text, ContainsSubstring("layer 1 erased"));
  CHECK_THAT(text, ContainsSubstring("random inlp"));
  CHECK_THAT(ErasureReportHtml(results), ContainsSubstring("beyond random subspaces"));
}

TEST_CASE("Where there is one random subspace, its table and preface say so", "[probe][erase]") {
  ErasureResults results = StudySmall(SmallEncoder(), 1, OneLayer());
  CHECK(ErasureTablesText(results).find("one draw") == std::string::npos);
  results.draws = 1;
  const std::string text = ErasureTablesText(results);
  CHECK_THAT(text, ContainsSubstring("random leace (one draw)"));
  CHECK_THAT(text, ContainsSubstring("subspaces of the same rank (one draw)"));
  CHECK_THAT(text, ContainsSubstring("there is one draw: intervals are for new documents"));
}

TEST_CASE("Without a masked-LM head the loss is n/a, and is said to be", "[probe][erase]") {
  PretrainedModel model = SmallEncoder();
  model.config.has_mlm_head = false;
  ErasureOptions options = OneLayer();
  options.probes = {"linear"};
  options.draws = 0;
  const ErasureResults results = StudySmall(model, 1, options);
  CHECK(results.Find(1, "leace", "masked-LM loss", -1, "value") == nullptr);
  const std::string text = ErasureTablesText(results);
  CHECK_THAT(text, ContainsSubstring("no masked-LM head"));
  CHECK_THAT(text, ContainsSubstring("The masked-LM loss is n/a."));
}

}  // namespace
}  // namespace headscope
