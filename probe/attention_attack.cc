#include "probe/attention_attack.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "probe/arc_task.h"
#include "probe/attack_maps.h"
#include "probe/attack_network.h"
#include "probe/pair_view.h"
#include "probe/probe_streams.h"

namespace headscope {
namespace {

// Each sentence's pieces as a masked LM sees them in training; `file` keeps the files' draws apart.
void MaskInputs(const Masker& masker, uint64_t seed, uint32_t file,
                std::vector<WordInput>& inputs) {
  const RandomStream stream = ProbeStream(seed, ProbeSite::kMasks, file);
  for (uint32_t s = 0; s < inputs.size(); ++s) {
    MaskedBatch masked;
    masked.batch.Add(inputs[s].ids, s);
    masker.MaskSequence(stream, 0, masked);
    inputs[s].ids = masked.batch.ids;
  }
}

enum class Inputs { kMasked, kWhole, kBlank };

// What is read of, and what its measures end in.
struct Condition {
  bool values;
  Inputs inputs;
  const char* suffix;
};
constexpr Condition kConditions[] = {{false, Inputs::kMasked, ""},
                                     {false, Inputs::kWhole, " whole"},
                                     {false, Inputs::kBlank, " blank"},
                                     {true, Inputs::kMasked, " values"},
                                     {true, Inputs::kWhole, " values whole"}};

// No word is left, only how many pieces each has.
void Blank(int32_t mask, std::vector<WordInput>& inputs) {
  for (WordInput& input : inputs) std::fill(input.ids.begin() + 1, input.ids.end() - 1, mask);
}

struct Scored {
  double dev = 0.0, test = 0.0;  // percent of the counted words
};

// The best on dev of those that are told, the first of equals.
class BestReader {
 public:
  void Take(const Scored& scored) {
    if (!best_ || scored.dev > best_->dev) best_ = scored;
  }
  double Test() const { return best_->test; }

 private:
  std::optional<Scored> best_;
};

class Attack {
 public:
  Attack(ThreadPool& pool, const PretrainedModel& model, const AttentionControl* attention,
         const WordPiece& word_piece, const AttackCorpus& corpus, const AttackOptions& options)
      : pool_(pool),
        compute_(pool),
        model_(model),
        attention_(attention),
        options_(options),
        word_piece_(word_piece),
        encode_([this](const std::vector<std::string>& words) {
          return EncodeWordInput(word_piece_, words);
        }),
        corpus_(MakeProbeCorpus(corpus.train, corpus.dev, corpus.test, encode_,
                                {.max_pieces = model.config.max_position_embeddings})),
        task_(corpus_, {}),
        heads_(task_.HeadsOf(ProbeTarget::kLabels, 0)),
        words_(model, encode_, corpus_) {}

  std::map<std::string, double> Run() {
    FitWithoutAttention();
    for (const Condition& condition : kConditions) {
      const std::string suffix = condition.suffix;
      BestReader best;
      const auto take = [&](const std::string& name, const Scored& scored) {
        best.Take(scored);
        if (suffix.empty()) measures_["attack:" + name] = scored.test;
      };
      for (size_t v = 0; v < kNumAttackViews; ++v) {
        const CorpusPairs pairs = PairsOf(static_cast<AttackView>(v), condition);
        take(kAttackViewNames[v], Fit(pairs, false));
        if (v == 0 && condition.inputs != Inputs::kBlank) FitWords(pairs, suffix);
      }
      take("network", FitNetwork(&condition));
      measures_["attack:excess" + suffix] = best.Test() - measures_["attack:plain"];
      measures_["attack:excess distance" + suffix] = best.Test() - measures_["attack:distance"];
    }
    return measures_;
  }

 private:
  void FitWithoutAttention() {
    const CorpusPairs known = Known();
    const Scored linear = Fit(known, false), network = FitNetwork(nullptr);
    BestReader plain;
    plain.Take(linear);
    plain.Take(network);
    measures_ = {{"attack:distance", Fit(DistancesOf(corpus_), false).test},
                 {"attack:plain linear", linear.test},
                 {"attack:plain network", network.test},
                 {"attack:plain", plain.Test()},
                 {"attack:plain+words", Fit(known, true).test}};
  }

  void FitWords(const CorpusPairs& pairs, const std::string& suffix) {
    const double test = Fit(pairs, true).test;
    if (suffix.empty()) measures_["attack:words"] = test;
    measures_["attack:excess words" + suffix] = test - measures_["attack:plain+words"];
  }

  std::vector<WordInput> InputsOf(const ProbeSplit& split) const {
    return ViewInputs(split, encode_, {EncoderKind::kTrained, 0});
  }
  // As a condition has them; `file` keeps the files' masks apart.
  std::vector<WordInput> InputsOf(const ProbeSplit& split, const Condition& condition,
                                  uint32_t file) const {
    std::vector<WordInput> inputs = InputsOf(split);
    const Masker masker(word_piece_, options_.mask_unit, options_.mask_rate);
    if (condition.inputs == Inputs::kMasked) MaskInputs(masker, options_.seed, file, inputs);
    if (condition.inputs == Inputs::kBlank) Blank(word_piece_.Mask(), inputs);
    return inputs;
  }

