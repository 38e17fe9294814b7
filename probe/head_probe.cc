#include "probe/head_probe.h"

#include <fmt/format.h>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "probe/context_check.h"
#include "probe/coreference_probe.h"
#include "probe/dependency_probe.h"
#include "probe/dependency_table.h"
#include "probe/example_sentences.h"
#include "probe/head_atlas_probe.h"
#include "probe/head_kinds.h"
#include "probe/masked_patterns.h"
#include "probe/model_facts.h"
#include "probe/output_folder.h"
#include "probe/random_encoder.h"
#include "probe/tree_probe.h"

namespace headscope {
namespace {

constexpr uint32_t kSignFlipSite = 43;  // of RandomStream

DataFacts FactsOf(const Treebank& treebank, const ProbeTreebank& prepared) {
  DataFacts facts;
  facts.path = treebank.path;
  facts.documents = treebank.documents.size();
  facts.sentences = treebank.NumSentences();
  facts.words = treebank.NumWords();
  facts.skipped_sentences = prepared.skipped_sentences;
  facts.skipped_words = prepared.skipped_words;
  facts.pieces = prepared.pieces;
  return facts;
}

void CheckHasSentences(const ProbeTreebank& prepared, const Treebank& treebank, size_t max_pieces) {
  if (!prepared.sentences.empty()) return;
  Fail("{}: expected sentences of at most {} pieces (the model's positions), found none",
       treebank.path, max_pieces);
}

// Both files, both ways of reading them, and what a model's heads make of them.
class Analysis {
 public:
  Analysis(const WordEncoder& encode, const Treebank& dev, const Treebank& test, size_t max_pieces,
           const HeadProbeOptions& options, ThreadPool& pool)
      : options_(options),
        pool_(pool),
        names_(NamesOf(dev, test)),
        dev_(PrepareTreebank(dev, names_, encode, max_pieces)),
        test_(PrepareTreebank(test, names_, encode, max_pieces)) {
    CheckHasSentences(dev_, dev, max_pieces);
    CheckHasSentences(test_, test, max_pieces);
    dev_segments_ =
        SegmentTreebank(dev, encode, options.segment_pieces, max_pieces, options.coreference);
    test_segments_ =
        SegmentTreebank(test, encode, options.segment_pieces, max_pieces, options.coreference);
  }

  bool HasCoreference() const {
    return dev_segments_.num_anaphors > 0 && test_segments_.num_anaphors > 0;
  }
  const ProbeTreebank& Dev() const { return dev_; }
  const ProbeTreebank& Test() const { return test_; }

  void ScoreModel(PatternSource& source, HeadProbeResults& results) {
    const size_t heads_per_layer = source.NumHeadsPerLayer();
    const DependencyNulls nulls = CountNulls(dev_, names_);
    const DependencyPass dev = ScoreTreebank(pool_, source, dev_, names_, nullptr, nullptr);
    const std::vector<HeadChoice> chosen = ChooseHeads(dev.counts);
    ExampleCollector examples(test_, names_, chosen, nulls, heads_per_layer, options_.num_examples,
                              options_.minimum_instances);
    const MapVisitor visitor = [&](size_t head, size_t sentence, WordMap map) {
      examples.Visit(head, sentence, map);
    };
    const DependencyPass test = ScoreTreebank(pool_, source, test_, names_, &chosen, &visitor);
    results.relations =
        DependencyTable(pool_, {names_,
                                dev,
                                test_,
                                test,
                                chosen,
                                nulls,
                                heads_per_layer,
                                options_.minimum_instances,
                                {options_.sign_flips, options_.seed, kSignFlipSite}});
    results.upos = UposTable(names_, dev.upos, test.upos, source.NumHeads(), heads_per_layer,
                             options_.minimum_instances);
    results.dev_counts = dev.counts;
    results.test_counts = test.counts;
    results.examples = examples.Take();
  }

