// Makes the atlas of heads: one pass over the second file for surfaces, distances and kinds, beside
// the passes that trees need. Patterns are scored as they are produced: memory does not depend on
// the corpus.
#pragma once

#include <cstdint>
#include <vector>

#include "datasets/dependency_nulls.h"
#include "probe/dependency_probe.h"
#include "probe/head_atlas.h"

namespace headscope {

struct HeadAtlasInput {
  const ProbeTreebank& dev;
  const ProbeTreebank& test;
  const ProbeNames& names;
  const HeadCounts& dev_counts;
  const DependencyNulls& dev_nulls;
  std::vector<char> coreference_heads;  // [heads]
  size_t minimum_instances = 100;
  uint64_t seed = 1;  // of the random trees
};

HeadAtlas ProbeHeadAtlas(ThreadPool& pool, PatternSource& source, const HeadAtlasInput& input);

}  // namespace headscope
