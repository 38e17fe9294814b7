#include "probe/attention_attack.h"

#include <algorithm>
#include <vector>

#include "datasets/wordpiece.h"
#include "model/attention_regime.h"
#include "probe/arc_task.h"
#include "probe/attack_maps.h"
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

class Attack {
 public:
  Attack(ThreadPool& pool, const PretrainedModel& model, const AttackCorpus& corpus,
         const AttackOptions& options)
      : pool_(pool),
        compute_(pool),
        model_(model),
        options_(options),
        word_piece_(WordPiece::FromFile(model.VocabPath(), model.lower_case)),
        encode_([this](const std::vector<std::string>& words) {
          return EncodeWordInput(word_piece_, words);
        }),
        corpus_(MakeProbeCorpus(corpus.train, corpus.dev, corpus.test, encode_,
                                {.max_pieces = model.config.max_position_embeddings})),
        task_(corpus_, {}),
        heads_(task_.HeadsOf(ProbeTarget::kLabels, 0)),
        words_(model, encode_, corpus_) {}

  std::map<std::string, double> Run() {
    const CorpusPairs known = Known();
    const Scored plain = Fit(known, false), with_words = Fit(known, true);
    std::map<std::string, double> measures{
        {"attack:distance", Fit(DistancesOf(corpus_), false).test},
        {"attack:plain", plain.test},
        {"attack:plain+words", with_words.test}};
    for (const Condition& condition : kConditions) {
      const std::string suffix = condition.suffix;
      Scored best;
      for (size_t v = 0; v < kNumAttackViews; ++v) {
        const CorpusPairs pairs = PairsOf(static_cast<AttackView>(v), condition);
        const Scored scored = Fit(pairs, false);
        if (v == 0 || scored.dev > best.dev) best = scored;
        if (suffix.empty()) measures["attack:" + std::string(kAttackViewNames[v])] = scored.test;
        if (v != 0 || condition.inputs == Inputs::kBlank) continue;
        const Scored of_words = Fit(pairs, true);
        if (suffix.empty()) measures["attack:words"] = of_words.test;
        measures["attack:excess words" + suffix] = of_words.test - with_words.test;
      }
      measures["attack:excess" + suffix] = best.test - plain.test;
    }
    return measures;
  }

 private:
  CorpusPairs Known() {
    const auto maps_of = [&](const ProbeSplit& split) {
      return PlainMaps(ViewInputs(split, encode_, {EncoderKind::kTrained, 0}), split.starts);
    };
    return ScaledOnTrain(maps_of(corpus_.train), maps_of(corpus_.dev), maps_of(corpus_.test));
  }

  CorpusPairs PairsOf(AttackView view, const Condition& condition) {
    EncoderPatterns source(model_.config, model_.parameters, 2048, GemmBackend::kHeadscope,
                           ControlOf(model_.attention));
    if (condition.values) source.WeighByValues();
    const Masker masker(word_piece_, options_.mask_unit, options_.mask_rate);
    uint32_t file = 0;
    const auto maps_of = [&](const ProbeSplit& split) {
      std::vector<WordInput> inputs = ViewInputs(split, encode_, {EncoderKind::kTrained, 0});
      if (condition.inputs == Inputs::kMasked) MaskInputs(masker, options_.seed, file, inputs);
      if (condition.inputs == Inputs::kBlank) Blank(word_piece_.Mask(), inputs);
      ++file;
      return AttackMaps(pool_, source, view, inputs, split.starts);
    };
    // One file after the other: `file` keeps their masks apart.
    PairMaps train = maps_of(corpus_.train), dev = maps_of(corpus_.dev);
    return ScaledOnTrain(std::move(train), std::move(dev), maps_of(corpus_.test));
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
    return {PercentRight(probe.Score(compute_, dev), heads_.dev, corpus_.dev),
            PercentRight(probe.Score(compute_, test), heads_.test, corpus_.test)};
  }

  static double PercentRight(const ArcScores& scores, const std::vector<int32_t>& heads,
                             const ProbeSplit& split) {
    size_t right = 0, counted = 0, w = 0;
    for (const Sentence* sentence : split.sentences) {
      for (const Word& word : sentence->words) {
        if (CountsForUas(word)) {
          ++counted;
          right += scores.predicted[w] == heads[w];
        }
        ++w;
      }
    }
    return 100.0 * static_cast<double>(right) / static_cast<double>(counted);
  }

  ThreadPool& pool_;
  Compute compute_;
  const PretrainedModel& model_;
  AttackOptions options_;
  WordPiece word_piece_;
  WordEncoder encode_;
  ProbeCorpus corpus_;
  ArcTask task_;
  ArcTask::Heads heads_;
  WordVectors words_;
};

}  // namespace

std::map<std::string, double> AttackAttention(ThreadPool& pool, const PretrainedModel& model,
                                              const AttackCorpus& corpus,
                                              const AttackOptions& options) {
  return Attack(pool, model, corpus, options).Run();
}

}  // namespace headscope
