#include "probe/coreference_probe.h"

#include "probe/dependency_probe.h"

namespace headscope {
namespace {

size_t Cell(size_t head, size_t set, size_t type) {
  return (head * kNumCandidateSets + set) * kNumMentionTypes + type;
}

constexpr size_t kAllTypes = static_cast<size_t>(MentionType::kAll);

// The rows of the table, each by type: each candidate set's head for all mentions, each's head
// for the type, the rules.
constexpr size_t kFirstOwnRow = kNumCandidateSets;
constexpr size_t kFirstRuleRow = 2 * kNumCandidateSets;
constexpr size_t kNumRows = kFirstRuleRow + kNumAntecedentRules;

// [rows, types]
std::vector<RatioAccumulator> SumRows(const CoreferenceTableInput& input) {
  const SegmentedTreebank& treebank = input.test_treebank;
  std::vector<RatioAccumulator> rows(kNumRows * kNumMentionTypes);
  for (size_t s = 0; s < treebank.segments.size(); ++s) {
    const Segment& segment = treebank.segments[s];
    for (size_t a = 0; a < segment.anaphors.size(); ++a) {
      const Anaphor& anaphor = segment.anaphors[a];
      for (size_t type = 0; type < kNumMentionTypes; ++type) {
        if (!anaphor.types[type]) continue;
        const auto add = [&](size_t row, double score) {
          rows[row * kNumMentionTypes + type].Add(treebank.clusters[s], score, 1.0);
        };
        for (size_t set = 0; set < kNumCandidateSets; ++set) {
          add(set, input.test.scores[set][kAllTypes][s][a]);
          add(kFirstOwnRow + set, input.test.scores[set][type][s][a]);
        }
        for (size_t rule = 0; rule < kNumAntecedentRules; ++rule) {
          add(kFirstRuleRow + rule, segment.rules_are_right[a][rule] ? 1.0 : 0.0);
        }
      }
    }
  }
  return rows;
}

}  // namespace

std::vector<double> CoreferencePass::CorrectAmongMentions() const {
  std::vector<double> correct;
  for (size_t head = 0; head < excess.size(); ++head) {
    correct.push_back(counts[Cell(head, static_cast<size_t>(CandidateSet::kPrecedingMentionHeads),
                                  static_cast<size_t>(MentionType::kAll))]);
  }
  return correct;
}

CoreferencePass ScoreCoreference(ThreadPool& pool, PatternSource& source,
                                 const SegmentedTreebank& treebank,
                                 const ChosenCoreferenceHeads* chosen) {
  CoreferencePass pass;
  pass.counts.resize(source.NumHeads() * kNumCandidateSets * kNumMentionTypes);
  std::vector<WordInput> inputs;
  for (const Segment& segment : treebank.segments) {
    inputs.push_back(segment.input);
    if (chosen == nullptr) continue;
    for (auto& by_type : pass.scores) {
      for (auto& scores : by_type) scores.emplace_back(segment.anaphors.size());
    }
  }
  pass.excess.resize(source.NumHeads());
  std::vector<std::vector<double>> maps(pool.NumThreads());
  source.Visit(pool, inputs, [&](size_t thread, size_t head, size_t s, ConstMatrix pattern) {
    const Segment& segment = treebank.segments[s];
    if (segment.anaphors.empty()) return;
    const size_t n = segment.words.size();
    maps[thread].resize(n * n);
    const BasicMatrix<double> map(maps[thread].data(), n, n);
    WordAttention(pattern, segment.input.starts, map);
    for (size_t a = 0; a < segment.anaphors.size(); ++a) {
      const Anaphor& anaphor = segment.anaphors[a];
      for (size_t set = 0; set < kNumCandidateSets; ++set) {
        const double score = CoreferenceScore(map, anaphor, static_cast<CandidateSet>(set));
        for (size_t type = 0; type < kNumMentionTypes; ++type) {
          if (anaphor.types[type]) pass.counts[Cell(head, set, type)] += score;
          if (chosen != nullptr && (*chosen)[set][type] == head) {
            pass.scores[set][type][s][a] = score;
          }
        }
        if (static_cast<CandidateSet>(set) == CandidateSet::kPrecedingMentionHeads) {
          const double nearest = NearestMentionIsRight(anaphor) ? 1.0 : 0.0;
          pass.excess[head].Add(treebank.clusters[s], score - nearest, 1.0);
        }
      }
    }
  });
  return pass;
}

ChosenCoreferenceHeads ChooseCoreferenceHeads(const CoreferencePass& dev) {
  const size_t num_heads = dev.counts.size() / kNumCandidateSets / kNumMentionTypes;
  ChosenCoreferenceHeads chosen{};
  for (size_t set = 0; set < kNumCandidateSets; ++set) {
    for (size_t type = 0; type < kNumMentionTypes; ++type) {
      size_t& best = chosen[set][type];
      for (size_t head = 1; head < num_heads; ++head) {
        if (dev.counts[Cell(head, set, type)] > dev.counts[Cell(best, set, type)]) best = head;
      }
    }
  }
  return chosen;
}

std::vector<uint64_t> CountAnaphors(const SegmentedTreebank& treebank) {
  std::vector<uint64_t> counts(kNumMentionTypes);
  for (const Segment& segment : treebank.segments) {
    for (const Anaphor& anaphor : segment.anaphors) {
      for (size_t type = 0; type < kNumMentionTypes; ++type) counts[type] += anaphor.types[type];
    }
  }
  return counts;
}

CoreferenceResults CoreferenceTable(const CoreferenceTableInput& input) {
  CoreferenceResults results;
  results.dev_instances = CountAnaphors(input.dev_treebank);
  results.test_instances = CountAnaphors(input.test_treebank);
  results.dev_mentions = input.dev_treebank.num_anaphors;
  results.test_mentions = input.test_treebank.num_anaphors;
  results.dev_segments = input.dev_treebank.segments.size();
  results.test_segments = input.test_treebank.segments.size();
  results.dev_documents = input.dev_treebank.num_documents;
  results.test_documents = input.test_treebank.num_documents;
  results.dev_skipped_sentences = input.dev_treebank.skipped_sentences;
  results.test_skipped_sentences = input.test_treebank.skipped_sentences;
  results.dev_counts = input.dev.counts;
  results.test_counts = input.test.counts;
  results.clusters = input.test_treebank.clusters.Facts("segments");

  const std::vector<RatioAccumulator> sums = SumRows(input);
  const auto estimate = [&](size_t row, size_t type) {
    return sums[row * kNumMentionTypes + type].Interval();
  };
  for (size_t set = 0; set < kNumCandidateSets; ++set) {
    CoreferenceHead head;
    head.candidates = static_cast<CandidateSet>(set);
    const auto name = [&](size_t type) {
      const size_t chosen = input.chosen[set][type];
      return HeadId{chosen / input.heads_per_layer, chosen % input.heads_per_layer};
    };
    head.head = name(kAllTypes);
    head.dev_accuracy = input.dev.counts[Cell(input.chosen[set][kAllTypes], set, kAllTypes)] /
                        static_cast<double>(results.dev_mentions);
    for (size_t type = 0; type < kNumMentionTypes; ++type) {
      const auto mention_type = static_cast<MentionType>(type);
      head.rows.push_back({mention_type, estimate(set, type), {}});
      head.own_heads.push_back(name(type));
      head.own_rows.push_back({mention_type, estimate(kFirstOwnRow + set, type), {}});
    }
    results.heads.push_back(std::move(head));
  }
  for (size_t rule = 0; rule < kNumAntecedentRules; ++rule) {
    for (size_t type = 0; type < kNumMentionTypes; ++type) {
      results.rules[rule].push_back(estimate(kFirstRuleRow + rule, type));
    }
  }
  return results;
}

void AppendRandomModel(const CoreferencePass& dev, const CoreferencePass& test, NullModel kind,
                       CoreferenceResults& results) {
  const ChosenCoreferenceHeads chosen = ChooseCoreferenceHeads(dev);
  for (size_t set = 0; set < kNumCandidateSets; ++set) {
    const auto append = [&](size_t head, CoreferenceRow& row) {
      if (row.accuracy.n == 0) return;
      ScoresOf(kind, row).Add(test.counts[Cell(head, set, static_cast<size_t>(row.type))] /
                              static_cast<double>(row.accuracy.n));
    };
    for (size_t type = 0; type < kNumMentionTypes; ++type) {
      append(chosen[set][kAllTypes], results.heads[set].rows[type]);
      append(chosen[set][type], results.heads[set].own_rows[type]);
    }
  }
}

}  // namespace headscope
