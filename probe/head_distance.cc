#include "probe/head_distance.h"

#include <algorithm>
#include <cmath>

#include "model/base/elementary.h"

namespace headscope {

double EntropyOfMean(const float* a, const float* b, size_t length) {
  double entropy = 0.0;
  for (size_t j = 0; j < length; ++j) {
    const double p = 0.5 * (static_cast<double>(a[j]) + static_cast<double>(b[j]));
    if (p > 0.0) entropy -= p * Log(p);
  }
  return entropy;
}

HeadDistances::HeadDistances(size_t num_heads)
    : num_heads_(num_heads), divergences_(num_heads * num_heads) {}

void HeadDistances::Add(ThreadPool& pool, std::span<const ConstMatrix> patterns) {
  const size_t length = patterns[0].rows;
  if (length < 3) return;
  const size_t rows = length - 2;
  rows_ += rows;
  entropies_.resize(num_heads_ * rows);
  pool.ParallelEach(num_heads_, [&](size_t head, size_t) {
    for (size_t p = 0; p < rows; ++p) {
      const float* row = patterns[head].Row(p + 1);
      entropies_[head * rows + p] = EntropyOfMean(row, row, length);
    }
  });
  pool.ParallelEach(num_heads_, [&](size_t a, size_t) {
    for (size_t b = 0; b < a; ++b) {
      double sum = 0.0;
      for (size_t p = 0; p < rows; ++p) {
        sum += EntropyOfMean(patterns[a].Row(p + 1), patterns[b].Row(p + 1), length) -
               0.5 * (entropies_[a * rows + p] + entropies_[b * rows + p]);
      }
      divergences_[a * num_heads_ + b] += sum;
    }
  });
}

std::vector<double> HeadDistances::Distances() const {
  std::vector<double> distances(num_heads_ * num_heads_);
  if (rows_ == 0) return distances;
  for (size_t a = 0; a < num_heads_; ++a) {
    for (size_t b = 0; b < a; ++b) {
      const double mean = divergences_[a * num_heads_ + b] / static_cast<double>(rows_);
      const double distance = std::sqrt(std::max(0.0, mean));
      distances[a * num_heads_ + b] = distances[b * num_heads_ + a] = distance;
    }
  }
  return distances;
}

}  // namespace headscope
