#include "model/random_attention.h"

#include <algorithm>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "model/ops/softmax.h"

namespace headscope {
namespace {

constexpr size_t kExactLengths = 32;  // each has its own scale: few rows, so entropies scatter
constexpr size_t kMeasuredRows = 64;  // of longer patterns, evenly spread
constexpr double kLargestScale = 64.0;
constexpr int kHalvings = 40;

// In nats, of softmax(scale * logits).
double EntropyOfRow(std::span<const float> logits, double scale) {
  const auto largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  double sum = 0.0, weighted = 0.0;
  for (const float logit : logits) {
    const double x = scale * (static_cast<double>(logit) - largest);
    const double e = Exp(x);
    sum += e;
    weighted += e * x;
  }
  return Log(sum) - weighted / sum;
}

std::vector<size_t> LadderLengths(size_t max_length) {
  std::vector<size_t> lengths;
  for (size_t length = 2; length < max_length;) {
    lengths.push_back(length);
    length += length < kExactLengths ? 1 : length / 4;
  }
  lengths.push_back(std::max<size_t>(max_length, 2));
  return lengths;
}

}  // namespace

RandomAttention::RandomAttention(size_t max_length, const RandomStream& stream,
                                 const RandomSharpness& sharpness)
    : values_(max_length * max_length),
      logits_(values_.data(), max_length, max_length),
      scale_(sharpness.scale) {
  for (size_t i = 0; i < max_length; ++i) {
    for (size_t j = 0; j < max_length; ++j) {
      values_[i * max_length + j] = static_cast<float>(stream.Normal(uint64_t{i} << 32 | j));
    }
  }
  if (!sharpness.entropy || max_length < 2) return;
  for (const size_t length : LadderLengths(max_length)) {
    ladder_.emplace_back(length, SolveScale(length, *sharpness.entropy));
  }
}

double RandomAttention::RelativeEntropy(size_t length, double scale) const {
  const size_t rows = std::min(length, kMeasuredRows);
  double sum = 0.0;
  for (size_t r = 0; r < rows; ++r) {
    sum += EntropyOfRow({logits_.Row(r * length / rows), length}, scale);
  }
  return sum / static_cast<double>(rows) / Log(static_cast<double>(length));
}

// Entropy falls as the scale grows, from 1 at scale 0.
double RandomAttention::SolveScale(size_t length, double entropy) const {
  double low = 0.0, high = kLargestScale;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    (RelativeEntropy(length, middle) > entropy ? low : high) = middle;
  }
  return high;
}

double RandomAttention::ScaleAt(size_t length) const {
  if (ladder_.empty()) return scale_;
  const auto above =
      std::lower_bound(ladder_.begin(), ladder_.end(), length,
                       [](const auto& step, size_t wanted) { return step.first < wanted; });
  if (above == ladder_.begin() || above->first == length) return above->second;
  const auto below = above - 1;
  const auto log = [](size_t x) { return Log(static_cast<double>(x)); };
  const double share = (log(length) - log(below->first)) / (log(above->first) - log(below->first));
  return below->second + share * (above->second - below->second);
}

void RandomAttention::Forward(const AttentionSite& site, ConstMatrix, Matrix pattern) const {
  const auto scale = static_cast<float>(ScaleAt(site.Length()));
  for (size_t i = 0; i < pattern.rows; ++i) {
    const float* logits = logits_.Row(i);
    for (size_t j = 0; j < pattern.cols; ++j) pattern(i, j) = scale * logits[j];
  }
  SoftmaxForward(pattern, pattern);
}

}  // namespace headscope
