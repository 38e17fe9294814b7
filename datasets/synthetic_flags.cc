#include "datasets/synthetic_flags.h"

namespace headscope {

void AddSyntheticFlags(const Command& command, SyntheticOptions& options) {
  command.Option("--depth", options.max_depth,
                 "Synthetic: clauses and phrases inside one another, 0 to 6");
  command.Option("--min-sentences", options.min_sentences, "Synthetic: fewest of a document");
  command.Option("--max-sentences", options.max_sentences, "Synthetic: most of a document");
  command.Option("--non-projective", options.non_projective,
                 "Synthetic: share of main subjects' relative clauses that are moved behind the "
                 "verb, 0 to 1");
  command.Option("--persistence", options.persistence,
                 "Synthetic: share of their clauses in which the document's own entities keep to "
                 "one verb or adjective, 0 to 1");
}

}  // namespace headscope
