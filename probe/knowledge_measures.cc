#include "probe/knowledge_measures.h"

#include <algorithm>
#include <vector>

#include "datasets/upos.h"
#include "probe/arc_probe.h"
#include "probe/arc_task.h"
#include "probe/coreference_probe.h"
#include "probe/flat_pattern.h"
#include "probe/linear_probe.h"
#include "probe/mention_arcs.h"
#include "probe/pair_view.h"
#include "probe/probe_streams.h"
#include "probe/word_label_task.h"

namespace headscope {
namespace {

constexpr size_t kSegmentPieces = 128;
constexpr uint64_t kFitSeed = 1;  // of the bilinear probes

double Percent(double numerator, double denominator) {
  return denominator == 0.0 ? 0.0 : 100.0 * numerator / denominator;
}

// The headline metric of a task's baseline or fit, all clusters together.
double Headline(const FitScores& scores, size_t metrics) {
  double right = 0.0, all = 0.0;
  for (size_t k = 0; k < scores.numerators.size(); k += metrics) {
    right += scores.numerators[k];
    all += scores.denominators[k];
  }
  return Percent(right, all);
}

class Knowledge {
 public:
  Knowledge(ThreadPool& pool, const ModelConfig& config, const ParameterSet& parameters,
            const AttentionControl* attention, const WordPiece& word_piece,
            const AttackCorpus& treebanks)
      : pool_(pool),
        compute_(pool),
        config_(config),
        parameters_(parameters),
        treebanks_(treebanks),
        encode_([&](const std::vector<std::string>& words) {
          return EncodeWordInput(word_piece, words);
        }),
        corpus_(MakeProbeCorpus(treebanks.train, treebanks.dev, treebanks.test, encode_,
                                {.max_pieces = config.max_position_embeddings})),
        arcs_(corpus_, {}),
        tags_(corpus_, {.label = WordLabel::kUpos}),
        patterns_(config, parameters, 2048, GemmBackend::kHeadscope, attention),
        attention_(attention) {}

  std::map<std::string, double> Run() {
    measures_["null:UPOS"] = Headline(tags_.Baselines()[1].scores, tags_.Metrics().size());
    measures_["null:UAS"] =
        ReadArcs(DistanceMaps(corpus_.train.starts), DistanceMaps(corpus_.dev.starts),
                 DistanceMaps(corpus_.test.starts));
    const bool says_something = !AllFlat();
    if (says_something) {
      measures_["attention:UAS"] =
          ReadArcs(MapsOf(corpus_.train), MapsOf(corpus_.dev), MapsOf(corpus_.test));
      measures_["attention:UPOS"] =
          ReadTags(LooksOf(corpus_.train), LooksOf(corpus_.dev), LooksOf(corpus_.test)).test;
    }
    ReadCoreference(says_something);
    ReadStates();
    return measures_;
  }

 private:
  struct Scored {
    double dev = 0.0, test = 0.0;  // percent
  };
  struct Segments {
    SegmentedTreebank train, dev, test;
  };

  bool AllFlat() {
    bool all_flat = true;
    const std::vector<WordInput> inputs = Inputs(corpus_.test);
    patterns_.VisitInputs(pool_, std::span(inputs).first(std::min<size_t>(inputs.size(), 50)),
                          [&](size_t, std::span<const ConstMatrix> heads) {
                            all_flat = all_flat && std::all_of(heads.begin(), heads.end(), IsFlat);
                          });
    return all_flat;
  }

  std::vector<WordInput> Inputs(const ProbeSplit& split) const {
    return ViewInputs(split, encode_, {EncoderKind::kTrained, 0});
  }
  PairMaps MapsOf(const ProbeSplit& split) {
    return AttentionMaps(pool_, patterns_, Inputs(split), split.starts);
  }

  double ReadArcs(PairMaps train, PairMaps dev, PairMaps test) {
    const PairScale scale(train);
    for (PairMaps* maps : {&train, &dev, &test}) scale.Apply(*maps);
    const CorpusPairs pairs{std::move(train), std::move(dev), std::move(test)};
    const FitScores scores =
        arcs_.Fit(compute_, {{}, {}, {}, &pairs}, {.probe = "attention", .seed = kFitSeed});
    return Headline(scores, arcs_.Metrics().size());
  }

