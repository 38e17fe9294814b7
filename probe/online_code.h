// Minimum description length by the online code (Voita & Titov 2020, section 3.2): the labels are
// sent block by block, each with the probe that was fitted on all blocks before.
//
//   L = bits of the first block at the uniform code + sum_i -log2 p_i(labels of block i + 1)
//
// in bits throughout. (The released code adds natural logarithms of the later blocks to the first
// one's bits: 1 / ln 2 = 1.44 times too little for all but the first block.)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/base/random.h"

namespace headscope {

// Shares of the training sentences at which blocks end.
inline constexpr std::array<double, 11> kOnlineCodeFractions = {
    0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1.0};

struct OnlineCode {
  double bits = 0.0;
  double uniform_bits = 0.0;  // of all labels
  double Compression() const { return uniform_bits / bits; }
};

using Sentences = std::span<const uint32_t>;
struct OnlineCodeParts {
  std::function<double(Sentences)> uniform_bits;
  std::function<double(Sentences fitted, Sentences coded)> nats;
};

// Sentences are shuffled once by `order`. Blocks that a small file leaves empty are passed over.
OnlineCode MeasureOnlineCode(size_t num_sentences, const RandomStream& order,
                             const OnlineCodeParts& parts);

// The rows of dev that what a block's fit leaves open is chosen on: twice as many as it is fitted
// on and at least 2,048, evenly spaced. (An MLP reads them after every epoch, and a block of twenty
// words has as many epochs as one of ten thousand.)
std::vector<uint32_t> DevRowsOfBlock(std::span<const uint32_t> dev, size_t fitted);

}  // namespace headscope
