#include "datasets/dependency_nulls.h"

#include <algorithm>

namespace headscope {

size_t NearestOfClass(std::span<const uint32_t> tags, size_t word, const NearestRule& rule) {
  if (rule.to_the_right) {
    for (size_t j = word + 1; j < tags.size(); ++j) {
      if (tags[j] == rule.tag) return j;
    }
  } else {
    for (size_t j = word; j-- > 0;) {
      if (tags[j] == rule.tag) return j;
    }
  }
  return tags.size();
}

bool OffsetIsRight(const Arc& arc, int offset) {
  return static_cast<int64_t>(arc.dependent) + offset == static_cast<int64_t>(arc.head);
}

bool RuleIsRight(std::span<const uint32_t> tags, const Arc& arc, const NearestRule& rule) {
  return NearestOfClass(tags, arc.dependent, rule) == arc.head;
}

DependencyNulls::DependencyNulls(size_t num_relations, size_t num_tags)
    : num_rules_(2 * num_tags),
      instances_(num_relations),
      offsets_(num_relations * kNumOffsets),
      rules_(num_relations * num_rules_) {}

void DependencyNulls::Add(std::span<const Arc> arcs, std::span<const uint32_t> tags) {
  for (const Arc& arc : arcs) {
    ++instances_[arc.relation];
    for (size_t k = 0; k < kNumOffsets; ++k) {
      offsets_[arc.relation * kNumOffsets + k] += OffsetIsRight(arc, OffsetAt(k));
    }
    // Only a rule of the head's own class, on the head's side, can be right.
    const NearestRule rule{tags[arc.head], arc.head > arc.dependent};
    if (RuleIsRight(tags, arc, rule)) {
      ++rules_[arc.relation * num_rules_ + 2 * rule.tag + (rule.to_the_right ? 1 : 0)];
    }
  }
}

DependencyNulls::BestOffset DependencyNulls::OffsetOf(size_t relation) const {
  const auto row = std::span(offsets_).subspan(relation * kNumOffsets, kNumOffsets);
  const auto best = std::max_element(row.begin(), row.end());  // the first of equals
  return {OffsetAt(static_cast<size_t>(best - row.begin())), *best};
}

DependencyNulls::BestRule DependencyNulls::RuleOf(size_t relation) const {
  const auto row = std::span(rules_).subspan(relation * num_rules_, num_rules_);
  const auto best = std::max_element(row.begin(), row.end());
  return {RuleAt(static_cast<size_t>(best - row.begin())), *best};
}

}  // namespace headscope
