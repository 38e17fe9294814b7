#include "probe/structural_task.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "probe/probe_streams.h"
#include "probe/rank_correlation.h"
#include "probe/spanning_tree.h"

namespace headscope {
namespace {

constexpr size_t kShortest = 5, kLongest = 50;  // of DSpr and NSpr
enum Metric : size_t { kUuas, kDspr, kRoot, kNspr, kNumMetrics };

bool IsPunctuation(const Word& word) { return word.deprel.starts_with("punct"); }

std::vector<int32_t> HeadsOf(const Sentence& sentence) {
  std::vector<int32_t> heads;
  for (const Word& word : sentence.words) {
    heads.push_back(word.head == 0 ? static_cast<int32_t>(sentence.words.size()) : word.head - 1);
  }
  return heads;
}

// The same tree with its words permuted.
std::vector<int32_t> PermutedHeads(const std::vector<int32_t>& heads, const RandomStream& stream) {
  const auto n = static_cast<uint32_t>(heads.size());
  const std::vector<uint32_t> place = RandomPermutation(stream, n);
  std::vector<int32_t> permuted(n);
  for (uint32_t i = 0; i < n; ++i) {
    const auto head = static_cast<uint32_t>(heads[i]);
    permuted[place[i]] = static_cast<int32_t>(head == n ? n : place[head]);
  }
  return permuted;
}

std::vector<size_t> WordsThatCount(const Sentence& sentence) {
  std::vector<size_t> words;
  for (size_t i = 0; i < sentence.words.size(); ++i) {
    if (!IsPunctuation(sentence.words[i])) words.push_back(i);
  }
  return words;
}

struct Share {
  double right = 0.0, all = 0.0;
};

Share EdgesFound(const Sentence& sentence, const std::vector<float>& distances) {
  const std::vector<size_t> words = WordsThatCount(sentence);
  const size_t n = sentence.words.size(), m = words.size();
  std::vector<double> closeness(m * m);
  for (size_t a = 0; a < m; ++a) {
    for (size_t b = 0; b < m; ++b) {
      closeness[a * m + b] = -static_cast<double>(distances[words[a] * n + words[b]]);
    }
  }
  Share share;
  const auto is_arc = [&](size_t i, size_t j) {
    return sentence.words[i].head == static_cast<int>(j) + 1;
  };
  for (const size_t i : words) {
    const int head = sentence.words[i].head;
    share.all += head != 0 && !IsPunctuation(sentence.words[static_cast<size_t>(head) - 1]);
  }
  if (m < 2) return share;
  for (const auto& [a, b] :
       MaximumSpanningTree(BasicMatrix<const double>(closeness.data(), m, m))) {
    share.right += is_arc(words[a], words[b]) || is_arc(words[b], words[a]);
  }
  return share;
}

double Uuas(const ProbeSplit& split, const std::vector<std::vector<float>>& distances) {
  Share all;
  for (size_t s = 0; s < split.NumSentences(); ++s) {
    const Share share = EdgesFound(*split.sentences[s], distances[s]);
    all.right += share.right;
    all.all += share.all;
  }
  return all.right / all.all;
}

Share RootFound(const Sentence& sentence, const std::vector<float>& depths) {
  const std::vector<size_t> words = WordsThatCount(sentence);
  if (words.empty()) return {};
  const size_t shallowest = *std::min_element(
      words.begin(), words.end(), [&](size_t i, size_t j) { return depths[i] < depths[j]; });
  return {sentence.words[shallowest].head == 0 ? 1.0 : 0.0, 1.0};
}

// Sum of Spearman's rho of rows, and of how many rows it is defined.
Share RowCorrelations(const std::vector<float>& predicted, const std::vector<float>& gold,
                      size_t n) {
  Share sum;
  for (size_t begin = 0; begin < gold.size(); begin += n) {
    const auto row = [&](const std::vector<float>& values) {
      const auto first = values.begin() + static_cast<std::ptrdiff_t>(begin);
      return std::vector<double>(first, first + static_cast<std::ptrdiff_t>(n));
    };
    const double rho = SpearmanCorrelation(row(predicted), row(gold)).value;
    if (std::isnan(rho)) continue;
    sum.right += rho;
    sum.all += 1.0;
  }
  return sum;
}

// Weighs every length alike: sums per cluster and length, then each length's by 1 / its instances.
class LengthMeans {
 public:
  void Add(size_t length, size_t cluster, Share share) {
    if (length < kShortest || length > kLongest || share.all == 0.0) return;
    Share& sum = sums_[{length, cluster}];
    sum.right += share.right;
    sum.all += share.all;
    instances_[length] += share.all;
    total_ += share.all;
  }
  void Write(Metric metric, FitScores& scores) const {
    for (const auto& [key, sum] : sums_) {
      const auto& [length, cluster] = key;
      const double weight = total_ / static_cast<double>(instances_.size()) / instances_.at(length);
      scores.numerators[cluster * kNumMetrics + metric] += weight * sum.right;
      scores.denominators[cluster * kNumMetrics + metric] += weight * sum.all;
    }
  }

