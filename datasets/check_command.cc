#include "datasets/check_command.h"

#include <iostream>
#include <memory>
#include <set>
#include <string_view>

#include "model/base/error.h"

namespace headscope {
namespace {

// Defects of one file, written out.
size_t CheckFile(const std::string& path, std::ostream& out) {
  try {
    const std::vector<std::string> defects = CheckConllu(path);
    for (const std::string& defect : defects) out << defect << '\n';
    if (!defects.empty()) return defects.size();
    const TreebankCounts counts = CountTreebank(ReadConllu(path));
    out << fmt::format(
        "{}: {} documents, {} sentences, {} words, {} multiword tokens, {} empty nodes, {} "
        "mentions, {} chains\n",
        path, counts.documents, counts.sentences, counts.words, counts.multiword_tokens,
        counts.empty_nodes, counts.mentions, counts.chains);
    return 0;
  } catch (const Error& error) {
    out << error.what() << '\n';
    return 1;
  }
}

}  // namespace

TreebankCounts CountTreebank(const Treebank& treebank) {
  TreebankCounts counts;
  counts.documents = treebank.documents.size();
  counts.sentences = treebank.NumSentences();
  counts.words = treebank.NumWords();
  for (const Document& document : treebank.documents) {
    for (const Sentence& sentence : document.sentences) {
      counts.multiword_tokens += sentence.multiword_tokens.size();
      counts.empty_nodes += sentence.empty_nodes.size();
    }
    std::set<std::string_view> chains;
    for (const Mention& mention : document.mentions) chains.insert(mention.entity);
    counts.mentions += document.mentions.size();
    counts.chains += chains.size();
  }
  return counts;
}

size_t CheckFiles(const std::vector<std::string>& paths, std::ostream& out) {
  size_t defects = 0;
  for (const std::string& path : paths) defects += CheckFile(path, out);
  return defects;
}

void AddCheckCommand(const Command& data) {
  const Command check = data.Subcommand("check", "Check CoNLL-U files and count what is in them");
  const auto paths = std::make_shared<std::vector<std::string>>();
  check.Option("FILE", *paths, "CoNLL-U files").Required();
  check.OnRun([paths] {
    const size_t defects = CheckFiles(*paths, std::cout);
    std::cout.flush();
    if (defects > 0) {
      Fail("{} defect{} in {} file{}", defects, defects == 1 ? "" : "s", paths->size(),
           paths->size() == 1 ? "" : "s");
    }
  });
}

}  // namespace headscope
