// Attending x attended parts of speech: how much more of a head's attention goes from one class to
// another than uniform attention would send (the definition stands at UposMatrix in
// head_results.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "probe/head_results.h"
#include "probe/ratio_accumulator.h"
#include "probe/word_attention.h"

namespace headscope {

// Accumulates sentence after sentence; different heads may be added from different threads.
class UposAccumulator {
 public:
  UposAccumulator(size_t num_heads, size_t num_tags);

  // What uniform attention gives on a sentence; call once per sentence, for the words of every
  // head's maps.
  void AddUniform(std::span<const uint32_t> tags);
  // One head's map of the same sentence, which belongs to `cluster` (see RatioAccumulator).
  // Sentences of one word hold no pair and change nothing.
  void AddHead(size_t head, size_t cluster, std::span<const uint32_t> tags, WordMap map);

  size_t NumTags() const { return num_tags_; }
  uint64_t Attending(size_t tag) const { return attending_[tag]; }
  // Mass that uniform attention sends from a to b: the weight of the evidence in this entry.
  double Expected(size_t a, size_t b) const { return expected_[a * num_tags_ + b]; }
  double Lift(size_t head, size_t a, size_t b) const;       // NaN without any pair
  double LiftError(size_t head, size_t a, size_t b) const;  // 95% half-width, NaN without any pair
  double WordShare(size_t head) const;

 private:
  size_t Cell(size_t head, size_t a, size_t b) const {
    return (head * num_tags_ + a) * num_tags_ + b;
  }
  std::vector<double> UniformOf(std::span<const uint32_t> tags) const;

  size_t num_tags_;
  std::vector<uint64_t> attending_;     // [tags]
  std::vector<double> expected_;        // [tags, tags]
  std::vector<RatioAccumulator> lift_;  // [heads, tags, tags] observed over expected
  std::vector<double> word_share_;      // [heads]
  std::vector<uint64_t> words_;         // [heads]
};

}  // namespace headscope
