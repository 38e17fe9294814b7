#include "probe/head_matching.h"

#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "model/base/quantile.h"
#include "probe/assignment.h"
#include "probe/head_distance.h"
#include "probe/probe_streams.h"
#include "probe/ratio_accumulator.h"

namespace headscope {
namespace {

constexpr size_t kInputsAtOnce = 8;

// All heads' patterns on one input, and the entropies of the rows of words' pieces.
struct HeldPatterns {
  size_t length = 0;
  std::vector<float> values;      // [heads, T, T]
  std::vector<double> entropies;  // [heads, T]; 0 for the first and last row

  void Hold(std::span<const ConstMatrix> patterns) {
    length = patterns[0].rows;
    values.clear();
    entropies.assign(patterns.size() * length, 0.0);
    for (size_t head = 0; head < patterns.size(); ++head) {
      for (size_t i = 0; i < length; ++i) {
        const float* row = patterns[head].Row(i);
        values.insert(values.end(), row, row + length);
        if (i > 0 && i + 1 < length) {
          entropies[head * length + i] = EntropyOfMean(row, row, length);
        }
      }
    }
  }
  const float* Row(size_t head, size_t i) const {
    return values.data() + (head * length + i) * length;
  }
};

void AddDivergences(ThreadPool& pool, const HeldPatterns& a, const HeldPatterns& b, size_t heads_a,
                    size_t heads_b, std::vector<double>& sums) {
  pool.ParallelEach(heads_a, [&](size_t x, size_t) {
    for (size_t y = 0; y < heads_b; ++y) {
      double sum = 0.0;
      for (size_t i = 1; i + 1 < a.length; ++i) {
        sum += EntropyOfMean(a.Row(x, i), b.Row(y, i), a.length) -
               0.5 * (a.entropies[x * a.length + i] + b.entropies[y * a.length + i]);
      }
      sums[x * heads_b + y] += sum;
    }
  });
}

// The mean divergence of the pairs, and how many of them are in the same layer.
struct PairSums {
  double mean = 0.0, same_layer = 0.0;
};

Estimate Quantiles(std::vector<double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  std::sort(values.begin(), values.end());
  return {sum / static_cast<double>(values.size()), Quantile(values, 0.025),
          Quantile(values, 0.975), values.size()};
}

}  // namespace

std::vector<double> CrossDivergences::Distances() const {
  std::vector<double> distances(heads_a * heads_b);
  double all = 0.0;
  for (size_t d = 0; d < sums.size(); ++d) {
    all += rows[d];
    for (size_t k = 0; k < distances.size(); ++k) distances[k] += sums[d][k];
  }
  for (double& value : distances) value = std::sqrt(std::max(0.0, value / all));
  return distances;
}

CrossDivergences CompareHeads(ThreadPool& pool, PatternSource& a, PatternSource& b,
                              std::span<const WordInput> inputs,
                              std::span<const uint32_t> documents) {
  CrossDivergences result{a.NumHeads(), b.NumHeads(), {}, {}};
  for (const uint32_t d : documents) {
    if (d >= result.sums.size()) result.sums.resize(d + size_t{1});
  }
  for (auto& sums : result.sums) sums.resize(result.heads_a * result.heads_b);
  result.rows.resize(result.sums.size());
  std::vector<HeldPatterns> held(kInputsAtOnce);
  HeldPatterns other;
  for (size_t begin = 0; begin < inputs.size(); begin += kInputsAtOnce) {
    const auto group = inputs.subspan(begin, std::min(kInputsAtOnce, inputs.size() - begin));
    a.VisitInputs(pool, group, [&](size_t item, std::span<const ConstMatrix> patterns) {
      held[item].Hold(patterns);
    });
    b.VisitInputs(pool, group, [&](size_t item, std::span<const ConstMatrix> patterns) {
      other.Hold(patterns);
      if (other.length < 3) return;
      const uint32_t d = documents[begin + item];
      AddDivergences(pool, held[item], other, result.heads_a, result.heads_b, result.sums[d]);
      result.rows[d] += static_cast<double>(other.length - 2);
    });
  }
  return result;
}

HeadMatch MatchHeads(const CrossDivergences& chosen_on, const CrossDivergences& scored_on,
                     size_t heads_per_layer_a, size_t heads_per_layer_b, size_t permutations,
                     uint64_t seed) {
  const size_t heads = chosen_on.heads_a, others = chosen_on.heads_b;
  HeadMatch match;
  match.partner = CheapestAssignment(chosen_on.Distances(), heads, others);
  RatioAccumulator all;
  std::vector<RatioAccumulator> of_head(heads);
  std::vector<double> mean(heads * others);  // divergence of each pair on the second text
  double rows = 0.0;
  for (size_t d = 0; d < scored_on.sums.size(); ++d) {
    const std::vector<double>& sums = scored_on.sums[d];
    double total = 0.0;
    for (size_t x = 0; x < heads; ++x) {
      of_head[x].Add(d, sums[x * others + match.partner[x]], scored_on.rows[d]);
      total += sums[x * others + match.partner[x]];
    }
    all.Add(d, total / static_cast<double>(heads), scored_on.rows[d]);
    rows += scored_on.rows[d];
    for (size_t k = 0; k < mean.size(); ++k) mean[k] += sums[k];
  }
  for (const RatioAccumulator& accumulator : of_head) {
    match.distance.push_back(accumulator.Interval());
  }
  match.mean = all.Interval();
  const auto score = [&](auto partner_of) {
    PairSums pairs;
    for (size_t x = 0; x < heads; ++x) {
      const size_t y = partner_of(x);
      pairs.mean += mean[x * others + y] / rows / static_cast<double>(heads);
      pairs.same_layer += x / heads_per_layer_a == y / heads_per_layer_b ? 1.0 : 0.0;
    }
    pairs.same_layer /= static_cast<double>(heads);
    return pairs;
  };
  const PairSums own = score([&](size_t x) { return match.partner[x]; });
  match.same_layer = {own.same_layer, own.same_layer, own.same_layer, heads};
  std::vector<double> means, shares;
  size_t as_small = 0, as_large = 0;
  for (size_t k = 0; k < permutations; ++k) {
    const std::vector<uint32_t> order =
        RandomPermutation(ProbeStream(seed, ProbeSite::kHeadMatching, static_cast<uint32_t>(k)),
                          static_cast<uint32_t>(others));
    const PairSums random = score([&](size_t x) { return static_cast<size_t>(order[x]); });
    means.push_back(random.mean);
    shares.push_back(random.same_layer);
    as_small += random.mean <= own.mean;
    as_large += random.same_layer >= own.same_layer;
  }
  if (permutations == 0) return match;
  match.random_mean = Quantiles(means);
  match.random_same_layer = Quantiles(shares);
  const auto p_of = [&](size_t extreme) {
    return static_cast<double>(1 + extreme) / static_cast<double>(1 + permutations);
  };
  match.mean_p = p_of(as_small);
  match.same_layer_p = p_of(as_large);
  return match;
}

}  // namespace headscope
