#include "probe/arc_task.h"

#include <map>

#include "model/base/elementary.h"
#include "probe/probe_streams.h"

namespace headscope {
namespace {

std::vector<int32_t> GoldHeads(const ProbeSplit& split) {
  std::vector<int32_t> heads;
  for (const Sentence* sentence : split.sentences) {
    for (const Word& word : sentence->words) {
      heads.push_back(word.head == 0 ? static_cast<int32_t>(sentence->words.size())
                                     : word.head - 1);
    }
  }
  return heads;
}

// visit(sentence, word of the sentence, word of the file, length)
template <typename Visit>
void ForEachWord(const ProbeSplit& split, const Visit& visit) {
  for (size_t s = 0; s < split.NumSentences(); ++s) {
    const uint32_t begin = split.starts[s], end = split.starts[s + 1];
    for (uint32_t w = begin; w < end; ++w) {
      visit(s, static_cast<int32_t>(w - begin), w, static_cast<int32_t>(end - begin));
    }
  }
}

enum Behaviour : uint64_t { kSelf, kFirst, kLast, kNumBehaviours };

std::vector<int32_t> ControlHeads(const ProbeSplit& split, const RandomStream& stream) {
  std::vector<int32_t> heads(split.NumWords());
  ForEachWord(split, [&](size_t, int32_t i, uint32_t w, int32_t length) {
    const uint64_t behaviour = stream.Below(split.types[w], kNumBehaviours);
    heads[w] = behaviour == kSelf ? i : behaviour == kFirst ? 0 : length - 1;
  });
  return heads;
}

constexpr int32_t kRoot = 0;  // as a distance: no word is its own head

int32_t Distance(int32_t i, int32_t head, int32_t length) {
  return head == length ? kRoot : head - i;
}
// Whether the sentence has a word there; ROOT always is.
bool IsPossible(int32_t i, int32_t distance, int32_t length) {
  return i + distance >= 0 && i + distance < length;
}
int32_t HeadAt(int32_t i, int32_t distance, int32_t length) {
  return distance == kRoot || !IsPossible(i, distance, length) ? length : i + distance;
}

std::vector<int32_t> ShuffledHeads(const ProbeSplit& split, const std::vector<int32_t>& heads,
                                   const RandomStream& stream) {
  std::vector<int32_t> distances(heads.size()), shuffled(heads.size());
  ForEachWord(split, [&](size_t, int32_t i, uint32_t w, int32_t length) {
    distances[w] = Distance(i, heads[w], length);
  });
  const std::vector<uint32_t> order =
      RandomPermutation(stream, static_cast<uint32_t>(heads.size()));
  ForEachWord(split, [&](size_t, int32_t i, uint32_t w, int32_t length) {
    shuffled[w] = HeadAt(i, distances[order[w]], length);
  });
  return shuffled;
}

// How often each distance was right, and how often it was possible.
class DistanceCounts {
 public:
  void Add(int32_t i, int32_t head, int32_t length) {
    ++words_;
    ++right_[Distance(i, head, length)];
  }
  // The most frequent distance that is possible here.
  int32_t Predict(int32_t i, int32_t length) const {
    int32_t best = kRoot;
    size_t most = 0;
    for (const auto& [distance, count] : right_) {
      if (count > most && IsPossible(i, distance, length)) {
        most = count;
        best = distance;
      }
    }
    return HeadAt(i, best, length);
  }
  bool Empty() const { return words_ == 0; }

