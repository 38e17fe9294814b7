#include "model/random_logits.h"

#include <algorithm>
#include <span>

#include "model/base/elementary.h"
#include "model/ops/softmax.h"

namespace headscope {
namespace {

constexpr size_t kExactLengths = 32;  // each has its own scale: few rows, so entropies scatter
constexpr size_t kMeasuredRows = 64;  // of longer patterns, evenly spread
constexpr double kUsualScale = 64.0;  // below which most scales are
constexpr double kLargestScale = 16384.0;
constexpr int kHalvings = 40;
constexpr double kEven = 1.0 - 1e-12;  // shares above it are 1 but for rounding

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

double LogOfLength(size_t length) { return Log(static_cast<double>(length)); }

}  // namespace

RandomLogits::RandomLogits(size_t max_length, const RandomStream& stream)
    : values_(max_length * max_length), logits_(values_.data(), max_length, max_length) {
  for (size_t i = 0; i < max_length; ++i) {
    for (size_t j = 0; j < max_length; ++j) {
      values_[i * max_length + j] = static_cast<float>(stream.Normal(uint64_t{i} << 32 | j));
    }
  }
}

void RandomLogits::WritePattern(double scale, Matrix pattern) const {
  const auto factor = static_cast<float>(scale);
  for (size_t i = 0; i < pattern.rows; ++i) {
    const float* logits = logits_.Row(i);
    for (size_t j = 0; j < pattern.cols; ++j) pattern(i, j) = factor * logits[j];
  }
  SoftmaxForward(pattern, pattern);
}

double RandomLogits::EntropyShareAt(size_t length, double scale) const {
  const size_t rows = std::min(length, kMeasuredRows);
  double sum = 0.0;
  for (size_t r = 0; r < rows; ++r) {
    sum += EntropyOfRow({logits_.Row(r * length / rows), length}, scale);
  }
  return sum / static_cast<double>(rows) / LogOfLength(length);
}

// Entropy falls as the scale grows, from 1 at scale 0.
double RandomLogits::ScaleOf(size_t length, double share) const {
  if (share > kEven) return 0.0;
  double low = 0.0, high = kUsualScale;
  while (high < kLargestScale && EntropyShareAt(length, high) > share) high *= 2.0;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    (EntropyShareAt(length, middle) > share ? low : high) = middle;
  }
  return high;
}

LengthLadder::LengthLadder(size_t max_length) {
  for (size_t length = 2; length < max_length;) {
    lengths_.push_back(length);
    length += length < kExactLengths ? 1 : length / 4;
  }
  lengths_.push_back(std::max<size_t>(max_length, 2));
}

LengthLadder::Place LengthLadder::PlaceOf(size_t length) const {
  const auto found = std::lower_bound(lengths_.begin(), lengths_.end(), length);
  const auto above = static_cast<size_t>(found - lengths_.begin());
  if (above == 0 || *found == length) return {above, above, 0.0};
  const size_t below = above - 1;
  const double low = LogOfLength(lengths_[below]);
  return {below, above, (LogOfLength(length) - low) / (LogOfLength(*found) - low)};
}

}  // namespace headscope