  void ScoreModelCoreference(PatternSource& source, HeadProbeResults& results) {
    const CoreferencePass dev = ScoreCoreference(pool_, source, dev_segments_, nullptr);
    const ChosenCoreferenceHeads chosen = ChooseCoreferenceHeads(dev);
    const CoreferencePass test = ScoreCoreference(pool_, source, test_segments_, &chosen);
    results.coreference = CoreferenceTable(
        {dev_segments_, dev, test_segments_, test, chosen, source.NumHeadsPerLayer()});
    results.coreference->scheme = CoreferenceSchemeName(options_.coreference);
    results.coreference->segment_pieces = options_.segment_pieces;
    coreference_heads_ = CoreferenceHeads(dev.CorrectAmongMentions(), dev.excess, test.excess);
  }

  // After the two above.
  void ScoreModelAtlas(PatternSource& source, HeadProbeResults& results) {
    const DependencyNulls nulls = CountNulls(dev_, names_);
    results.atlas = ProbeHeadAtlas(pool_, source,
                                   {dev_, test_, names_, results.dev_counts, nulls,
                                    coreference_heads_, options_.minimum_instances, options_.seed});
  }

  void ScoreRandomModel(PatternSource& source, NullModel kind, HeadProbeResults& results) {
    {
      const DependencyPass dev = ScoreTreebank(pool_, source, dev_, names_, nullptr, nullptr);
      const DependencyPass test = ScoreTreebank(pool_, source, test_, names_, nullptr, nullptr);
      AppendRandomModel(dev, test, kind, results.relations, results.upos);
    }
    AppendNullTrees(pool_, source, dev_, test_, kind, results.atlas.trees);
    if (!HasCoreference()) return;
    const CoreferencePass dev = ScoreCoreference(pool_, source, dev_segments_, nullptr);
    const CoreferencePass test = ScoreCoreference(pool_, source, test_segments_, nullptr);
    AppendRandomModel(dev, test, kind, *results.coreference);
  }

 private:
  const HeadProbeOptions& options_;
  ThreadPool& pool_;
  ProbeNames names_;
  ProbeTreebank dev_, test_;
  SegmentedTreebank dev_segments_, test_segments_;
  std::vector<char> coreference_heads_;  // [heads], empty without coreference
};

void NoteSkipped(const char* file, const DataFacts& facts, size_t max_pieces,
                 std::vector<std::string>& notes) {
  if (facts.skipped_sentences == 0) return;
  notes.push_back(
      fmt::format("{}: {} of {} sentences ({} words) are longer than the model's {} positions and "
                  "were left out",
                  file, facts.skipped_sentences, facts.sentences, facts.skipped_words, max_pieces));
}

// A model's patterns, read at words or at masks.
class ModelPatterns final : public PatternSource {
 public:
  ModelPatterns(const PretrainedModel& model, const ParameterSet& parameters,
                const AttentionControl* attention, int32_t mask, const HeadProbeOptions& options)
      : encoder_(model.config, parameters, options.batch_pieces, options.gemm, attention),
        masked_(encoder_, mask, options.seed),
        read_(options.read) {}
  size_t NumLayers() const override { return encoder_.NumLayers(); }
  size_t NumHeadsPerLayer() const override { return encoder_.NumHeadsPerLayer(); }
  size_t MaxPieces() const override { return encoder_.MaxPieces(); }
  void Visit(ThreadPool& pool, std::span<const WordInput> inputs,
             const PatternVisitor& visitor) override {
    Read().Visit(pool, inputs, visitor);
  }
  void VisitInputs(ThreadPool& pool, std::span<const WordInput> inputs,
                   const InputVisitor& visitor) override {
    Read().VisitInputs(pool, inputs, visitor);
  }

 private:
  PatternSource& Read() {
    if (read_ == ReadAt::kMasks) return masked_;
    return encoder_;
  }

