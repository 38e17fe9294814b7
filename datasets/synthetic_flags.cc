#include "datasets/synthetic_flags.h"

namespace headscope {

void AddSyntheticFlags(CLI::App& command, SyntheticOptions& options) {
  command
      .add_option("--depth", options.max_depth,
                  "Synthetic: clauses and phrases inside one another, 0 to 6")
      ->capture_default_str();
  command.add_option("--min-sentences", options.min_sentences, "Synthetic: fewest of a document")
      ->capture_default_str();
  command.add_option("--max-sentences", options.max_sentences, "Synthetic: most of a document")
      ->capture_default_str();
  command
      .add_option("--non-projective", options.non_projective,
                  "Synthetic: share of main subjects' relative clauses that are moved behind the "
                  "verb, 0 to 1")
      ->capture_default_str();
}

}  // namespace headscope
