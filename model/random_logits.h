// The logits of one head's fixed random patterns, and how sharp patterns of them are.
#pragma once

#include <cstddef>
#include <vector>

#include "model/base/aligned_buffer.h"
#include "model/base/random.h"
#include "model/base/tensor.h"

namespace headscope {

// logits[i, j] ~ N(0, 1), drawn from `stream` at index i * 2^32 + j; a pattern [T, T] is the
// softmax over j < T of scale * logits[i, j].
class RandomLogits {
 public:
  RandomLogits(size_t max_length, const RandomStream& stream);
  void WritePattern(double scale, Matrix pattern) const;
  // The scale at which the mean over rows of a pattern of this length of entropy / ln T is `share`
  // (of longer patterns over 64 rows, evenly spread), within what 40 halvings leave: 0, where every
  // weight is 1 / T, at a share of 1, and at a share near 0 the sharpest there is, 2^14.
  double ScaleOf(size_t length, double share) const;

 private:
  double EntropyShareAt(size_t length, double scale) const;

  AlignedBuffer<float> values_;
  ConstMatrix logits_;  // [max_length, max_length]
};

// Scales by length: solved at a ladder of lengths (every one up to 32), interpolated in ln T
// between them.
class LengthLadder {
 public:
  explicit LengthLadder(size_t max_length);
  const std::vector<size_t>& Lengths() const { return lengths_; }

  // `scales`: of each of the lengths.
  template <typename Scales>
  double ScaleAt(size_t length, const Scales& scales) const {
    const Place place = PlaceOf(length);
    const auto below = static_cast<double>(scales[place.below]);
    return below + place.share * (static_cast<double>(scales[place.above]) - below);
  }

 private:
  // Between two of the lengths: at one of them both are that one, and the share is 0.
  struct Place {
    size_t below, above;
    double share;
  };
  Place PlaceOf(size_t length) const;

  std::vector<size_t> lengths_;  // ascending
};

}  // namespace headscope
