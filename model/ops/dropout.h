// Inverted dropout (Srivastava et al. 2014) whose mask is a pure function of (seed, step, sequence
// id, site, row, column): nothing is stored, backward recomputes the mask, and a sentence's mask
// does not depend on its batch.
#pragma once

#include <cstdint>

#include "model/base/random.h"
#include "model/base/tensor.h"

namespace headscope {

struct Dropout {
  uint64_t seed = 0;
  uint32_t step = 0;
  uint32_t site = 0;  // which dropout of the network, < 65536
  float rate = 0.0f;  // probability of zeroing, rounded to a multiple of 1/65536; 0 copies
};

// y = keep ? x * scale : 0 for the rows of ONE sequence (or of one head's pattern), on the calling
// thread. x, y [T, cols], T <= 65536. Element (row, column) is kept when its 16-bit draw is >=
// round(rate * 65536); scale = 65536 / (65536 - round(rate * 65536)) in float. Draw: Philox block
// with key = seed and counter = (row << 16 | column / 8, sequence_id, step, Purpose::kDropout |
// site << 16), whose eight 16-bit halves (word 0 low, word 0 high, word 1 low, …) serve columns 8b
// … 8b + 7. y may be x. The gradient is the same map: call it with dy for x and dx for y.
void ApplyDropout(const Dropout& dropout, uint32_t sequence_id, ConstMatrix x, Matrix y);

}  // namespace headscope
