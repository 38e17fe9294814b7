#include "probe/tree_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "model/base/random.h"
#include "probe/spanning_tree.h"

namespace headscope {
namespace {

constexpr size_t kTopHeads[] = {2, 4, 8};
constexpr uint32_t kRandomTreeSite = 41;  // of RandomStream
constexpr char kSingleHead[] = "single head", kLayerMean[] = "layer mean";

// weights(head, dependent) over the words of the tree: the sum of the parts.
BasicMatrix<double> SumOfParts(const TreeCandidate& candidate, std::span<const WordMap> maps,
                               const GoldTree& gold, std::vector<double>& memory) {
  const size_t n = gold.words.size();
  memory.assign(n * n, 0.0);
  const BasicMatrix<double> weights(memory.data(), n, n);
  for (const TreeCandidate::Part& part : candidate.parts) {
    const WordMap& map = maps[part.head];
    for (size_t head = 0; head < n; ++head) {
      for (size_t dependent = 0; dependent < n; ++dependent) {
        const uint32_t h = gold.words[head], d = gold.words[dependent];
        weights(head, dependent) +=
            part.direction == Direction::kDependentToHead ? map(d, h) : map(h, d);
      }
    }
  }
  return weights;
}

void Symmetrise(BasicMatrix<double> weights) {
  for (size_t i = 0; i < weights.rows; ++i) {
    for (size_t j = 0; j < i; ++j) {
      weights(i, j) = weights(j, i) = weights(i, j) + weights(j, i);
    }
  }
}

// Adds both trees of `weights`, which is overwritten.
void AddTrees(const GoldTree& gold, bool with_punctuation, BasicMatrix<double> weights,
              size_t cluster, TreeScores& scores) {
  const size_t directed =
      static_cast<size_t>(with_punctuation ? TreeMeasure::kUasWithPunctuation : TreeMeasure::kUas);
  scores[directed].Add(cluster, RightHeads(gold, MaximumArborescence(weights, gold.root)),
                       gold.NumArcs());
  Symmetrise(weights);
  scores[directed + 1].Add(cluster, RightEdges(gold, MaximumSpanningTree(weights)), gold.NumArcs());
}

void AddChain(const GoldTree& gold, bool with_punctuation, bool rightwards, size_t cluster,
              TreeScores& scores) {
  const auto n = static_cast<uint32_t>(gold.words.size());
  std::vector<uint32_t> heads(n, kNoHead - 1);  // no word's head
  std::vector<std::pair<uint32_t, uint32_t>> edges;
  for (uint32_t v = 0; v < n; ++v) {
    if (rightwards ? v + 1 < n : v > 0) heads[v] = rightwards ? v + 1 : v - 1;
    if (v > 0) edges.emplace_back(v - 1, v);
  }
  const size_t directed =
      static_cast<size_t>(with_punctuation ? TreeMeasure::kUasWithPunctuation : TreeMeasure::kUas);
  scores[directed].Add(cluster, RightHeads(gold, heads), gold.NumArcs());
  scores[directed + 1].Add(cluster, RightEdges(gold, edges), gold.NumArcs());
}

size_t BestOf(std::span<const TreeScores> scores, size_t begin, size_t end, size_t measure) {
  size_t best = begin;
  for (size_t c = begin; c < end; ++c) {
    if (scores[c][measure].Ratio() > scores[best][measure].Ratio()) best = c;
  }
  return best;
}

TreeCandidate AllHeads(size_t num_heads, Direction direction) {
  TreeCandidate candidate{fmt::format("all {} heads {}", num_heads, DirectionName(direction)), {}};
  for (size_t head = 0; head < num_heads; ++head) candidate.parts.push_back({head, direction});
  return candidate;
}

// The means of all heads, and of the best heads of a measure, each head in its better direction.
std::vector<TreeCandidate> Combinations(std::span<const TreeCandidate> single,
                                        std::span<const TreeScores> dev, size_t num_heads,
                                        size_t measure) {
  std::vector<TreeCandidate> candidates = {AllHeads(num_heads, Direction::kDependentToHead),
                                           AllHeads(num_heads, Direction::kHeadToDependent)};
  std::vector<size_t> ranked(num_heads);
  for (size_t head = 0; head < num_heads; ++head) {
    ranked[head] = BestOf(dev, kNumDirections * head, kNumDirections * (head + 1), measure);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [&](size_t a, size_t b) {
    return dev[a][measure].Ratio() > dev[b][measure].Ratio();
  });
  for (size_t count : kTopHeads) {
    if (count >= num_heads) break;
    TreeCandidate candidate{fmt::format("the {} best heads", count), {}};
    for (size_t k = 0; k < count; ++k) candidate.parts.push_back(single[ranked[k]].parts[0]);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

// Undirected trees have no direction to name.
std::string ChosenName(const std::string& name, size_t measure) {
  const bool undirected = measure % 2 == 1;
  return undirected ? name.substr(0, name.rfind(" dep->head")) : name;
}

}  // namespace

std::vector<TreeCandidate> HeadAndLayerCandidates(size_t num_layers, size_t heads_per_layer) {
  constexpr Direction kBoth[] = {Direction::kDependentToHead, Direction::kHeadToDependent};
  std::vector<TreeCandidate> candidates;
  for (size_t head = 0; head < num_layers * heads_per_layer; ++head) {
    const HeadId id{head / heads_per_layer, head % heads_per_layer};
    for (Direction direction : kBoth) {
      candidates.push_back(
          {fmt::format("{} {}", id.Name(), DirectionName(direction)), {{head, direction}}});
    }
  }
  for (size_t layer = 0; layer < num_layers; ++layer) {
    for (Direction direction : kBoth) {
      TreeCandidate candidate{fmt::format("L{} {}", layer, DirectionName(direction)), {}};
      for (size_t h = 0; h < heads_per_layer; ++h) {
        candidate.parts.push_back({layer * heads_per_layer + h, direction});
      }
      candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

std::vector<TreeScores> ScoreTrees(ThreadPool& pool, PatternSource& source,
                                   const ProbeTreebank& treebank,
                                   std::span<const TreeCandidate> candidates, TreeReadings readings,
                                   const SentenceVisitor* visitor) {
  const size_t num_heads = source.NumHeads();
  std::vector<TreeScores> scores(candidates.size());
  std::vector<std::vector<double>> maps(num_heads), memory(pool.NumThreads());
  std::vector<WordMap> views(num_heads);
  source.VisitInputs(pool, treebank.inputs, [&](size_t s, std::span<const ConstMatrix> patterns) {
    const WordInput& input = treebank.inputs[s];
    const size_t n = input.NumWords();
    pool.ParallelEach(num_heads, [&](size_t head, size_t) {
      maps[head].resize(n * n);
      const BasicMatrix<double> map(maps[head].data(), n, n);
      WordAttention(patterns[head], input.starts, map);
      views[head] = map;
    });
    const GoldTrees trees = GoldTreesOf(*treebank.sentences[s]);
    pool.ParallelEach(candidates.size(), [&](size_t c, size_t thread) {
      ForEachReading(trees, readings, [&](const GoldTree& gold, bool with_punctuation) {
        AddTrees(gold, with_punctuation, SumOfParts(candidates[c], views, gold, memory[thread]),
                 treebank.clusters[s], scores[c]);
      });
    });
    if (visitor != nullptr) (*visitor)(s, patterns, views);
  });
  return scores;
}

TreeBaselines ScoreTreeBaselines(const ProbeTreebank& treebank, uint64_t seed) {
  TreeBaselines baselines;
  std::vector<double> memory;
  for (size_t s = 0; s < treebank.sentences.size(); ++s) {
    const RandomStream stream{seed, Purpose::kProbe, static_cast<uint32_t>(s), kRandomTreeSite};
    const GoldTrees trees = GoldTreesOf(*treebank.sentences[s]);
    const size_t cluster = treebank.clusters[s];
    baselines.sentences += trees.with_punctuation.has_value();
    ForEachReading(trees, TreeReadings::kBoth, [&](const GoldTree& gold, bool with_punctuation) {
      AddChain(gold, with_punctuation, true, cluster, baselines.right);
      AddChain(gold, with_punctuation, false, cluster, baselines.left);
      const size_t n = gold.words.size();
      memory.resize(n * n);
      for (size_t k = 0; k < n * n; ++k) {
        memory[k] = stream.Uniform(2 * k + (with_punctuation ? 1 : 0));
      }
      AddTrees(gold, with_punctuation, BasicMatrix<double>(memory.data(), n, n), cluster,
               baselines.random);
    });
  }
  return baselines;
}

TreeResults ProbeTrees(ThreadPool& pool, PatternSource& source, const ProbeTreebank& dev,
                       const ProbeTreebank& test, uint64_t seed,
                       const SentenceVisitor* test_visitor) {
  const size_t num_heads = source.NumHeads(), per_layer = source.NumHeadsPerLayer();
  std::vector<TreeCandidate> candidates = HeadAndLayerCandidates(source.NumLayers(), per_layer);
  const size_t first_layer = kNumDirections * num_heads, first_combination = candidates.size();
  std::vector<TreeScores> dev_scores =
      ScoreTrees(pool, source, dev, candidates, TreeReadings::kBoth, nullptr);

  std::vector<TreeCandidate> combinations;
  std::array<size_t, kNumTreeMeasures + 1> combinations_of{};  // [m, m + 1) are of measure m
  for (size_t m = 0; m < kNumTreeMeasures; ++m) {
    for (TreeCandidate& one : Combinations(candidates, dev_scores, num_heads, m)) {
      combinations.push_back(std::move(one));
    }
    combinations_of[m + 1] = combinations.size();
  }
  const auto of_combinations =
      ScoreTrees(pool, source, dev, combinations, TreeReadings::kBoth, nullptr);
  dev_scores.insert(dev_scores.end(), of_combinations.begin(), of_combinations.end());
  candidates.insert(candidates.end(), combinations.begin(), combinations.end());

  const auto test_scores =
      ScoreTrees(pool, source, test, candidates, TreeReadings::kBoth, test_visitor);
  const TreeBaselines baselines = ScoreTreeBaselines(test, seed);
  TreeResults results;
  results.sentences = baselines.sentences;
  for (size_t m = 0; m < kNumTreeMeasures; ++m) {
    const auto choose = [&](const char* family, size_t begin, size_t end) {
      const size_t best = BestOf(dev_scores, begin, end, m);
      results.rows[m].push_back({family, ChosenName(candidates[best].name, m),
                                 dev_scores[best][m].Ratio(), test_scores[best][m].Interval()});
    };
    choose(kSingleHead, 0, first_layer);
    choose(kLayerMean, first_layer, first_combination);
    choose("combined", first_combination + combinations_of[m],
           first_combination + combinations_of[m + 1]);
    results.rows[m].push_back({"right-branching", "", 0.0, baselines.right[m].Interval()});
    results.rows[m].push_back({"left-branching", "", 0.0, baselines.left[m].Interval()});
    results.rows[m].push_back({"random tree", "", 0.0, baselines.random[m].Interval()});
    for (size_t head = 0; head < num_heads; ++head) {
      const size_t better =
          BestOf(dev_scores, kNumDirections * head, kNumDirections * (head + 1), m);
      results.heads[m].push_back(test_scores[better][m].Interval());
    }
  }
  return results;
}

void AppendNullTrees(ThreadPool& pool, PatternSource& source, const ProbeTreebank& dev,
                     const ProbeTreebank& test, NullModel kind, TreeResults& results) {
  const auto candidates = HeadAndLayerCandidates(source.NumLayers(), source.NumHeadsPerLayer());
  const size_t first_layer = kNumDirections * source.NumHeads();
  const auto dev_scores =
      ScoreTrees(pool, source, dev, candidates, TreeReadings::kWithoutPunctuation, nullptr);
  std::vector<TreeCandidate> chosen;
  std::vector<std::pair<TreeRow*, size_t>> rows;  // and the measure
  for (const TreeMeasure measure : {TreeMeasure::kUas, TreeMeasure::kUuas}) {
    const auto m = static_cast<size_t>(measure);
    for (TreeRow& row : results.rows[m]) {
      if (row.family != kSingleHead && row.family != kLayerMean) continue;
      const bool single = row.family == kSingleHead;
      const size_t best =
          BestOf(dev_scores, single ? 0 : first_layer, single ? first_layer : candidates.size(), m);
      chosen.push_back(candidates[best]);
      rows.emplace_back(&row, m);
    }
  }
  const auto scores =
      ScoreTrees(pool, source, test, chosen, TreeReadings::kWithoutPunctuation, nullptr);
  for (size_t k = 0; k < rows.size(); ++k) {
    const auto& [row, measure] = rows[k];
    ScoresOf(kind, *row).Add(scores[k][measure].Ratio());
  }
}

}  // namespace headscope
