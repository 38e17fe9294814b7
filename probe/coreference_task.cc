#include "probe/coreference_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "probe/online_code.h"
#include "probe/probe_streams.h"

namespace headscope {
namespace {

constexpr size_t kScoredRows = 1024;

enum Metric : size_t { kAccuracy, kF1, kAntecedent };
struct RankedMetric {
  const char* name;
  MentionType type;
};
constexpr RankedMetric kRankedMetrics[] = {{"antecedent", MentionType::kAll},
                                           {"of pronouns", MentionType::kPronoun},
                                           {"of 3rd person", MentionType::kThirdPerson},
                                           {"of proper names", MentionType::kProper},
                                           {"of nominals", MentionType::kNominal}};
constexpr size_t kNumMetrics = kAntecedent + std::size(kRankedMetrics);

std::vector<uint32_t> AllOf(size_t n) {
  std::vector<uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

std::vector<uint32_t> PairsOfSegments(const MentionPairs& file,
                                      std::span<const uint32_t> segments) {
  std::vector<uint32_t> rows;
  for (const uint32_t s : segments) {
    for (size_t k = file.starts[s]; k < file.starts[s + 1]; ++k) {
      rows.push_back(static_cast<uint32_t>(k));
    }
  }
  return rows;
}

std::vector<int32_t> Permuted(const std::vector<int32_t>& labels, const RandomStream& stream) {
  std::vector<int32_t> permuted;
  for (const uint32_t i : RandomPermutation(stream, static_cast<uint32_t>(labels.size()))) {
    permuted.push_back(labels[i]);
  }
  return permuted;
}

RowPairs Compared(const std::vector<RowPair>& pairs) {
  return {.rows = pairs, .with_product = true};
}

// log p(coreferent) - log p(not) of each pair.
std::vector<float> ScoresOf(Compute& compute, Probe& probe, ConstMatrix spans,
                            const std::vector<RowPair>& pairs) {
  const std::vector<uint32_t> rows = AllOf(pairs.size());
  const ProbeRows data{spans, {}, rows, Compared(pairs)};
  std::vector<float> scores;
  RowBlock block;
  AlignedBuffer<float> buffer(kScoredRows * 2);
  for (size_t begin = 0; begin < rows.size(); begin += kScoredRows) {
    const size_t end = std::min(begin + kScoredRows, rows.size());
    const Matrix logits(buffer.data(), end - begin, 2);
    probe.Logits(compute, block.Features(compute, data, begin, end), logits);
    for (size_t i = 0; i < logits.rows; ++i) scores.push_back(logits(i, 1) - logits(i, 0));
  }
  return scores;
}

}  // namespace

SpanVector ParseSpanVector(const std::string& name) {
  if (name == "mean") return SpanVector::kMean;
  if (name == "endpoints") return SpanVector::kEndpoints;
  if (name == "endpoints+mean") return SpanVector::kEndpointsAndMean;
  Fail("--span: expected mean, endpoints or endpoints+mean, found {}", name);
}

CoreferenceTask::CoreferenceTask(const ProbeCorpus& corpus, const CoreferenceTaskOptions& options)
    : corpus_(corpus),
      options_(options),
      train_(PairsOf(corpus.train, options.seed, 0)),
      dev_(PairsOf(corpus.dev, options.seed, 1)),
      test_(PairsOf(corpus.test, options.seed, 2)) {
  const std::pair<const ProbeSplit*, const MentionPairs*> files[] = {
      {&corpus.train, &train_}, {&corpus.dev, &dev_}, {&corpus.test, &test_}};
  for (const auto& [split, pairs] : files) {
    const size_t positive = pairs->NumPositive();
    if (positive > 0 && positive < pairs->pairs.size()) continue;
    Fail("{}: expected pairs of coreferent mentions and of others in segments, found {} and {}",
         split->facts.path, positive, pairs->pairs.size() - positive);
  }
}

std::vector<std::string> CoreferenceTask::Metrics() const {
  std::vector<std::string> names = {"accuracy", "F1"};
  for (const RankedMetric& metric : kRankedMetrics) names.emplace_back(metric.name);
  return names;
}

std::vector<MetricGroup> CoreferenceTask::MetricGroups() const {
  MetricGroup ranking{"antecedents, ranked by the probe", {}};
  for (const RankedMetric& metric : kRankedMetrics) ranking.metrics.emplace_back(metric.name);
  return {{"pairs of mentions", {"accuracy", "F1"}}, ranking};
}

std::vector<std::string> CoreferenceTask::Notes() const {
  std::string text;
  const std::pair<const char*, const MentionPairs*> files[] = {
      {"train", &train_}, {"dev", &dev_}, {"test", &test_}};
  for (const auto& [name, file] : files) {
    text += fmt::format("{}{}: {} mentions, {} coreferent pairs and {} others, {} with antecedent",
                        text.empty() ? "" : "; ", name, file->spans.size(), file->NumPositive(),
                        file->pairs.size() - file->NumPositive(), file->ranked.size());
  }
  return {text};
}

uint64_t CoreferenceTask::TypePair(const ProbeSplit& split, const MentionPairs& file,
                                   size_t pair) const {
  const auto type = [&](uint32_t span) -> uint64_t { return split.types[file.spans[span].head]; };
  return type(file.pairs[pair].a) * corpus_.num_types + type(file.pairs[pair].b);
}

CoreferenceTask::Labels CoreferenceTask::LabelsOf(ProbeTarget target, uint64_t seed) const {
  if (target == ProbeTarget::kLabels) return {train_.labels, dev_.labels, test_.labels};
  if (target == ProbeTarget::kShuffledLabels) {
    return {Permuted(train_.labels, ProbeStream(seed, ProbeSite::kLabels, 0)),
            Permuted(dev_.labels, ProbeStream(seed, ProbeSite::kLabels, 1)), test_.labels};
  }
  const RandomStream stream = ProbeStream(seed, ProbeSite::kControl);
  const auto control = [&](const ProbeSplit& split, const MentionPairs& file) {
    std::vector<int32_t> labels;
    for (size_t k = 0; k < file.pairs.size(); ++k) {
      // The label of a random pair of train: the empirical distribution.
      labels.push_back(train_.labels[stream.Below(TypePair(split, file, k), train_.labels.size())]);
    }
    return labels;
  };
  return {control(corpus_.train, train_), control(corpus_.dev, dev_), control(corpus_.test, test_)};
}

CoreferenceTask::Spans CoreferenceTask::SpansOf(ConstMatrix words, const MentionPairs& file) const {
  const size_t width = words.cols;
  const bool ends = options_.span != SpanVector::kMean;
  const bool mean = options_.span != SpanVector::kEndpoints;
  const size_t cols = (ends ? 2 * width : 0) + (mean ? width : 0);
  Spans spans{AlignedBuffer<float>(file.spans.size() * cols), {}};
  for (size_t k = 0; k < file.spans.size(); ++k) {
    const MentionSpan& span = file.spans[k];
    float* y = spans.values.data() + k * cols;
    if (ends) {
      y = std::copy_n(words.Row(span.first), width, y);
      y = std::copy_n(words.Row(span.last), width, y);
    }
    for (size_t j = 0; mean && j < width; ++j) {
      double sum = 0.0;
      for (uint32_t w = span.first; w <= span.last; ++w) sum += static_cast<double>(words(w, j));
      y[j] = static_cast<float>(sum / static_cast<double>(span.last - span.first + 1));
    }
  }
  spans.vectors = ConstMatrix(spans.values.data(), file.spans.size(), cols);
  return spans;
}

FitScores CoreferenceTask::Fit(Compute& compute, const LayerFeatures& features,
                               const FitRequest& request) const {
  return FitTogether(compute, features, {&request, 1})[0];
}

std::vector<FitScores> CoreferenceTask::FitTogether(Compute& compute, const LayerFeatures& features,
                                                    std::span<const FitRequest> requests) const {
  const Spans train = SpansOf(features.train, train_), test = SpansOf(features.test, test_);
  const Spans dev = SpansOf(features.dev, dev_);
  const std::vector<uint32_t> fitted = AllOf(train_.pairs.size());
  const std::vector<uint32_t> scored = AllOf(test_.pairs.size());
  const std::vector<uint32_t> chosen_on = AllOf(dev_.pairs.size());
  const std::vector<FittedWordProbe> fits = FitWordProbes(
      compute, [&] { return MakeWordProbe(requests[0].probe, 2, options_.hidden_units); },
      {train.vectors, {}, fitted, Compared(train_.pairs)},
      {dev.vectors, {}, chosen_on, Compared(dev_.pairs)}, requests,
      [&](const FitRequest& request) { return LabelsOf(request.target, request.seed); });
  std::vector<FitScores> all;
  for (size_t r = 0; r < requests.size(); ++r) {
    Probe& probe = *fits[r].probe;
    const std::vector<int32_t>& labels = fits[r].labels.test;
    const ProbeScores pairs =
        ScoreProbe(compute, probe, {test.vectors, labels, scored, Compared(test_.pairs)});
    std::vector<double> right;
    if (requests[r].target != ProbeTarget::kControl) {
      right = RightOf(ScoresOf(compute, probe, test.vectors, test_.candidates));
    }
    FitScores scores = Score(pairs.predicted, labels, right);
    scores.dev = fits[r].dev;
    scores.penalty = fits[r].penalty;
    all.push_back(std::move(scores));
  }
  return all;
}

std::vector<double> CoreferenceTask::RightOf(std::span<const float> scores) const {
  std::vector<double> all;
  for (const RankedMention& ranked : test_.ranked) {
    const std::span<const float> own = scores.subspan(ranked.first_pair, ranked.num_pairs);
    const float best = *std::max_element(own.begin(), own.end());
    double right = 0.0, equal = 0.0;
    for (size_t k = 0; k < own.size(); ++k) {
      if (own[k] != best) continue;
      equal += 1.0;
      right += test_.candidate_is_right[ranked.first_pair + k] != 0 ? 1.0 : 0.0;
    }
    all.push_back(right / equal);
  }
  return all;
}

FitScores CoreferenceTask::Score(std::span<const int32_t> predicted,
                                 std::span<const int32_t> labels,
                                 std::span<const double> right) const {
  const ProbeSplit& split = corpus_.test;
  FitScores scores;
  scores.numerators.resize(split.clusters.Count() * kNumMetrics);
  scores.denominators.resize(split.clusters.Count() * kNumMetrics);
  const auto add = [&](size_t segment, size_t metric, double numerator, double denominator) {
    const size_t at = split.clusters[segment] * kNumMetrics + metric;
    scores.numerators[at] += numerator;
    scores.denominators[at] += denominator;
  };
  for (size_t s = 0; s < split.NumSentences() && !predicted.empty(); ++s) {
    for (size_t k = test_.starts[s]; k < test_.starts[s + 1]; ++k) {
      add(s, kAccuracy, predicted[k] == labels[k] ? 1.0 : 0.0, 1.0);
      // F1 = 2 TP / (2 TP + FP + FN): what is predicted and what is there, counted.
      add(s, kF1, predicted[k] == 1 && labels[k] == 1 ? 2.0 : 0.0,
          static_cast<double>(predicted[k] + labels[k]));
    }
  }
  for (size_t k = 0; k < right.size(); ++k) {
    for (size_t m = 0; m < std::size(kRankedMetrics); ++m) {
      if (!test_.ranked[k].types[static_cast<size_t>(kRankedMetrics[m].type)]) continue;
      add(test_.ranked[k].sentence, kAntecedent + m, right[k], 1.0);
    }
  }
  return scores;
}

double CoreferenceTask::UniformBits(std::span<const uint32_t> segments) const {
  return static_cast<double>(PairsOfSegments(train_, segments).size());
}

double CoreferenceTask::CodeNats(Compute& compute, const LayerFeatures& features,
                                 const FitRequest& request, std::span<const uint32_t> fitted,
                                 std::span<const uint32_t> coded) const {
  const std::vector<uint32_t> rows = PairsOfSegments(train_, fitted);
  const std::vector<uint32_t> block = PairsOfSegments(train_, coded);
  // The first segments may have no pair.
  if (rows.empty() || block.empty()) return UniformBits(coded) * Log(2.0);
  const Labels labels = LabelsOf(request.target, request.seed);
  const Spans train = SpansOf(features.train, train_), dev = SpansOf(features.dev, dev_);
  const std::vector<uint32_t> chosen_on = DevRowsOfBlock(AllOf(dev_.pairs.size()), rows.size());
  const auto probe = MakeWordProbe(request.probe, 2, options_.hidden_units);
  probe->Fit(compute, {train.vectors, labels.train, rows, Compared(train_.pairs)},
             {dev.vectors, labels.dev, chosen_on, Compared(dev_.pairs)},
             ProbeStream(request.seed, ProbeSite::kFit));
  const ProbeScores scores =
      ScoreProbe(compute, *probe, {train.vectors, labels.train, block, Compared(train_.pairs)});
  return scores.MeanNats() * static_cast<double>(block.size());
}

}  // namespace headscope
