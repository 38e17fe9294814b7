// A batch of sequences without padding (law L2): one row per token, sequences back to back.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace headscope {

struct RaggedBatch {
  std::vector<int32_t> ids;          // [N] piece ids, sequence after sequence
  std::vector<int32_t> segments;     // [N] segment (token type) ids; empty means all 0
  std::vector<uint32_t> offsets{0};  // [S + 1] sequence s is rows offsets[s] … offsets[s + 1] - 1
  std::vector<uint32_t>
      sequence_ids;  // [S] identity of each sequence: keys its dropout, whatever batch it sits in

  size_t NumTokens() const { return ids.size(); }
  size_t NumSequences() const { return offsets.size() - 1; }
  size_t Length(size_t s) const { return offsets[s + 1] - offsets[s]; }
  std::span<const int32_t> Ids(size_t s) const {
    return std::span(ids).subspan(offsets[s], Length(s));
  }
  // Empty where all are 0.
  std::span<const int32_t> Segments(size_t s) const {
    return segments.empty() ? std::span<const int32_t>()
                            : std::span(segments).subspan(offsets[s], Length(s));
  }

  void Add(std::span<const int32_t> sequence, uint32_t sequence_id) {
    assert(segments.empty());
    ids.insert(ids.end(), sequence.begin(), sequence.end());
    offsets.push_back(static_cast<uint32_t>(ids.size()));
    sequence_ids.push_back(sequence_id);
  }
  void Clear() {
    ids.clear();
    segments.clear();
    offsets.assign(1, 0);
    sequence_ids.clear();
  }
};

}  // namespace headscope
