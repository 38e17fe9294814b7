// How much one word tells of another: mutual information of pairs, with its null.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/base/random.h"

namespace headscope {

// Bits. Plug-in estimate with Miller and Madow's correction of each entropy, (K - 1) / 2N nats for
// K different values among N: I = sum_xy p_xy ln(p_xy / (p_x p_y)) + (K_x + K_y - K_xy - 1) / 2N,
// all over ln 2. With rare words a bias remains: `null` is the same estimate after the second words
// were shuffled among the pairs, where the truth is 0; what counts is bits - null.
struct MutualInformation {
  double bits = 0.0, null = 0.0;
  size_t n = 0;
};

// Of the pairs (first[i], second[i]); values below `num_values`. The null draws one permutation
// from `shuffle`.
MutualInformation EstimateMutualInformation(std::span<const uint32_t> first,
                                            std::span<const uint32_t> second, uint32_t num_values,
                                            const RandomStream& shuffle);

}  // namespace headscope