  // What each head shows of a word: [words, heads * looks].
  WordFeatures LooksOf(const ProbeSplit& split) {
    constexpr size_t kLooks = 9;
    WordFeatures features(1, split.NumWords(), patterns_.NumHeads() * kLooks);
    const Matrix x = features.Layer(0);
    const std::vector<WordInput> inputs = Inputs(split);
    patterns_.Visit(pool_, inputs, [&](size_t, size_t head, size_t s, ConstMatrix pattern) {
      const WordInput& input = inputs[s];
      const auto n = static_cast<int64_t>(input.NumWords());
      const auto length = static_cast<double>(pattern.rows);
      // From the first piece of one word to all of another; 0 where there is none.
      const auto look = [&](int64_t from, int64_t to) {
        if (from < 0 || to < 0 || from >= n || to >= n) return 0.0f;
        double sum = 0.0;
        const size_t row = input.starts[static_cast<size_t>(from)];
        for (uint32_t q = input.starts[static_cast<size_t>(to)];
             q < input.starts[static_cast<size_t>(to) + 1]; ++q) {
          sum += static_cast<double>(pattern(row, q));
        }
        return static_cast<float>(length * sum / (1.0 + length * sum));
      };
      for (int64_t i = 0; i < n; ++i) {
        float* y = x.Row(split.starts[s] + static_cast<size_t>(i)) + head * kLooks;
        for (const int64_t d : {-2, -1, 0, 1, 2}) *y++ = look(i, i + d);
        for (const int64_t d : {-1, 1}) *y++ = look(i + d, i);
        const size_t row = input.starts[static_cast<size_t>(i)];
        *y++ = pattern(row, 0);
        *y++ = pattern(row, pattern.cols - 1);
      }
    });
    return features;
  }

  Scored ReadTags(WordFeatures train, WordFeatures dev, WordFeatures test) {
    const Standardisation scale(train.Layer(0));
    for (WordFeatures* features : {&train, &dev, &test}) scale.Apply(features->Layer(0));
    return ReadTags({train.Layer(0), dev.Layer(0), test.Layer(0)});
  }

  Scored ReadTags(const LayerFeatures& features) {
    const WordLabelTask::Labels labels = tags_.LabelsOf(ProbeTarget::kLabels, kFitSeed);
    const auto rows = [](const std::vector<int32_t>& of) {
      std::vector<uint32_t> all;
      for (uint32_t w = 0; w < of.size(); ++w) {
        if (of[w] >= 0) all.push_back(w);
      }
      return all;
    };
    const std::vector<uint32_t> of_train = rows(labels.train), of_dev = rows(labels.dev),
                                of_test = rows(labels.test);
    const ProbeRows train{features.train, labels.train, of_train};
    const ProbeRows dev{features.dev, labels.dev, of_dev};
    const ProbeRows test{features.test, labels.test, of_test};
    LinearProbe probe(tags_.Names().size());
    probe.Fit(compute_, train, dev, ProbeStream(kFitSeed, ProbeSite::kFit));
    const auto score = [&](const ProbeRows& data) {
      return Percent(static_cast<double>(ScoreProbe(compute_, probe, data).NumRight(data)),
                     static_cast<double>(data.rows.size()));
    };
    return {score(dev), score(test)};
  }

  Segments SegmentsOf() const {
    const auto segment = [&](const Treebank& treebank) {
      return SegmentTreebank(treebank, encode_,
                             std::min<size_t>(kSegmentPieces, config_.max_position_embeddings),
                             config_.max_position_embeddings, CoreferenceScheme::kGum);
    };
    return {segment(treebanks_.train), segment(treebanks_.dev), segment(treebanks_.test)};
  }

  void ReadCoreference(bool says_something) {
    segments_ = SegmentsOf();
    double nearest = 0.0;
    for (const Segment& segment : segments_.test.segments) {
      for (const Anaphor& anaphor : segment.anaphors) nearest += NearestMentionIsRight(anaphor);
    }
    const auto anaphors = static_cast<double>(segments_.test.num_anaphors);
    measures_["null:coref"] = Percent(nearest, anaphors);
    if (!says_something) return;
    const CoreferencePass dev = ScoreCoreference(pool_, patterns_, segments_.dev, nullptr);
    const CoreferencePass test = ScoreCoreference(pool_, patterns_, segments_.test, nullptr);
    const size_t head =
        ChooseCoreferenceHeads(dev)[static_cast<size_t>(CandidateSet::kPrecedingMentionHeads)]
                                   [static_cast<size_t>(MentionType::kAll)];
    measures_["attention:coref"] = Percent(test.CorrectAmongMentions()[head], anaphors);
  }

