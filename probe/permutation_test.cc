#include "probe/permutation_test.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "model/base/error.h"
#include "model/base/quantile.h"
#include "model/base/random.h"
#include "train/divergence.h"

namespace headscope {
namespace {

constexpr size_t kCopies = 20;  // run as one batch; results do not depend on it

size_t Largest(std::span<const double> p) {
  return static_cast<size_t>(std::max_element(p.begin(), p.end()) - p.begin());
}

// weights[movable[m]] = original[movable[order[m]]], in a uniformly random order (Fisher–Yates).
void Shuffle(RandomSequence& random, const std::vector<size_t>& movable,
             std::span<const float> original, std::span<float> weights) {
  std::vector<size_t> order(movable);
  for (size_t m = order.size(); m > 1; --m) {
    std::swap(order[m - 1], order[static_cast<size_t>(random.Below(m))]);
  }
  std::copy(original.begin(), original.end(), weights.begin());
  for (size_t m = 0; m < movable.size(); ++m) weights[movable[m]] = original[order[m]];
}

void Spread(const std::vector<size_t>& movable, std::span<const float> original,
            std::span<float> weights) {
  double sum = 0.0;
  for (const size_t j : movable) sum += static_cast<double>(original[j]);
  std::copy(original.begin(), original.end(), weights.begin());
  const double share = sum / static_cast<double>(movable.size());
  for (const size_t j : movable) weights[j] = static_cast<float>(share);
}

}  // namespace

std::vector<size_t> MovablePieces(const EncodedExample& example,
                                  const PermutationOptions& options) {
  std::vector<size_t> movable;
  for (size_t j = 0; j < example.ids.size(); ++j) {
    const bool special = example.ids[j] == options.cls || example.ids[j] == options.sep;
    if (!special || options.moves_specials) movable.push_back(j);
  }
  return movable;
}

double MaxAttention(const PatternExperiment& experiment, const std::vector<size_t>& movable) {
  const size_t last = experiment.Rows().back().layer;
  double sum = 0.0, largest = 0.0;
  for (const size_t j : movable) {
    double weight = 0.0;
    for (const PatternRow& row : experiment.Rows()) {
      if (row.layer == last) weight += static_cast<double>(experiment.Original(row)[j]);
    }
    sum += weight;
    largest = std::max(largest, weight);
  }
  return sum > 0.0 ? largest / sum : 0.0;
}

PermutationResult TestPermutations(PatternExperiment& experiment, const EncodedExample& example,
                                   size_t index, const PermutationOptions& options) {
  const std::vector<size_t> movable = MovablePieces(example, options);
  if (movable.size() < 2) {
    Fail("example {}: expected at least two pieces to permute, found {}", index, movable.size());
  }
  const std::vector<double> base = experiment.Start(example, kCopies);
  PermutationResult result;
  result.predicted = Largest(base);
  result.confidence = base[result.predicted];
  result.max_attention = MaxAttention(experiment, movable);
  RandomSequence random({options.seed, Purpose::kAttention, static_cast<uint32_t>(index)});
  // One more behind the last permutation: the uniform weights.
  for (size_t done = 0; done <= options.permutations; done += kCopies) {
    const size_t count = std::min(kCopies, options.permutations + 1 - done);
    for (size_t c = 0; c < count; ++c) {
      for (const PatternRow& row : experiment.Rows()) {
        if (done + c < options.permutations) {
          Shuffle(random, movable, experiment.Original(row), experiment.Pattern(c, row));
        } else {
          Spread(movable, experiment.Original(row), experiment.Pattern(c, row));
        }
      }
    }
    const std::vector<double> all = experiment.Run();
    for (size_t c = 0; c < count; ++c) {
      const std::span<const double> p = std::span(all).subspan(c * base.size(), base.size());
      const double tvd = TotalVariation(base, p);
      if (done + c == options.permutations) {
        result.uniform_tvd = tvd;
        continue;
      }
      result.tvds.push_back(tvd);
      result.flipped += Largest(p) != result.predicted ? 1.0 : 0.0;
    }
  }
  result.flipped /= static_cast<double>(options.permutations);
  std::vector<double> sorted = result.tvds;
  std::sort(sorted.begin(), sorted.end());
  result.median_tvd = Quantile(sorted, 0.5);
  return result;
}

std::vector<std::optional<PermutationResult>> TestPermutations(
    PatternExperiment& experiment, std::span<const EncodedExample> examples,
    std::span<const size_t> indices, const PermutationOptions& options,
    const std::function<void(size_t, size_t)>& progress) {
  std::vector<std::optional<PermutationResult>> results(examples.size());
  for (size_t i = 0; i < examples.size(); ++i) {
    if (MovablePieces(examples[i], options).size() >= 2) {
      results[i] = TestPermutations(experiment, examples[i], indices[i], options);
    }
    progress(i + 1, examples.size());
  }
  return results;
}

}  // namespace headscope
