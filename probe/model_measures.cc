#include "probe/model_measures.h"

#include <algorithm>

#include "datasets/data_folder.h"
#include "model/attention_regime.h"
#include "probe/attention_agreement.h"
#include "probe/evenly_spread.h"
#include "probe/flat_pattern.h"
#include "probe/instance_measures.h"
#include "probe/knowledge_measures.h"
#include "probe/pattern_source.h"
#include "probe/synthetic_treebank.h"
#include "probe/tree_probe.h"

namespace headscope {
namespace {

// Other than 1, of the documents that models are trained on.
constexpr uint64_t kDevSeed = 2, kTestSeed = 3, kTrainSeed = 4;

// So many of the part's documents, evenly spread.
Treebank PartOfGum(const std::string& data_folder, const std::string& part, size_t documents) {
  Treebank treebank = ReadConllu(TreebankFile(data_folder, "gum", part));
  std::vector<Document> all = std::move(treebank.documents);
  treebank.documents.clear();
  for (const size_t place : EvenlySpread(documents, all.size())) {
    treebank.documents.push_back(std::move(all[place]));
  }
  return treebank;
}

}  // namespace

ModelMeasures::ModelMeasures(std::set<std::string> families, size_t threads,
                             const ModelMeasureOptions& options)
    : families_(std::move(families)), threads_(threads), options_(options) {
  if (std::none_of(families_.begin(), families_.end(), ReadsDocuments)) return;
  if (options.treebank == MeasuredTreebank::kGum) {
    const auto part = [&](const char* name) {
      return PartOfGum(options.data_folder, name, options.documents / 3);
    };
    corpus_ = {.train = part("train"), .dev = part("dev"), .test = part("test")};
    return;
  }
  corpus_ = {.train = SyntheticTreebank(kTrainSeed, options.documents),
             .dev = SyntheticTreebank(kDevSeed, options.documents),
             .test = SyntheticTreebank(kTestSeed, options.documents)};
}

std::map<std::string, double> ModelMeasures::Trees(ThreadPool& pool, EncoderPatterns& patterns,
                                                   const WordPiece& word_piece) const {
  const auto encode = [&](const std::vector<std::string>& words) {
    return EncodeWordInput(word_piece, words);
  };
  const ProbeNames names = NamesOf(corpus_.dev, corpus_.test);
  const ProbeTreebank dev = PrepareTreebank(corpus_.dev, names, encode, patterns.MaxPieces());
  const ProbeTreebank test = PrepareTreebank(corpus_.test, names, encode, patterns.MaxPieces());
  bool all_flat = true;
  // Of pieces: the maps of words weigh words of several pieces more.
  const SentenceVisitor look = [&](size_t, std::span<const ConstMatrix> heads,
                                   std::span<const WordMap>) {
    all_flat = all_flat && std::all_of(heads.begin(), heads.end(), IsFlat);
  };
  const TreeResults trees = ProbeTrees(pool, patterns, dev, test, kTestSeed, &look);
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
  Compute compute(pool);
  if (families_.contains("tau")) {
    TokenScorer scorer(compute, model, data.word_piece->Cls(), data.word_piece->Sep());
    measures = AttentionAgreement(scorer, data.test, options_.agreement_examples);
  }
  InstanceMeasures instances(compute, model, *data.word_piece, data.test);
  for (const bool all : {false, true}) {
    const std::string suffix = all ? kAllLayersSuffix : "";
    const PatternScope scope = all ? PatternScope::kAllLayers : PatternScope::kLastLayer;
    if (families_.contains("permute" + suffix)) {
      measures.merge(instances.Permutations(scope, options_.permuted_examples));
    }
    if (families_.contains("instance" + suffix)) {
      const size_t share = all ? 2 : 1;
      measures.merge(instances.Adversaries(scope, options_.attacked_examples / share));
    }
  }
  measures.merge(OfEncoder(pool, model.config, model.parameters, ControlOf(model.attention),
                           *data.word_piece));
  return measures;
}

std::map<std::string, double> ModelMeasures::OfMaskedLm(const std::string& model_directory,
                                                        const TrainConfig& config) const {
  if (families_.empty()) return {};
  const PretrainedModel model = LoadPretrained(model_directory);
  const WordPiece word_piece = WordPiece::FromFile(model.VocabPath(), model.lower_case);
  ThreadPool pool(threads_);
  std::map<std::string, double> measures =
      OfEncoder(pool, model.config, model.parameters, ControlOf(model.attention), word_piece);
  if (families_.contains("attack")) {
    measures.merge(AttackAttention(
        pool, model, ControlOf(model.attention), word_piece, corpus_,
        {.mask_unit = config.mask, .mask_rate = config.mask_rate, .seed = config.seed}));
  }
  return measures;
}

std::map<std::string, double> ModelMeasures::OfEncoder(ThreadPool& pool, const ModelConfig& config,
                                                       const ParameterSet& parameters,
                                                       const AttentionControl* attention,
                                                       const WordPiece& word_piece) const {
  std::map<std::string, double> measures;
  EncoderPatterns patterns(config, parameters, 2048, GemmBackend::kHeadscope, attention);
  if (families_.contains("trees")) measures = Trees(pool, patterns, word_piece);
  if (families_.contains("knowledge")) {
    measures.merge(MeasureKnowledge(pool, config, parameters, attention, word_piece, corpus_));
  }
  return measures;
}

bool ReadsDocuments(const std::string& family) {
  return family == "trees" || family == "knowledge" || family == "attack";
}

std::set<std::string> ModelFamilies(const std::set<std::string>& measures) {
  std::set<std::string> families;
  for (const std::string& measure : measures) {
    const std::string family = measure.substr(0, measure.find(':'));
    if (family == "tau" || family == "trees" || family == "attack") families.insert(family);
    if (family == "permute" || family == "instance") {
      families.insert(family + (measure.ends_with(kAllLayersSuffix) ? kAllLayersSuffix : ""));
    }
    if (family == "attention" || family == "states" || family == "null") {
      families.insert("knowledge");
    }
  }
  return families;
}

}  // namespace headscope
