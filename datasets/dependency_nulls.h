// What can be had of a treebank without a model: a fixed offset, and the nearest word of a class on
// one side. A head that does no better than these knows positions or parts of speech, not syntax.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace headscope {

// A gold arc of a sentence, words 0-based; the root is no arc.
struct Arc {
  uint32_t dependent = 0;
  uint32_t head = 0;
  uint32_t relation = 0;  // index into the caller's list of relations
};

inline constexpr int kMaxOffset = 8;

// "The head is the nearest VERB to the right."
struct NearestRule {
  uint32_t tag = 0;
  bool to_the_right = false;
};

// The nearest word of the class strictly to one side of `word`; tags.size() when there is none (a
// wrong prediction).
size_t NearestOfClass(std::span<const uint32_t> tags, size_t word, const NearestRule& rule);

bool OffsetIsRight(const Arc& arc, int offset);
bool RuleIsRight(std::span<const uint32_t> tags, const Arc& arc, const NearestRule& rule);

// Counts of correct predictions of every offset -8 … -1, 1 … 8 and every rule (class x side), by
// relation.
class DependencyNulls {
 public:
  DependencyNulls(size_t num_relations, size_t num_tags);

  // tags [n] of the sentence's words, as indices below num_tags.
  void Add(std::span<const Arc> arcs, std::span<const uint32_t> tags);

  uint64_t Instances(size_t relation) const { return instances_[relation]; }
  // The best of a relation; among equals the shorter offset, the left side, the first class.
  struct BestOffset {
    int offset = -1;
    uint64_t count = 0;
  };
  BestOffset OffsetOf(size_t relation) const;
  struct BestRule {
    NearestRule rule;
    uint64_t count = 0;
  };
  BestRule RuleOf(size_t relation) const;

 private:
  static constexpr size_t kNumOffsets = 2 * kMaxOffset;
  // -1, 1, -2, 2, …
  static int OffsetAt(size_t k) {
    const int length = static_cast<int>(k / 2 + 1);
    return k % 2 == 0 ? -length : length;
  }
  NearestRule RuleAt(size_t k) const { return {static_cast<uint32_t>(k / 2), k % 2 == 1}; }

  size_t num_rules_;
  std::vector<uint64_t> instances_;  // [relations]
  std::vector<uint64_t> offsets_;    // [relations, kNumOffsets]
  std::vector<uint64_t> rules_;      // [relations, num_rules_]
};

}  // namespace headscope
