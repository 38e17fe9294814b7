// What knows the mentions' words and places but has no encoder.
#include <algorithm>
#include <bit>
#include <map>

#include "probe/coreference_task.h"

namespace headscope {
namespace {

// How often pairs of one kind are coreferent.
struct Counts {
  size_t labels[2] = {0, 0};
  bool Empty() const { return labels[0] + labels[1] == 0; }
  int32_t Mode() const { return labels[1] > labels[0] ? 1 : 0; }
};

// floor(log2) of the words between two head words, 0 for neighbours.
size_t DistanceClass(const MentionPairs& file, RowPair pair) {
  return static_cast<size_t>(std::bit_width(file.spans[pair.b].head - file.spans[pair.a].head)) - 1;
}

std::vector<double> ShareRight(const MentionPairs& file) {
  std::vector<double> right;
  for (const RankedMention& ranked : file.ranked) {
    const auto begin =
        file.candidate_is_right.begin() + static_cast<std::ptrdiff_t>(ranked.first_pair);
    const auto n = static_cast<std::ptrdiff_t>(ranked.num_pairs);
    right.push_back(static_cast<double>(std::count(begin, begin + n, char{1})) /
                    static_cast<double>(n));
  }
  return right;
}

}  // namespace

std::vector<TaskBaseline> CoreferenceTask::Baselines() const {
  Counts all;
  std::map<uint64_t, Counts> of_types;
  std::map<size_t, Counts> of_distance;
  for (size_t k = 0; k < train_.pairs.size(); ++k) {
    const auto label = static_cast<size_t>(train_.labels[k]);
    ++all.labels[label];
    ++of_types[TypePair(corpus_.train, train_, k)].labels[label];
    ++of_distance[DistanceClass(train_, train_.pairs[k])].labels[label];
  }
  const auto form = [&](uint32_t span, size_t segment) {
    const uint32_t word = test_.spans[span].head - corpus_.test.starts[segment];
    return LowerAscii(corpus_.test.WordAt(segment, word).form);
  };
  std::vector<int32_t> majority, look_up, same_word, distance;
  for (size_t s = 0; s < corpus_.test.NumSentences(); ++s) {
    for (size_t k = test_.starts[s]; k < test_.starts[s + 1]; ++k) {
      const RowPair pair = test_.pairs[k];
      const auto types = of_types.find(TypePair(corpus_.test, test_, k));
      const Counts& apart = of_distance[DistanceClass(test_, pair)];
      majority.push_back(all.Mode());
      look_up.push_back(types == of_types.end() ? all.Mode() : types->second.Mode());
      same_word.push_back(form(pair.a, s) == form(pair.b, s) ? 1 : 0);
      distance.push_back(apart.Empty() ? all.Mode() : apart.Mode());
    }
  }
  const auto by_rule = [&](AntecedentRule rule) {
    std::vector<double> right;
    for (const RankedMention& ranked : test_.ranked) {
      right.push_back(ranked.rules_are_right[static_cast<size_t>(rule)] ? 1.0 : 0.0);
    }
    return right;
  };
  const auto baseline = [&](const char* name, std::span<const int32_t> predicted,
                            std::span<const double> right) -> TaskBaseline {
    return {name, ProbeTarget::kLabels, Score(predicted, test_.labels, right)};
  };
  return {baseline("majority", majority, {}),
          baseline("look-up", look_up, {}),
          baseline("same head word", same_word, by_rule(AntecedentRule::kSameHeadWord)),
          baseline("distance; nearest mention", distance, by_rule(AntecedentRule::kNearestMention)),
          baseline("nearest agreeing", {}, by_rule(AntecedentRule::kNearestAgreeing)),
          baseline("four sieves", {}, by_rule(AntecedentRule::kFourSieves)),
          baseline("random mention", {}, ShareRight(test_))};
}

}  // namespace headscope