  Scored ReadStateArcs(const LayerFeatures& features) {
    const ArcTask::Heads heads = arcs_.HeadsOf(ProbeTarget::kLabels, kFitSeed);
    const std::vector<uint32_t> of_train = AllSentences(corpus_.train),
                                of_dev = AllSentences(corpus_.dev),
                                of_test = AllSentences(corpus_.test);
    ArcProbe probe;
    const ArcRows dev{features.dev, heads.dev, corpus_.dev.starts, of_dev};
    probe.Fit(compute_, {features.train, heads.train, corpus_.train.starts, of_train}, dev,
              ProbeStream(kFitSeed, ProbeSite::kFit));
    const ArcScores of_dev_words = probe.Score(compute_, dev);
    const ArcScores of_test_words =
        probe.Score(compute_, {features.test, heads.test, corpus_.test.starts, of_test});
    return {-of_dev_words.nats, Headline(arcs_.Score(of_test_words.right), arcs_.Metrics().size())};
  }

  Scored ReadStateMentions(size_t layer) {
    const auto arcs = [&](const SegmentedTreebank& treebank) {
      return MentionArcs(compute_, config_, parameters_, treebank, layer, attention_);
    };
    MentionArcs train = arcs(segments_.train), dev = arcs(segments_.dev),
                test = arcs(segments_.test);
    const Standardisation scale(train.Features());
    for (MentionArcs* of : {&train, &dev, &test}) scale.Apply(of->Features());
    ArcProbe probe;
    probe.Fit(compute_, train.Rows(), dev.Rows(), ProbeStream(kFitSeed, ProbeSite::kFit));
    const ArcScores of_dev = probe.Score(compute_, dev.Rows());
    const ArcScores of_test = probe.Score(compute_, test.Rows());
    return {-of_dev.nats, Percent(static_cast<double>(test.NumRight(of_test.predicted)),
                                  static_cast<double>(segments_.test.num_anaphors))};
  }

  void ReadStates() {
    std::vector<size_t> layers;
    for (size_t l = 1; l <= config_.num_hidden_layers; ++l) layers.push_back(l);
    WordFeatureOptions options;
    options.attention = attention_;
    const auto extract = [&](const ProbeSplit& split) {
      return ExtractWordFeatures(compute_, config_, parameters_, Inputs(split), layers, options);
    };
    WordFeatures train = extract(corpus_.train), dev = extract(corpus_.dev),
                 test = extract(corpus_.test);
    Scored tags, arcs, mentions;
    for (size_t k = 0; k < layers.size(); ++k) {
      const Standardisation scale(train.Layer(k));
      for (WordFeatures* features : {&train, &dev, &test}) scale.Apply(features->Layer(k));
      const LayerFeatures features{train.Layer(k), dev.Layer(k), test.Layer(k)};
      const auto keep_better = [&](Scored scored, Scored& best) {
        if (k == 0 || scored.dev > best.dev) best = scored;
      };
      keep_better(ReadTags(features), tags);
      keep_better(ReadStateArcs(features), arcs);
      keep_better(ReadStateMentions(layers[k]), mentions);
    }
    measures_["states:UPOS"] = tags.test;
    measures_["states:UAS"] = arcs.test;
    measures_["states:coref"] = mentions.test;
  }

  ThreadPool& pool_;
  Compute compute_;
  const ModelConfig& config_;
  const ParameterSet& parameters_;
  const AttackCorpus& treebanks_;
  WordEncoder encode_;
  ProbeCorpus corpus_;
  ArcTask arcs_;
  WordLabelTask tags_;
  EncoderPatterns patterns_;
  const AttentionControl* attention_;
  Segments segments_;
  std::map<std::string, double> measures_;
};

}  // namespace

std::map<std::string, double> MeasureKnowledge(ThreadPool& pool, const ModelConfig& config,
                                               const ParameterSet& parameters,
                                               const AttentionControl* attention,
                                               const WordPiece& word_piece,
                                               const AttackCorpus& corpus) {
  return Knowledge(pool, config, parameters, attention, word_piece, corpus).Run();
}

}  // namespace headscope
