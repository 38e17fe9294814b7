// A few sentences with the maps of the heads that were chosen, for the report's heatmaps.
#pragma once

#include <cstddef>
#include <vector>

#include "probe/dependency_probe.h"
#include "probe/head_results.h"

namespace headscope {

class ExampleCollector {
 public:
  // Picks up to `num_examples` sentences of 8 to 18 words with the most different relations, and up
  // to six heads: those chosen on dev for the relations in which they lead the offset by most.
  ExampleCollector(const ProbeTreebank& treebank, const ProbeNames& names,
                   const std::vector<HeadChoice>& chosen, const DependencyNulls& dev_nulls,
                   size_t heads_per_layer, size_t num_examples, size_t minimum_instances);

  // A MapVisitor: keeps the maps that were picked. Different heads may come from different threads.
  void Visit(size_t head, size_t sentence, WordMap map);
  std::vector<ExampleSentence> Take() { return std::move(examples_); }

 private:
  std::vector<size_t> sentences_;  // [examples] index into the treebank
  std::vector<size_t> heads_;      // [maps]
  std::vector<ExampleSentence> examples_;
};

}  // namespace headscope