  EncoderPatterns encoder_;
  MaskedPatterns masked_;
  ReadAt read_;
};

}  // namespace

void ProbePatterns(PatternSource& source, const RandomSource& random_source,
                   const WordEncoder& encode, const Treebank& dev, const Treebank& test,
                   const HeadProbeOptions& options, ThreadPool& pool, const Progress& progress,
                   HeadProbeResults& results) {
  Analysis analysis(encode, dev, test, source.MaxPieces(), options, pool);
  results.dev = FactsOf(dev, analysis.Dev());
  results.test = FactsOf(test, analysis.Test());
  results.clusters = analysis.Test().clusters.Facts();
  NoteSkipped("dev", results.dev, source.MaxPieces(), results.notes);
  NoteSkipped("test", results.test, source.MaxPieces(), results.notes);
  results.facts.seed = options.seed;
  results.facts.sign_flips = options.sign_flips;
  results.facts.minimum_instances = options.minimum_instances;
  results.facts.read = options.read == ReadAt::kMasks ? "masks" : "words";

  progress("dependencies and parts of speech");
  analysis.ScoreModel(source, results);
  if (analysis.HasCoreference()) {
    progress("coreference");
    analysis.ScoreModelCoreference(source, results);
  } else {
    results.notes.push_back(
        "no coreference table: a file has no mention with an antecedent in its segment");
  }
  progress("trees, surface statistics and distances between heads");
  analysis.ScoreModelAtlas(source, results);
  for (size_t k = 0; k < options.random_models; ++k) {
    progress(fmt::format("random model {} of {}", k + 1, options.random_models));
    analysis.ScoreRandomModel(*random_source(NullModel::kRandom, k), NullModel::kRandom, results);
  }
  for (size_t k = 0; k < options.permuted_models; ++k) {
    progress(fmt::format("model of permuted weights {} of {}", k + 1, options.permuted_models));
    analysis.ScoreRandomModel(*random_source(NullModel::kPermuted, k), NullModel::kPermuted,
                              results);
  }
}

HeadProbeResults ProbeHeads(const PretrainedModel& model, const WordPiece& word_piece,
                            const Treebank& dev, const Treebank& test,
                            const HeadProbeOptions& options, ThreadPool& pool,
                            const Progress& progress) {
  HeadProbeResults results;
  const ModelConfig& config = model.config;
  CheckVocabulary(word_piece, model);
  results.model = FactsOf(model);
  results.context = CheckContext(model.directory, options.twin, config.has_mlm_head, results.curve);

  if (options.gemm == GemmBackend::kOpenBlas) {
    results.notes.push_back("matrix products by OpenBLAS: not bit-reproducible");
  }
  const AttentionControl* const attention = ControlOf(model.attention);
  if (attention != nullptr) {
    results.notes.push_back("attention, in the random models too: " + model.attention->Text());
  }
  if (options.read == ReadAt::kMasks) {
    results.notes.push_back(fmt::format(
        "every word's attention is read from a pass in which it is masked, with {:.0f}% of the "
        "words beside it",
        100 * MaskedPatterns::kMaskedShare));
  }
  ModelPatterns source(model, model.parameters, attention, word_piece.Mask(), options);
  ParameterSet random_parameters(model.parameters.SharedLayout());
  for (size_t k = 0; k < options.random_models; ++k) {
    results.facts.random_model_seeds.push_back(options.seed + k);
  }
  const RandomSource random_source = [&](NullModel kind, size_t k) {
    if (kind == NullModel::kPermuted) {
      PermuteWeightsOf(model, options.seed + k, random_parameters);
    } else {
      InitialiseLike(model, options.seed + k, random_parameters);
    }
    return std::make_unique<ModelPatterns>(model, random_parameters, attention, word_piece.Mask(),
                                           options);
  };
  const WordEncoder encode = [&](const std::vector<std::string>& words) {
    return EncodeWordInput(word_piece, words);
  };
  ProbePatterns(source, random_source, encode, dev, test, options, pool, progress, results);
  return results;
}

}  // namespace headscope
