// Where a head looks, whatever the words: surface statistics of attention patterns (Clark et al.
// 2019, section 3; Voita et al. 2019, section 5.1).
//
// The rows are the pieces of words: [CLS] and [SEP] attend too, but say nothing of the sentence.
// Shares are of all of a row's attention.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/base/tensor.h"
#include "probe/head_atlas.h"
#include "probe/ratio_accumulator.h"
#include "probe/word_input.h"

namespace headscope {

// What the statistics need to know of an input.
struct SurfaceInput {
  const WordInput* input = nullptr;
  std::vector<char> is_punctuation;  // [T] the piece belongs to a word of class PUNCT
  size_t cluster = 0;                // see RatioAccumulator
};

// Accumulates input after input; different heads may be added from different threads.
class SurfaceAccumulator {
 public:
  explicit SurfaceAccumulator(size_t num_heads) : heads_(num_heads) {}
  // pattern [T, T], every row summing to 1.
  void Add(size_t head, const SurfaceInput& input, ConstMatrix pattern);
  SurfaceStatistics Of(size_t head) const;

 private:
  struct Sums {
    std::array<RatioAccumulator, kNumSurfaces> means;
    // Rows whose single largest weight lies `offset` pieces to the right, offset + kMaxOffset as
    // index.
    std::array<RatioAccumulator, kNumPositionOffsets> largest_at;
  };
  std::vector<Sums> heads_;
};

// A pattern of 1 / T everywhere: what the statistics of no preference are.
void AddUniform(SurfaceAccumulator& accumulator, size_t head, const SurfaceInput& input);

}  // namespace headscope
