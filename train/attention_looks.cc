#include "train/attention_looks.h"

#include <vector>

#include "train/feature_scale.h"

namespace headscope {
namespace {

double MeanToSpan(ConstMatrix pattern, const Look& look) {
  double sum = 0.0;
  for (uint32_t p = look.from.begin; p < look.from.end; ++p) {
    for (uint32_t q = look.to.begin; q < look.to.end; ++q) {
      sum += static_cast<double>(pattern(p, q));
    }
  }
  return sum / static_cast<double>(look.from.Size());
}

}  // namespace

void LookForward(ConstMatrix pattern, const Reading& reading, size_t s, size_t column, Matrix u) {
  const auto length = static_cast<double>(pattern.rows);
  const uint32_t first = reading.look_starts[s];
  std::vector<float> means;  // of the sequence's looks
  for (uint32_t i = first; i < reading.look_starts[s + 1]; ++i) {
    means.push_back(static_cast<float>(length * MeanToSpan(pattern, reading.looks[i])));
  }
  for (uint32_t r = reading.row_starts[s]; r < reading.row_starts[s + 1]; ++r) {
    float* of_row = u.Row(r) + column;
    for (const uint32_t look : reading.LooksOf(r)) {
      *of_row++ = look == Reading::kNoLook ? FeatureScale::kNothing : means[look - first];
    }
  }
}

void LookBackward(const Reading& reading, size_t s, size_t column, ConstMatrix du,
                  Matrix dpattern) {
  const uint32_t first = reading.look_starts[s], end = reading.look_starts[s + 1];
  std::vector<float> slopes(end - first);  // of the sequence's looks
  for (uint32_t r = reading.row_starts[s]; r < reading.row_starts[s + 1]; ++r) {
    const float* of_row = du.Row(r) + column;
    for (const uint32_t look : reading.LooksOf(r)) {
      if (look != Reading::kNoLook) slopes[look - first] += *of_row;
      ++of_row;
    }
  }
  for (uint32_t i = first; i < end; ++i) {
    const Look& look = reading.looks[i];
    const float slope = slopes[i - first] * static_cast<float>(dpattern.rows) /
                        static_cast<float>(look.from.Size());
    for (uint32_t p = look.from.begin; p < look.from.end; ++p) {
      for (uint32_t q = look.to.begin; q < look.to.end; ++q) dpattern(p, q) += slope;
    }
  }
}

}  // namespace headscope
