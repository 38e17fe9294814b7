// One sentence of CoNLL-U from its token lines: ids in sequence, surface spacing, tree, mentions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/conllu_columns.h"
#include "datasets/coreference.h"
#include "datasets/defects.h"

namespace headscope {

class SentenceReader {
 public:
  // `fields`: as the file's # global.Entity names them, or null before there was one. It must
  // outlive the reader.
  SentenceReader(const EntityFields* fields, const Defects& defects);

  // The next token line, in the order of the file.
  void Add(const NumberedLine& line);
  // After the last line (at least one was added): checks the whole, appends the mentions. `index`
  // is the sentence's place in its document.
  Sentence Finish(size_t index, std::vector<Mention>* mentions);

 private:
  void AddWord(const TokenLine& token, int id);
  void AddMultiword(const TokenLine& token, TokenId id);
  void AddEmptyNode(const TokenLine& token, TokenId id);
  void ReadEntity(const TokenLine& token);
  void RefuseEntity(const TokenLine& token, const char* where) const;
  void ReportSequence(const TokenLine& token, const std::string& expected);

  const EntityFields* fields_;
  const Defects& defects_;
  std::optional<MentionReader> mention_reader_;
  Sentence sentence_;
  std::vector<size_t> lines_;  // of the words
  std::vector<size_t> empty_node_lines_;
  size_t last_multiword_line_ = 0;
  int last_id_ = 0;               // of the words
  int last_empty_node_ = 0;       // n of the last empty node k.n after word k
  bool sequence_broken_ = false;  // ids could not be followed: HEADs have no meaning
};

}  // namespace headscope
