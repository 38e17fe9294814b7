// Learned attention whose weights go to the wrong pieces: Jain & Wallace's permutation (2019,
// section 4.2.1) as a condition of training and evaluation alike.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/attention_control.h"

namespace headscope {

struct PermutedOptions {
  // False: the permutation of a row is drawn anew for each sequence of pieces, so that it cannot be
  // learned. True: it is one and the same for all sequences of a length.
  bool fixed = false;
  bool moves_specials = false;  // false: the weights of [CLS] and [SEP] stay where they are
  int32_t cls = 0, sep = 0;
  uint64_t seed = 0;
};

// pattern[i, π_i(j)] = softmax(scores)[i, j], π_i a uniformly random permutation of the sequence's
// pieces, keyed by (seed, layer, head, row, and the pieces or, when fixed, their number): never by
// step or place in a batch.
class PermutedAttention final : public AttentionControl {
 public:
  explicit PermutedAttention(const PermutedOptions& options) : options_(options) {}
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  // dscores by way of d softmax[i, j] = dpattern[i, π_i(j)].
  void Backward(const AttentionSite& site, ConstMatrix pattern, ConstMatrix dpattern,
                Matrix dscores) const override;
  bool UsesScores(size_t) const override { return true; }
  std::string Name() const override { return "permuted"; }

  // π of a row: where the weight of each piece goes, [T].
  std::vector<uint32_t> PermutationOf(const AttentionSite& site, size_t row) const;

 private:
  PermutedOptions options_;
};

}  // namespace headscope