  EncoderPatterns SourceOf(const Condition& condition) const {
    EncoderPatterns source(model_.config, model_.parameters, 2048, GemmBackend::kHeadscope,
                           attention_);
    if (condition.values) source.WeighByValues();
    return source;
  }

  CorpusPairs Known() {
    const auto maps_of = [&](const ProbeSplit& split) {
      return PlainMaps(InputsOf(split), split.starts);
    };
    return ScaledOnTrain(maps_of(corpus_.train), maps_of(corpus_.dev), maps_of(corpus_.test));
  }

  CorpusPairs PairsOf(AttackView view, const Condition& condition) {
    EncoderPatterns source = SourceOf(condition);
    const auto maps_of = [&](const ProbeSplit& split, uint32_t file) {
      return AttackMaps(pool_, source, view, InputsOf(split, condition, file), split.starts);
    };
    return ScaledOnTrain(maps_of(corpus_.train, 0), maps_of(corpus_.dev, 1),
                         maps_of(corpus_.test, 2));
  }

  Scored Fit(const CorpusPairs& pairs, bool with_words) {
    const LayerFeatures features = words_.With(pairs);
    const auto rows = [&](ConstMatrix vectors, const PairMaps& maps,
                          const std::vector<int32_t>& heads, const ProbeSplit& split,
                          const std::vector<uint32_t>& sentences) {
      return PairRows{{with_words ? vectors : ConstMatrix{}, heads, split.starts, sentences},
                      &maps};
    };
    const std::vector<uint32_t> of_train = AllSentences(corpus_.train),
                                of_dev = AllSentences(corpus_.dev),
                                of_test = AllSentences(corpus_.test);
    const PairRows train = rows(features.train, pairs.train, heads_.train, corpus_.train, of_train);
    const PairRows dev = rows(features.dev, pairs.dev, heads_.dev, corpus_.dev, of_dev);
    const PairRows test = rows(features.test, pairs.test, heads_.test, corpus_.test, of_test);
    PairProbe probe;
    probe.Fit(compute_, train, dev, ProbeStream(options_.seed, ProbeSite::kFit));
    return {PercentRight(probe.Score(compute_, dev).right, corpus_.dev),
            PercentRight(probe.Score(compute_, test).right, corpus_.test)};
  }

  // Null: without attention.
  Scored FitNetwork(const Condition* condition) {
    std::optional<EncoderPatterns> source;
    if (condition != nullptr) source.emplace(SourceOf(*condition));
    const auto inputs = [&](const ProbeSplit& split, uint32_t file) {
      return condition == nullptr ? InputsOf(split) : InputsOf(split, *condition, file);
    };
    const std::vector<WordInput> of_train = inputs(corpus_.train, 0),
                                 of_dev = inputs(corpus_.dev, 1), of_test = inputs(corpus_.test, 2);
    const auto questions = [&](const std::vector<WordInput>& of,
                               const std::vector<int32_t>& heads) {
      return AttackQuestions(pool_, source ? &*source : nullptr, of, heads);
    };
    const AttackQuestions train = questions(of_train, heads_.train),
                          dev = questions(of_dev, heads_.dev);
    AttackNetwork network;
    network.Fit(compute_, train, dev, ProbeStream(options_.seed, ProbeSite::kFit));
    return {
        PercentRight(network.Score(compute_, dev).right, corpus_.dev),
        PercentRight(network.Score(compute_, questions(of_test, heads_.test)).right, corpus_.test)};
  }

  // `right`: of every word, as ArcScores has it.
  static double PercentRight(const std::vector<double>& right, const ProbeSplit& split) {
    double sum = 0.0;
    size_t counted = 0, w = 0;
    for (const Sentence* sentence : split.sentences) {
      for (const Word& word : sentence->words) {
        if (CountsForUas(word)) {
          ++counted;
          sum += right[w];
        }
        ++w;
      }
    }
    return 100.0 * sum / static_cast<double>(counted);
  }

  ThreadPool& pool_;
  Compute compute_;
  const PretrainedModel& model_;
  const AttentionControl* attention_;
  AttackOptions options_;
  const WordPiece& word_piece_;
  WordEncoder encode_;
  ProbeCorpus corpus_;
  ArcTask task_;
  ArcTask::Heads heads_;
  WordVectors words_;
  std::map<std::string, double> measures_;
};

}  // namespace

std::map<std::string, double> AttackAttention(ThreadPool& pool, const PretrainedModel& model,
                                              const AttentionControl* attention,
                                              const WordPiece& word_piece,
                                              const AttackCorpus& corpus,
                                              const AttackOptions& options) {
  return Attack(pool, model, attention, word_piece, corpus, options).Run();
}

}  // namespace headscope
