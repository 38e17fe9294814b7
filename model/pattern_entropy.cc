#include "model/pattern_entropy.h"

#include <algorithm>

#include "model/base/elementary.h"

namespace headscope {

double EntropyShare(std::span<const float> weights) {
  double sum = 0.0, weighted = 0.0;
  for (const float weight : weights) {
    const auto p = static_cast<double>(weight);
    sum += p;
    if (p > 0.0) weighted += p * Log(p);
  }
  const double entropy = Log(sum) - weighted / sum;
  return std::clamp(entropy / Log(static_cast<double>(weights.size())), 0.0, 1.0);
}

std::vector<double> MeasureEntropyShares(Compute& compute, const std::string& directory,
                                         const ModelConfig& model, size_t longest,
                                         std::span<const HeadPlace> places,
                                         std::span<const RaggedBatch> sample) {
  std::vector<double> sums(places.size());
  std::vector<size_t> rows(places.size());
  VisitPatterns(compute, directory, model, longest, places, sample,
                [&](size_t place, ConstMatrix pattern) {
                  rows[place] += pattern.rows;
                  for (size_t i = 0; i < pattern.rows; ++i) {
                    sums[place] += EntropyShare({pattern.Row(i), pattern.cols});
                  }
                });
  for (size_t place = 0; place < sums.size(); ++place) {
    sums[place] /= static_cast<double>(rows[place]);
  }
  return sums;
}

}  // namespace headscope
