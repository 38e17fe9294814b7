#include "probe/head_kinds.h"

#include <fmt/format.h>

#include <algorithm>

#include "probe/head_scores.h"
#include "probe/holm.h"

namespace headscope {
namespace {

std::vector<double> AdjustedP(std::span<const RatioAccumulator* const> tests) {
  std::vector<double> p_values;
  for (const RatioAccumulator* test : tests) p_values.push_back(test->PositiveP());
  return HolmAdjusted(p_values);
}

std::string NameOf(const HeadKind& kind, int position) {
  std::vector<std::string> parts;
  if (kind.positional) parts.push_back(fmt::format("positional {:+d}", position));
  if (kind.delimiter) parts.push_back("delimiter");
  if (kind.broad) parts.push_back("broad");
  if (kind.duplicate) parts.push_back("duplicate-token");
  if (kind.coreference) parts.push_back("coreference");
  for (const FollowedRelation& relation : kind.relations) {
    if (std::find(parts.begin(), parts.end(), relation.relation) == parts.end()) {
      parts.push_back(relation.relation);
    }
  }
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

RelationExcess::RelationExcess(const HeadCounts& dev, const DependencyNulls& dev_nulls,
                               size_t minimum_instances)
    : relations_(dev.relations) {
  const size_t num_relations = dev.relations.size();
  const size_t num_heads =
      num_relations == 0 ? 0 : dev.counts.size() / num_relations / kNumDirections;
  for (size_t head = 0; head < num_heads; ++head) {
    first_cell_.push_back(cells_.size());
    for (uint32_t r = 0; r < num_relations; ++r) {
      if (dev.instances[r] < minimum_instances) continue;
      const auto offset = dev_nulls.OffsetOf(r);
      for (Direction direction : {Direction::kDependentToHead, Direction::kHeadToDependent}) {
        const double correct =
            dev.counts[(r * num_heads + head) * kNumDirections + static_cast<size_t>(direction)];
        if (correct <= 0.0 || correct < kOverBaseline * static_cast<double>(offset.count)) continue;
        cells_.push_back({head, r, direction, offset.offset, {}});
      }
    }
  }
  first_cell_.push_back(cells_.size());
}

void RelationExcess::Add(ThreadPool& pool, size_t cluster, std::span<const Arc> arcs,
                         std::span<const WordMap> maps) {
  pool.ParallelEach(first_cell_.size() - 1, [&](size_t head, size_t) {
    if (first_cell_[head] == first_cell_[head + 1]) return;
    const MapMaxima maxima(maps[head]);
    for (size_t c = first_cell_[head]; c < first_cell_[head + 1]; ++c) {
      Cell& cell = cells_[c];
      double excess = 0.0, instances = 0.0;
      for (const Arc& arc : arcs) {
        if (arc.relation != cell.relation) continue;
        excess += maxima.Score(arc, cell.direction) - (OffsetIsRight(arc, cell.offset) ? 1.0 : 0.0);
        instances += 1.0;
      }
      cell.excess.Add(cluster, excess, instances);
    }
  });
}

std::vector<std::vector<FollowedRelation>> RelationExcess::Followed(
    size_t num_heads, size_t minimum_instances) const {
  std::vector<const RatioAccumulator*> tests;
  for (const Cell& cell : cells_) tests.push_back(&cell.excess);
  const std::vector<double> p = AdjustedP(tests);
  std::vector<std::vector<FollowedRelation>> followed(num_heads);
  for (size_t c = 0; c < cells_.size(); ++c) {
    const Cell& cell = cells_[c];
    if (p[c] >= kTypeLevel || cell.excess.Denominator() < static_cast<double>(minimum_instances)) {
      continue;
    }
    followed[cell.head].push_back({relations_[cell.relation], static_cast<size_t>(cell.direction),
                                   cell.excess.Interval(), p[c]});
  }
  for (auto& relations : followed) {
    std::stable_sort(relations.begin(), relations.end(),
                     [](const FollowedRelation& a, const FollowedRelation& b) {
                       return a.excess.value > b.excess.value;
                     });
  }
  return followed;
}

std::vector<char> CoreferenceHeads(std::span<const double> dev_correct,
                                   std::span<const RatioAccumulator> dev_excess,
                                   std::span<const RatioAccumulator> test_excess) {
  std::vector<size_t> heads;
  std::vector<const RatioAccumulator*> tests;
  for (size_t head = 0; head < dev_correct.size(); ++head) {
    const double mentions = dev_excess[head].Denominator();
    const double nearest = dev_correct[head] - dev_excess[head].Ratio() * mentions;
    if (mentions == 0.0 || dev_correct[head] < kOverBaseline * nearest) continue;
    heads.push_back(head);
    tests.push_back(&test_excess[head]);
  }
  const std::vector<double> p = AdjustedP(tests);
  std::vector<char> found(dev_correct.size(), 0);
  for (size_t k = 0; k < heads.size(); ++k) found[heads[k]] = p[k] < kTypeLevel;
  return found;
}

HeadKind KindOf(const SurfaceStatistics& surface, const SurfaceStatistics& uniform,
                std::vector<FollowedRelation> relations, bool coreference) {
  const auto value = [&](Surface which) { return surface.At(which).value; };
  HeadKind kind;
  kind.positional = surface.position_share.value >= kPositionalShare;
  kind.delimiter =
      value(Surface::kCls) + value(Surface::kSep) + value(Surface::kPunctuation) >= kDelimiterShare;
  kind.broad = value(Surface::kRelativeEntropy) >= kBroadEntropy;
  kind.duplicate =
      value(Surface::kDuplicate) >= kDuplicateShare &&
      value(Surface::kDuplicate) >= kDuplicateOverUniform * uniform.At(Surface::kDuplicate).value;
  kind.coreference = coreference;
  kind.relations = std::move(relations);
  kind.name = NameOf(kind, surface.position);
  return kind;
}

}  // namespace headscope
