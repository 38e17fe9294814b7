// `headscope data check FILE.conllu…`: every defect of the files, or what is in them.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "model/base/command_line.h"

namespace headscope {

// What a treebank holds. Chains are the distinct entities of each document, singletons included.
struct TreebankCounts {
  size_t documents = 0, sentences = 0, words = 0, multiword_tokens = 0, empty_nodes = 0;
  size_t mentions = 0, chains = 0;
};
TreebankCounts CountTreebank(const Treebank& treebank);

// Writes for each file one line with its counts, or one line per defect. Returns the number of
// defects. A file that cannot be read counts as one.
size_t CheckFiles(const std::vector<std::string>& paths, std::ostream& out);

// Adds `check` to the group `data`. The command throws Error after its report when there were
// defects.
void AddCheckCommand(const Command& data);

}  // namespace headscope
