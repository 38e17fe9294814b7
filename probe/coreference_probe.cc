#include "probe/coreference_probe.h"

#include "probe/dependency_probe.h"

namespace headscope {
namespace {

size_t Cell(size_t head, size_t set, size_t type) {
  return (head * kNumCandidateSets + set) * kNumMentionTypes + type;
}

// The rows of the bootstrap: each candidate set's head, then the two baselines; each by type.
constexpr size_t kNearestRow = kNumCandidateSets;
constexpr size_t kSameHeadWordRow = kNumCandidateSets + 1;
constexpr size_t kNumRows = kNumCandidateSets + 2;

std::vector<Estimate> EstimateRows(ThreadPool& pool, const CoreferenceTableInput& input) {
  const SegmentedTreebank& treebank = input.test_treebank;
  const size_t width = kNumRows * kNumMentionTypes;
  size_t num_documents = 0;
  for (const Segment& segment : treebank.segments) {
    if (segment.document >= num_documents) num_documents = segment.document + 1;
  }
  std::vector<double> numerators(num_documents * width), denominators(num_documents * width);
  for (size_t s = 0; s < treebank.segments.size(); ++s) {
    const Segment& segment = treebank.segments[s];
    for (size_t a = 0; a < segment.anaphors.size(); ++a) {
      const Anaphor& anaphor = segment.anaphors[a];
      std::array<double, kNumRows> scores;
      for (size_t set = 0; set < kNumCandidateSets; ++set) {
        scores[set] = input.test.scores[set][s][a];
      }
      scores[kNearestRow] = NearestMentionIsRight(anaphor) ? 1.0 : 0.0;
      scores[kSameHeadWordRow] = NearestSameHeadWordIsRight(segment.words, anaphor) ? 1.0 : 0.0;
      for (size_t row = 0; row < kNumRows; ++row) {
        for (size_t type = 0; type < kNumMentionTypes; ++type) {
          if (!anaphor.types[type]) continue;
          const size_t at = segment.document * width + row * kNumMentionTypes + type;
          numerators[at] += scores[row];
          denominators[at] += 1.0;
        }
      }
    }
  }
  return BootstrapRatios(pool, width, numerators, denominators, input.bootstrap);
}

// What one head adds to its accumulator when a document ends.
class DocumentExcess {
 public:
  void Add(size_t document, double excess, RatioAccumulator& accumulator) {
    if (document != document_) Flush(accumulator);
    document_ = document;
    excess_ += excess;
    mentions_ += 1.0;
  }
  void Flush(RatioAccumulator& accumulator) {
    accumulator.Add(excess_, mentions_);
    excess_ = mentions_ = 0.0;
  }

 private:
  size_t document_ = 0;
  double excess_ = 0.0, mentions_ = 0.0;
};

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
    for (auto& scores : pass.scores) scores.emplace_back(segment.anaphors.size());
  }
  pass.excess.resize(source.NumHeads());
  std::vector<DocumentExcess> documents(source.NumHeads());
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
        }
        if (chosen != nullptr && (*chosen)[set] == head) pass.scores[set][s][a] = score;
        if (static_cast<CandidateSet>(set) == CandidateSet::kPrecedingMentionHeads) {
          const double nearest = NearestMentionIsRight(anaphor) ? 1.0 : 0.0;
          documents[head].Add(segment.document, score - nearest, pass.excess[head]);
        }
      }
    }
  });
  for (size_t head = 0; head < source.NumHeads(); ++head) {
    documents[head].Flush(pass.excess[head]);
  }
  return pass;
}

ChosenCoreferenceHeads ChooseCoreferenceHeads(const CoreferencePass& dev) {
  const size_t num_heads = dev.counts.size() / kNumCandidateSets / kNumMentionTypes;
  ChosenCoreferenceHeads chosen{};
  const size_t all = static_cast<size_t>(MentionType::kAll);
  for (size_t set = 0; set < kNumCandidateSets; ++set) {
    for (size_t head = 1; head < num_heads; ++head) {
      if (dev.counts[Cell(head, set, all)] > dev.counts[Cell(chosen[set], set, all)]) {
        chosen[set] = head;
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

CoreferenceResults CoreferenceTable(ThreadPool& pool, const CoreferenceTableInput& input) {
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

  const std::vector<Estimate> estimates = EstimateRows(pool, input);
  const auto estimate = [&](size_t row, size_t type) {
    return estimates[row * kNumMentionTypes + type];
  };
  for (size_t set = 0; set < kNumCandidateSets; ++set) {
    CoreferenceHead head;
    head.candidates = static_cast<CandidateSet>(set);
    head.head = {input.chosen[set] / input.heads_per_layer,
                 input.chosen[set] % input.heads_per_layer};
    head.dev_accuracy =
        input.dev.counts[Cell(input.chosen[set], set, static_cast<size_t>(MentionType::kAll))] /
        static_cast<double>(results.dev_mentions);
    for (size_t type = 0; type < kNumMentionTypes; ++type) {
      head.rows.push_back({static_cast<MentionType>(type), estimate(set, type), {}});
    }
    results.heads.push_back(std::move(head));
  }
  for (size_t type = 0; type < kNumMentionTypes; ++type) {
    results.nearest_mention.push_back(estimate(kNearestRow, type));
    results.nearest_same_head_word.push_back(estimate(kSameHeadWordRow, type));
  }
  return results;
}

void AppendRandomModel(const CoreferencePass& dev, const CoreferencePass& test, NullModel kind,
                       CoreferenceResults& results) {
  const ChosenCoreferenceHeads chosen = ChooseCoreferenceHeads(dev);
  for (size_t set = 0; set < kNumCandidateSets; ++set) {
    for (CoreferenceRow& row : results.heads[set].rows) {
      if (row.accuracy.n == 0) continue;
      AppendRandomValue(test.counts[Cell(chosen[set], set, static_cast<size_t>(row.type))] /
                            static_cast<double>(row.accuracy.n),
                        ScoresOf(kind, row));
    }
  }
}

}  // namespace headscope
