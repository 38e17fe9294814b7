// From pieces to words (Clark et al. 2019, section 4.1): attention *to* a word is the sum over its
// pieces, attention *from* a word the mean over its pieces. (The pipeline they released takes the
// first piece instead of the mean, since it never passes its `mode`; this is what the paper says.)
#pragma once

#include <cstdint>
#include <span>

#include "model/base/tensor.h"

namespace headscope {

// A word-level map [n, n]: row = attending word, column = attended word.
using WordMap = BasicMatrix<const double>;

// word(w, v) = 1 / |w| sum_{p in w} sum_{q in v} pattern(p, q), and 0 where w = v. Rows and columns
// of the first and last piece (CLS, SEP) are dropped and nothing is renormalised. pattern [T, T]
// float; starts [n + 1] as in WordInput; word_map [n, n]. Sums are in double, in ascending order of
// pieces.
void WordAttention(ConstMatrix pattern, std::span<const uint32_t> starts,
                   BasicMatrix<double> word_map);

}  // namespace headscope
