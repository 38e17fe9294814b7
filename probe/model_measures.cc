#include "probe/model_measures.h"

#include <algorithm>

#include "datasets/synthetic_language.h"
#include "model/attention_regime.h"
#include "probe/attention_agreement.h"
#include "probe/pattern_source.h"
#include "probe/tree_probe.h"

namespace headscope {
namespace {

constexpr uint64_t kTreeDevSeed = 2, kTreeTestSeed = 3;

Treebank SyntheticTreebank(uint64_t seed, uint64_t documents) {
  const SyntheticLanguage language(seed);
  Treebank treebank{.path = "the synthetic language", .documents = {}};
  for (uint64_t i = 0; i < documents; ++i) {
    treebank.documents.push_back(language.MakeDocument(i));
  }
  return treebank;
}

bool IsFlat(ConstMatrix map) {
  for (size_t i = 0; i < map.rows; ++i) {
    const auto [least, largest] = std::minmax_element(map.Row(i), map.Row(i) + map.cols);
    if (*largest - *least > 1e-6f) return false;
  }
  return true;
}

}  // namespace

ModelMeasures::ModelMeasures(std::set<std::string> families, size_t threads,
                             const ModelMeasureOptions& options)
    : families_(std::move(families)), threads_(threads), options_(options) {
  if (!families_.contains("trees")) return;
  dev_ = SyntheticTreebank(kTreeDevSeed, options.tree_documents);
  test_ = SyntheticTreebank(kTreeTestSeed, options.tree_documents);
}

std::map<std::string, double> ModelMeasures::Trees(ThreadPool& pool,
                                                   const PretrainedClassifier& model,
                                                   const WordPiece& word_piece) const {
  EncoderPatterns patterns(model.config, model.parameters, 2048, GemmBackend::kHeadscope,
                           ControlOf(model.attention));
  const auto encode = [&](const std::vector<std::string>& words) {
    return EncodeWordInput(word_piece, words);
  };
  const ProbeNames names = NamesOf(dev_, test_);
  const ProbeTreebank dev = PrepareTreebank(dev_, names, encode, patterns.MaxPieces());
  const ProbeTreebank test = PrepareTreebank(test_, names, encode, patterns.MaxPieces());
  bool all_flat = true;
  // Of pieces: the maps of words weigh words of several pieces more.
  const SentenceVisitor look = [&](size_t, std::span<const ConstMatrix> heads,
                                   std::span<const WordMap>) {
    all_flat = all_flat && std::all_of(heads.begin(), heads.end(), IsFlat);
  };
  const TreeResults trees = ProbeTrees(pool, patterns, dev, test, kTreeTestSeed, &look);
  if (all_flat) return {};
  const auto score = [&](TreeMeasure measure) {
    return 100.0 * trees.rows[static_cast<size_t>(measure)].front().score.value;
  };
  return {{"trees:UAS", score(TreeMeasure::kUas)}, {"trees:UUAS", score(TreeMeasure::kUuas)}};
}

std::map<std::string, double> ModelMeasures::Of(const std::string& model_directory,
                                                const FinetuneData& data) const {
  std::map<std::string, double> measures;
  if (families_.empty()) return measures;
  const PretrainedClassifier model = LoadClassifier(model_directory);
  ThreadPool pool(threads_);
  if (families_.contains("tau")) {
    Compute compute(pool);
    TokenScorer scorer(compute, model, data.word_piece->Cls(), data.word_piece->Sep());
    measures = AttentionAgreement(scorer, data.test, options_.agreement_examples);
  }
  if (families_.contains("trees")) measures.merge(Trees(pool, model, *data.word_piece));
  return measures;
}

std::set<std::string> ModelFamilies(const std::set<std::string>& measures) {
  std::set<std::string> families;
  for (const std::string& measure : measures) {
    const std::string family = measure.substr(0, measure.find(':'));
    if (family == "tau" || family == "trees") families.insert(family);
  }
  return families;
}

}  // namespace headscope