 private:
  size_t words_ = 0;
  std::map<int32_t, size_t> right_;
};

// `right` as ArcScores has it.
double Uas(const ProbeSplit& split, std::span<const double> right) {
  double sum = 0.0, all = 0.0;
  ForEachWord(split, [&](size_t s, int32_t i, uint32_t w, int32_t) {
    if (!CountsForUas(split.WordAt(s, static_cast<size_t>(i)))) return;
    sum += right[w];
    all += 1.0;
  });
  return sum / all;
}

// 1 where they are the same.
std::vector<double> RightOf(std::span<const int32_t> predicted, std::span<const int32_t> heads) {
  std::vector<double> right;
  for (size_t w = 0; w < predicted.size(); ++w) right.push_back(predicted[w] == heads[w]);
  return right;
}

bool SeesWords(const std::string& probe) { return probe.ends_with("+words"); }

// What `probe` sees of some sentences of a file; `maps` may be null.
PairRows Rows(const std::string& probe, ConstMatrix features, const PairMaps* maps,
              const std::vector<int32_t>& heads, const ProbeSplit& split,
              std::span<const uint32_t> sentences) {
  if (maps != nullptr && !SeesWords(probe)) features = {};
  return {{features, heads, split.starts, sentences, false}, maps};
}

}  // namespace

bool CountsForUas(const Word& word) { return word.head != 0 && !word.deprel.starts_with("punct"); }

ArcTask::ArcTask(const ProbeCorpus& corpus, ArcProbeOptions options)
    : corpus_(corpus),
      options_(options),
      heads_{GoldHeads(corpus.train), GoldHeads(corpus.dev), GoldHeads(corpus.test)} {}

ArcTask::Heads ArcTask::HeadsOf(ProbeTarget target, uint64_t seed) const {
  if (target == ProbeTarget::kLabels) return heads_;
  if (target == ProbeTarget::kControl) {
    const RandomStream stream = ProbeStream(seed, ProbeSite::kControl);
    return {ControlHeads(corpus_.train, stream), ControlHeads(corpus_.dev, stream),
            ControlHeads(corpus_.test, stream)};
  }
  return {ShuffledHeads(corpus_.train, heads_.train, ProbeStream(seed, ProbeSite::kLabels, 0)),
          ShuffledHeads(corpus_.dev, heads_.dev, ProbeStream(seed, ProbeSite::kLabels, 1)),
          heads_.test};
}

FitScores ArcTask::Score(std::span<const double> right,
                         std::span<const double> right_in_tree) const {
  enum Metric : size_t { kUas, kAllWords, kTree, kUnseen, kNumMetrics };
  const ProbeSplit& test = corpus_.test;
  FitScores scores;
  scores.numerators.resize(test.clusters.Count() * kNumMetrics);
  scores.denominators.resize(test.clusters.Count() * kNumMetrics);
  ForEachWord(test, [&](size_t s, int32_t i, uint32_t w, int32_t) {
    const auto add = [&](Metric metric, double share) {
      scores.numerators[test.clusters[s] * kNumMetrics + metric] += share;
      scores.denominators[test.clusters[s] * kNumMetrics + metric] += 1.0;
    };
    add(kAllWords, right[w]);
    if (!CountsForUas(test.WordAt(s, static_cast<size_t>(i)))) return;
    add(kUas, right[w]);
    if (corpus_.seen_in_train[test.types[w]] == 0) add(kUnseen, right[w]);
    if (!right_in_tree.empty()) add(kTree, right_in_tree[w]);
  });
  return scores;
}

bool ArcTask::IsDeterministic(const std::string& probe) const {
  return InputOf(probe) != ProbeInput::kVectors && !SeesWords(probe);
}

ProbeInput ArcTask::InputOf(const std::string& probe) const {
  return probe.starts_with("attention")   ? ProbeInput::kAttention
         : probe.starts_with("distances") ? ProbeInput::kDistances
                                          : ProbeInput::kVectors;
}

PairRows ArcTask::TrainRows(const LayerFeatures& features, const std::string& probe,
                            const Heads& heads, Sentences sentences) const {
  return Rows(probe, features.train, features.pairs == nullptr ? nullptr : &features.pairs->train,
              heads.train, corpus_.train, sentences);
}

PairRows ArcTask::DevRows(const LayerFeatures& features, const std::string& probe,
                          const Heads& heads, Sentences sentences) const {
  return Rows(probe, features.dev, features.pairs == nullptr ? nullptr : &features.pairs->dev,
              heads.dev, corpus_.dev, sentences);
}

std::vector<ArcScores> ArcTask::FitAndScore(Compute& compute, const LayerFeatures& features,
                                            const FitRequest& request, const Heads& heads,
                                            Sentences fitted, const std::vector<PairRows>& scored,
                                            std::vector<double>* mix) const {
  const std::vector<uint32_t> dev_sentences = AllSentences(corpus_.dev);
  const PairRows train = TrainRows(features, request.probe, heads, fitted);
  const PairRows dev = DevRows(features, request.probe, heads, dev_sentences);
  const RandomStream random = ProbeStream(request.seed, ProbeSite::kFit);
  std::vector<ArcScores> scores;
  if (features.pairs == nullptr) {
    ArcProbeOptions options = options_;
    options.mixed_layers = features.mixed_layers;
    if (request.probe == "mlp") options.scorer = ArcScorer::kMlp;
    ArcProbe probe(options);
    probe.Fit(compute, train.words, dev.words, random);
    if (mix != nullptr) *mix = probe.MixWeights();
    for (const PairRows& rows : scored) scores.push_back(probe.Score(compute, rows.words));
    return scores;
  }
  PairProbe probe;
  probe.Fit(compute, train, dev, random);
  for (const PairRows& rows : scored) scores.push_back(probe.Score(compute, rows));
  return scores;
}

FitScores ArcTask::Fit(Compute& compute, const LayerFeatures& features,
                       const FitRequest& request) const {
  const Heads heads = HeadsOf(request.target, request.seed);
  const std::vector<uint32_t> train = AllSentences(corpus_.train), dev = AllSentences(corpus_.dev),
                              test = AllSentences(corpus_.test);
  PairRows test_rows = Rows(request.probe, features.test,
                            features.pairs == nullptr ? nullptr : &features.pairs->test, heads.test,
                            corpus_.test, test);
  test_rows.words.trees = true;
  std::vector<double> mix;
  const std::vector<ArcScores> scores =
      FitAndScore(compute, features, request, heads, train,
                  {test_rows, DevRows(features, request.probe, heads, dev)}, &mix);
  FitScores result = Score(scores[0].right, RightOf(scores[0].in_tree, heads.test));
  result.mix = std::move(mix);
  result.dev = Uas(corpus_.dev, scores[1].right);
  return result;
}

std::vector<TaskBaseline> ArcTask::Baselines() const {
  DistanceCounts all;
  std::vector<DistanceCounts> of_type(corpus_.num_types);
  ForEachWord(corpus_.train, [&](size_t, int32_t i, uint32_t w, int32_t length) {
    all.Add(i, heads_.train[w], length);
    of_type[corpus_.train.types[w]].Add(i, heads_.train[w], length);
  });
  std::vector<int32_t> next, previous, distance, look_up;
  ForEachWord(corpus_.test, [&](size_t, int32_t i, uint32_t w, int32_t length) {
    next.push_back(HeadAt(i, 1, length));
    previous.push_back(HeadAt(i, -1, length));
    distance.push_back(all.Predict(i, length));
    const DistanceCounts& type = of_type[corpus_.test.types[w]];
    look_up.push_back((type.Empty() ? all : type).Predict(i, length));
  });
  return {{"next word", ProbeTarget::kLabels, Score(RightOf(next, heads_.test))},
          {"previous word", ProbeTarget::kLabels, Score(RightOf(previous, heads_.test))},
          {"distance", ProbeTarget::kLabels, Score(RightOf(distance, heads_.test))},
          {"look-up", ProbeTarget::kLabels, Score(RightOf(look_up, heads_.test))}};
}

double ArcTask::UniformBits(std::span<const uint32_t> sentences) const {
  double bits = 0.0;
  for (const uint32_t s : sentences) {
    const auto length = static_cast<double>(corpus_.train.starts[s + 1] - corpus_.train.starts[s]);
    bits += length * Log(length + 1.0) / Log(2.0);
  }
  return bits;
}

double ArcTask::CodeNats(Compute& compute, const LayerFeatures& features, const FitRequest& request,
                         std::span<const uint32_t> fitted, std::span<const uint32_t> coded) const {
  const Heads heads = HeadsOf(request.target, request.seed);
  return FitAndScore(compute, features, request, heads, fitted,
                     {TrainRows(features, request.probe, heads, coded)})[0]
      .nats;
}

}  // namespace headscope
