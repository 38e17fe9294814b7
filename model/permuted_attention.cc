#include "model/permuted_attention.h"

#include "model/base/random.h"
#include "model/ops/softmax.h"

namespace headscope {
namespace {

// FNV-1a, over 32-bit words.
uint32_t Hash(uint32_t hash, uint32_t word) { return (hash ^ word) * 16777619u; }

uint32_t KeyOf(const AttentionSite& site, bool fixed, size_t row) {
  uint32_t hash = Hash(2166136261u, static_cast<uint32_t>(site.Length()));
  if (!fixed) {
    for (const int32_t id : site.piece_ids) hash = Hash(hash, static_cast<uint32_t>(id));
  }
  return Hash(hash, static_cast<uint32_t>(row));
}

// Apart from the sites of random attention's logits, which are below 2^15.
uint32_t StreamSite(const AttentionSite& site) {
  return 0x8000u | (static_cast<uint32_t>(site.layer * 256 + site.head) & 0x7fffu);
}

}  // namespace

std::vector<uint32_t> PermutedAttention::PermutationOf(const AttentionSite& site,
                                                       size_t row) const {
  std::vector<uint32_t> movable, target(site.Length());
  for (size_t j = 0; j < target.size(); ++j) {
    const int32_t id = site.piece_ids[j];
    const bool special = id == options_.cls || id == options_.sep;
    target[j] = static_cast<uint32_t>(j);
    if (!special || options_.moves_specials) movable.push_back(static_cast<uint32_t>(j));
  }
  const RandomStream stream{options_.seed, Purpose::kAttention, KeyOf(site, options_.fixed, row),
                            StreamSite(site)};
  const auto order = RandomPermutation(stream, static_cast<uint32_t>(movable.size()));
  for (size_t m = 0; m < movable.size(); ++m) target[movable[m]] = movable[order[m]];
  return target;
}

void PermutedAttention::Forward(const AttentionSite& site, ConstMatrix scores,
                                Matrix pattern) const {
  SoftmaxForward(scores, pattern);
  std::vector<float> row(pattern.cols);
  for (size_t i = 0; i < pattern.rows; ++i) {
    const std::vector<uint32_t> target = PermutationOf(site, i);
    row.assign(pattern.Row(i), pattern.Row(i) + pattern.cols);
    for (size_t j = 0; j < row.size(); ++j) pattern(i, target[j]) = row[j];
  }
}

void PermutedAttention::Backward(const AttentionSite& site, ConstMatrix pattern,
                                 ConstMatrix dpattern, Matrix dscores) const {
  // The softmax does not mind the order of its columns: its gradient is taken as they lie.
  SoftmaxBackward(pattern, dpattern, dscores);
  std::vector<float> row(dscores.cols);
  for (size_t i = 0; i < dscores.rows; ++i) {
    const std::vector<uint32_t> target = PermutationOf(site, i);
    row.assign(dscores.Row(i), dscores.Row(i) + dscores.cols);
    for (size_t j = 0; j < row.size(); ++j) dscores(i, j) = row[target[j]];
  }
}

}  // namespace headscope
