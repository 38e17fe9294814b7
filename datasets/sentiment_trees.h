// The trees of the Stanford Sentiment Treebank (Socher et al. 2013) as the tables that SST-2 is:
// "(3 (2 A) (4 (3 good) (2 film)))", a label from 0 to 4 at every node.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

struct Constituent {
  int label = 0;  // 0 very negative … 4 very positive
  std::string text;
};

// The constituents of one tree, each before its children: the sentence first. Leaves are joined by
// spaces; -LRB-, -RRB-, \/ and \* become what they stand for, a no-break space a space. Throws
// Error naming path and line for a line that is no tree.
std::vector<Constituent> ReadSentimentTree(std::string_view tree, const std::string& path,
                                           size_t line);

// "label<TAB>sentence" of every sentence that is not neutral: 1 for the labels 3 and 4, 0 for 0
// and 1.
std::string SentenceTable(std::string_view trees, const std::string& path);
// "label<TAB>phrase" of every different constituent that is not neutral, in order of appearance.
std::string PhraseTable(std::string_view trees, const std::string& path);

}  // namespace headscope