 private:
  std::map<std::pair<size_t, size_t>, Share> sums_;
  std::map<size_t, double> instances_;
  double total_ = 0.0;
};

StructuralProbeOptions OptionsOf(const std::string& probe) {
  StructuralProbeOptions options;
  options.rank = std::stoul(probe.substr(std::string_view("rank").size()));
  return options;
}

}  // namespace

StructuralTask::StructuralTask(const ProbeCorpus& corpus)
    : corpus_(corpus), test_(TreesOf(corpus.test, ProbeTarget::kLabels, 0, 2)) {}

StructuralTask::Trees StructuralTask::TreesOf(const ProbeSplit& split, ProbeTarget target,
                                              uint64_t seed, uint32_t file) const {
  Trees trees;
  for (size_t s = 0; s < split.NumSentences(); ++s) {
    std::vector<int32_t> heads = HeadsOf(*split.sentences[s]);
    if (target == ProbeTarget::kShuffledLabels) {
      heads = PermutedHeads(
          heads, ProbeStream(seed, ProbeSite::kLabels, 4 * static_cast<uint32_t>(s) + file));
    }
    trees.distances.push_back(TreeDistances(heads));
    trees.depths.push_back(TreeDepths(heads));
  }
  return trees;
}

FitScores StructuralTask::Fit(Compute& compute, const LayerFeatures& features,
                              const FitRequest& request) const {
  const Trees train = TreesOf(corpus_.train, request.target, request.seed, 0);
  const Trees dev = TreesOf(corpus_.dev, request.target, request.seed, 1);
  const auto fit = [&](StructuralKind kind, Values Trees::*values) {
    StructuralProbe probe(kind, OptionsOf(request.probe));
    probe.Fit(compute, {features.train, corpus_.train.starts, train.*values},
              {features.dev, corpus_.dev.starts, dev.*values},
              ProbeStream(request.seed, ProbeSite::kFit));
    return probe;
  };
  const auto predict = [&](StructuralProbe& probe, Values Trees::*values) {
    return probe.Predict(compute, {features.test, corpus_.test.starts, test_.*values});
  };
  StructuralProbe of_distances = fit(StructuralKind::kDistance, &Trees::distances);
  StructuralProbe of_depths = fit(StructuralKind::kDepth, &Trees::depths);
  FitScores scores =
      Score(predict(of_distances, &Trees::distances), predict(of_depths, &Trees::depths));
  scores.dev = Uuas(corpus_.dev, of_distances.Predict(
                                     compute, {features.dev, corpus_.dev.starts, dev.distances}));
  return scores;
}

FitScores StructuralTask::Score(const Values& distances, const Values& depths) const {
  const ProbeSplit& test = corpus_.test;
  FitScores scores;
  scores.numerators.resize(test.clusters.Count() * kNumMetrics);
  scores.denominators.resize(test.clusters.Count() * kNumMetrics);
  LengthMeans of_distances, of_depths;
  for (size_t s = 0; s < test.NumSentences(); ++s) {
    const Sentence& sentence = *test.sentences[s];
    const size_t n = sentence.words.size(), cluster = test.clusters[s];
    const auto add = [&](Metric metric, Share share) {
      scores.numerators[cluster * kNumMetrics + metric] += share.right;
      scores.denominators[cluster * kNumMetrics + metric] += share.all;
    };
    add(kUuas, EdgesFound(sentence, distances[s]));
    add(kRoot, RootFound(sentence, depths[s]));
    if (n < kShortest || n > kLongest) continue;
    of_distances.Add(n, cluster, RowCorrelations(distances[s], test_.distances[s], n));
    of_depths.Add(n, cluster, RowCorrelations(depths[s], test_.depths[s], n));
  }
  of_distances.Write(kDspr, scores);
  of_depths.Write(kNspr, scores);
  return scores;
}

std::vector<TaskBaseline> StructuralTask::Baselines() const {
  Values distances, depths;
  for (const Sentence* sentence : corpus_.test.sentences) {
    const size_t n = sentence->words.size();
    distances.emplace_back();
    depths.emplace_back();
    for (size_t i = 0; i < n; ++i) {
      depths.back().push_back(static_cast<float>(i));
      for (size_t j = 0; j < n; ++j) {
        distances.back().push_back(static_cast<float>(i > j ? i - j : j - i));
      }
    }
  }
  return {{"linear order", ProbeTarget::kLabels, Score(distances, depths)}};
}

}  // namespace headscope
