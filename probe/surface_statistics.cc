#include "probe/surface_statistics.h"

#include <algorithm>

#include "model/base/elementary.h"

namespace headscope {
namespace {

// A sum over rows and how many rows took part.
struct RowSum {
  double sum = 0.0, rows = 0.0;
  void Add(double value) {
    sum += value;
    rows += 1.0;
  }
};
using InputSums = std::array<RowSum, kNumSurfaces>;

double Entropy(const float* row, size_t length) {
  double entropy = 0.0;
  for (size_t j = 0; j < length; ++j) {
    const double p = static_cast<double>(row[j]);
    if (p > 0.0) entropy -= p * Log(p);
  }
  return entropy;
}

// What one row adds; `p` is its piece.
void AddRow(const SurfaceInput& input, const float* row, size_t p, InputSums& sums) {
  const std::vector<int32_t>& ids = input.input->ids;
  const size_t length = ids.size();
  const auto at = [&](Surface surface) -> RowSum& { return sums[static_cast<size_t>(surface)]; };
  const auto weight = [&](size_t j) { return static_cast<double>(row[j]); };
  if (p + 2 < length) at(Surface::kNext).Add(weight(p + 1));
  if (p > 1) at(Surface::kPrevious).Add(weight(p - 1));
  at(Surface::kSelf).Add(weight(p));
  at(Surface::kCls).Add(weight(0));
  at(Surface::kSep).Add(weight(length - 1));
  double punctuation = 0.0, duplicates = 0.0;
  bool has_duplicate = false;
  for (size_t j = 1; j + 1 < length; ++j) {
    if (input.is_punctuation[j] != 0) punctuation += weight(j);
    if (j == p || ids[j] != ids[p]) continue;
    has_duplicate = true;
    duplicates += weight(j);
  }
  at(Surface::kPunctuation).Add(punctuation);
  if (has_duplicate) at(Surface::kDuplicate).Add(duplicates);
  const double entropy = Entropy(row, length);
  at(Surface::kEntropy).Add(entropy);
  at(Surface::kRelativeEntropy).Add(entropy / Log(static_cast<double>(length)));
}

// The offset of a row's largest weight, or none where two are equal or it is far away.
bool LargestOffset(const float* row, size_t length, size_t p, size_t& index) {
  const float* largest = std::max_element(row, row + length);
  if (std::count(row, row + length, *largest) != 1) return false;
  const auto at = static_cast<std::ptrdiff_t>(largest - row);
  const auto offset = at - static_cast<std::ptrdiff_t>(p) + kMaxPositionOffset;
  if (offset < 0 || offset >= static_cast<std::ptrdiff_t>(kNumPositionOffsets)) return false;
  index = static_cast<size_t>(offset);
  return true;
}

}  // namespace

void SurfaceAccumulator::Add(size_t head, const SurfaceInput& input, ConstMatrix pattern) {
  const size_t length = pattern.rows;
  InputSums sums;
  std::array<double, kNumPositionOffsets> largest_at{};
  for (size_t p = 1; p + 1 < length; ++p) {
    AddRow(input, pattern.Row(p), p, sums);
    size_t offset = 0;
    if (LargestOffset(pattern.Row(p), length, p, offset)) largest_at[offset] += 1.0;
  }
  Sums& to = heads_[head];
  for (size_t k = 0; k < kNumSurfaces; ++k)
    to.means[k].Add(input.cluster, sums[k].sum, sums[k].rows);
  for (size_t k = 0; k < kNumPositionOffsets; ++k) {
    to.largest_at[k].Add(input.cluster, largest_at[k], static_cast<double>(length - 2));
  }
}

SurfaceStatistics SurfaceAccumulator::Of(size_t head) const {
  const Sums& sums = heads_[head];
  SurfaceStatistics statistics;
  for (size_t k = 0; k < kNumSurfaces; ++k) statistics.means[k] = sums.means[k].Interval();
  size_t best = 0;
  for (size_t k = 1; k < kNumPositionOffsets; ++k) {
    if (sums.largest_at[k].Ratio() > sums.largest_at[best].Ratio()) best = k;
  }
  statistics.position = static_cast<int>(best) - kMaxPositionOffset;
  statistics.position_share = sums.largest_at[best].Interval();
  return statistics;
}

void AddUniform(SurfaceAccumulator& accumulator, size_t head, const SurfaceInput& input) {
  const size_t length = input.input->ids.size();
  const std::vector<float> uniform(length * length, 1.0f / static_cast<float>(length));
  accumulator.Add(head, input, ConstMatrix(uniform.data(), length, length));
}

}  // namespace headscope
