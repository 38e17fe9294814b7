#include "probe/word_attention.h"

#include <cassert>

namespace headscope {

void WordAttention(ConstMatrix pattern, std::span<const uint32_t> starts,
                   BasicMatrix<double> word_map) {
  const size_t n = starts.size() - 1;
  assert(word_map.rows == n && word_map.cols == n && pattern.rows == starts[n] + 1u);
  for (size_t w = 0; w < n; ++w) {
    double* row = word_map.Row(w);
    for (size_t v = 0; v < n; ++v) row[v] = 0.0;
    for (uint32_t p = starts[w]; p < starts[w + 1]; ++p) {
      const float* from = pattern.Row(p);
      for (size_t v = 0; v < n; ++v) {
        double to_word = 0.0;
        for (uint32_t q = starts[v]; q < starts[v + 1]; ++q)
          to_word += static_cast<double>(from[q]);
        row[v] += to_word;
      }
    }
    const double pieces = static_cast<double>(starts[w + 1] - starts[w]);
    for (size_t v = 0; v < n; ++v) row[v] /= pieces;
    row[w] = 0.0;
  }
}

}  // namespace headscope
