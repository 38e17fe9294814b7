// What kind of head: positional, delimiter, broad, duplicate-token, coreference, or following a
// relation; the thresholds stand in head_atlas.h.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "datasets/dependency_nulls.h"
#include "model/base/thread_pool.h"
#include "probe/head_atlas.h"
#include "probe/head_results.h"
#include "probe/ratio_accumulator.h"
#include "probe/word_attention.h"

namespace headscope {

// Which heads follow which relations (Voita et al. 2019, section 5.2.1: at least 10% above the best
// fixed offset), chosen on the first file, tested on the second.
class RelationExcess {
 public:
  // Takes every (head, relation, direction) whose accuracy on the first file is kOverBaseline times
  // the relation's best offset there; relations with fewer instances are left out.
  RelationExcess(const HeadCounts& dev, const DependencyNulls& dev_nulls, size_t minimum_instances);

  // The cluster, the arcs and the maps [heads] of a sentence of the second file, in order.
  void Add(ThreadPool& pool, size_t cluster, std::span<const Arc> arcs,
           std::span<const WordMap> maps);

  size_t NumTests() const { return cells_.size(); }
  // By head, those above their offset at kTypeLevel after Holm's correction over all tests; by
  // falling excess.
  std::vector<std::vector<FollowedRelation>> Followed(size_t num_heads,
                                                      size_t minimum_instances) const;

 private:
  struct Cell {
    size_t head;
    uint32_t relation;
    Direction direction;
    int offset;
    RatioAccumulator excess;
  };
  std::vector<std::string> relations_;
  std::vector<Cell> cells_;         // by head
  std::vector<size_t> first_cell_;  // [heads + 1]
};

// Heads that find antecedents: accuracy among the heads of preceding mentions at least
// kOverBaseline times that of the nearest mention on the first file, and above it on the second at
// kTypeLevel after Holm. dev_counts: correct mentions of every head; excess: accuracy less the
// nearest mention's.
std::vector<char> CoreferenceHeads(std::span<const double> dev_correct,
                                   std::span<const RatioAccumulator> dev_excess,
                                   std::span<const RatioAccumulator> test_excess);

// Everything but relations and coreference, which are taken as given.
HeadKind KindOf(const SurfaceStatistics& surface, const SurfaceStatistics& uniform,
                std::vector<FollowedRelation> relations, bool coreference);

}  // namespace headscope
