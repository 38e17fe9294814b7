#include "probe/upos_matrix.h"

#include <limits>

namespace headscope {

UposAccumulator::UposAccumulator(size_t num_heads, size_t num_tags)
    : num_tags_(num_tags),
      attending_(num_tags),
      expected_(num_tags * num_tags),
      lift_(num_heads * num_tags * num_tags),
      word_share_(num_heads),
      words_(num_heads) {}

std::vector<double> UposAccumulator::UniformOf(std::span<const uint32_t> tags) const {
  std::vector<double> counts(num_tags_), uniform(num_tags_ * num_tags_);
  for (uint32_t tag : tags) counts[tag] += 1.0;
  const double others = static_cast<double>(tags.size()) - 1.0;
  for (size_t a = 0; a < num_tags_; ++a) {
    for (size_t b = 0; b < num_tags_; ++b) {
      uniform[a * num_tags_ + b] = counts[a] * (counts[b] - (a == b ? 1.0 : 0.0)) / others;
    }
    if (counts[a] == 0.0) uniform[a * num_tags_ + a] = 0.0;
  }
  return uniform;
}

void UposAccumulator::AddUniform(std::span<const uint32_t> tags) {
  if (tags.size() < 2) return;
  for (uint32_t tag : tags) ++attending_[tag];
  const std::vector<double> uniform = UniformOf(tags);
  for (size_t k = 0; k < uniform.size(); ++k) expected_[k] += uniform[k];
}

void UposAccumulator::AddHead(size_t head, size_t cluster, std::span<const uint32_t> tags,
                              WordMap map) {
  const size_t n = tags.size();
  if (n < 2) return;
  std::vector<double> sentence(num_tags_ * num_tags_);
  for (size_t i = 0; i < n; ++i) {
    const double* row = map.Row(i);
    double total = 0.0;
    for (size_t j = 0; j < n; ++j) total += row[j];  // the diagonal is 0
    word_share_[head] += total;
    for (size_t j = 0; j < n; ++j) {
      if (j == i) continue;
      // A row whose attention to other words underflowed to nothing prefers none of them.
      const double share = total > 0.0 ? row[j] / total : 1.0 / static_cast<double>(n - 1);
      sentence[tags[i] * num_tags_ + tags[j]] += share;
    }
  }
  words_[head] += n;
  const std::vector<double> uniform = UniformOf(tags);
  for (size_t k = 0; k < sentence.size(); ++k) {
    lift_[head * sentence.size() + k].Add(cluster, sentence[k], uniform[k]);
  }
}

double UposAccumulator::Lift(size_t head, size_t a, size_t b) const {
  const RatioAccumulator& lift = lift_[Cell(head, a, b)];
  return lift.Denominator() == 0.0 ? std::numeric_limits<double>::quiet_NaN() : lift.Ratio();
}

double UposAccumulator::LiftError(size_t head, size_t a, size_t b) const {
  const RatioAccumulator& lift = lift_[Cell(head, a, b)];
  if (lift.Denominator() == 0.0) return std::numeric_limits<double>::quiet_NaN();
  const Estimate interval = lift.Interval();
  return 0.5 * (interval.high - interval.low);
}

double UposAccumulator::WordShare(size_t head) const {
  return words_[head] == 0 ? 0.0 : word_share_[head] / static_cast<double>(words_[head]);
}

}  // namespace headscope
