#include "datasets/conllu_sentence.h"

#include <fmt/format.h>

#include <string>

#include "datasets/dependency_tree.h"
#include "datasets/word_rules.h"

namespace headscope {
namespace {

bool HasNoSpaceAfter(std::string_view misc) { return MiscValue(misc, "SpaceAfter") == "No"; }

}  // namespace

SentenceReader::SentenceReader(const EntityFields* fields, const Defects& defects)
    : fields_(fields), defects_(defects) {
  if (fields_ != nullptr) mention_reader_.emplace(*fields_, defects_);
}

void SentenceReader::Add(const NumberedLine& line) {
  const std::optional<TokenLine> token = SplitColumns(line, defects_);
  if (!token) {
    sequence_broken_ = true;
    return;
  }
  const std::optional<TokenId> id = ParseTokenId((*token)[Column::kId]);
  if (!id) {
    sequence_broken_ = true;
    defects_.Report(line.number, "id", "an ID such as 7, 7-8 or 7.1",
                    Quoted((*token)[Column::kId]));
    return;
  }
  if (id->kind == TokenId::Kind::kWord) AddWord(*token, id->first);
  if (id->kind == TokenId::Kind::kMultiword) AddMultiword(*token, *id);
  if (id->kind == TokenId::Kind::kEmptyNode) AddEmptyNode(*token, *id);
}

void SentenceReader::ReportSequence(const TokenLine& token, const std::string& expected) {
  sequence_broken_ = true;
  defects_.Report(token.line, "id-sequence", expected, Quoted(token[Column::kId]));
}

void SentenceReader::AddWord(const TokenLine& token, int id) {
  if (id != last_id_ + 1) ReportSequence(token, fmt::format("ID {}", last_id_ + 1));
  last_id_ = id;  // not counted on: a gap is reported once
  last_empty_node_ = 0;
  const std::optional<int> head = ParseNumber(token[Column::kHead]);
  if (!head) {
    sequence_broken_ = true;
    defects_.Report(token.line, "head", "a number in HEAD", Quoted(token[Column::kHead]));
  }
  CheckWordColumns(token, defects_);
  const std::string_view deprel = token[Column::kDeprel];
  if (head && (*head == 0) != (deprel.substr(0, deprel.find(':')) == "root")) {
    defects_.ReportWhenChecking(token.line, "root-relation",
                                "DEPREL root with HEAD 0 and only there",
                                fmt::format("{} with HEAD {}", Quoted(deprel), *head));
  }
  Word word;
  word.form = token[Column::kForm];
  word.lemma = token[Column::kLemma];
  word.upos = token[Column::kUpos];
  word.xpos = token[Column::kXpos];
  word.feats = token[Column::kFeats];
  word.head = head.value_or(0);
  word.deprel = deprel;
  word.deps = token[Column::kDeps];
  word.misc = token[Column::kMisc];
  word.space_after = !HasNoSpaceAfter(word.misc);
  if (sentence_.words.empty()) sentence_.line = token.line;
  sentence_.words.push_back(std::move(word));
  lines_.push_back(token.line);
  ReadEntity(token);
}

void SentenceReader::AddMultiword(const TokenLine& token, TokenId id) {
  const int covered =
      sentence_.multiword_tokens.empty() ? 0 : sentence_.multiword_tokens.back().last;
  if (id.first != last_id_ + 1 || id.first <= covered) {
    ReportSequence(token,
                   fmt::format("a range that starts at the next word, {}, and overlaps no other",
                               last_id_ + 1));
  } else if (id.last < id.first) {
    ReportSequence(token, fmt::format("a range that ends at {} or later", id.first));
  }
  for (const Column column : {Column::kLemma, Column::kUpos, Column::kXpos, Column::kHead,
                              Column::kDeprel, Column::kDeps}) {
    if (token[column] == "_") continue;
    defects_.ReportWhenChecking(
        token.line, "multiword-columns",
        fmt::format("_ in {} of a multiword token", kColumnNames[static_cast<size_t>(column)]),
        Quoted(token[column]));
  }
  RefuseEntity(token, "a multiword token");
  last_multiword_line_ = token.line;
  sentence_.multiword_tokens.push_back({id.first, id.last, std::string(token[Column::kForm]),
                                        std::string(token[Column::kMisc]),
                                        std::string(token[Column::kFeats])});
}

void SentenceReader::AddEmptyNode(const TokenLine& token, TokenId id) {
  if (id.first != last_id_ || id.last != last_empty_node_ + 1) {
    ReportSequence(token, fmt::format("empty node {}.{}", last_id_, last_empty_node_ + 1));
  }
  last_empty_node_ = id.last;
  for (const Column column : {Column::kHead, Column::kDeprel}) {
    if (token[column] == "_") continue;
    defects_.ReportWhenChecking(
        token.line, "empty-node-columns",
        fmt::format("_ in {} of an empty node", kColumnNames[static_cast<size_t>(column)]),
        Quoted(token[column]));
  }
  RefuseEntity(token, "an empty node");
  EmptyNode node{id.first, id.last, {}};
  for (size_t column = 1; column < kNumColumns; ++column) {
    node.columns.emplace_back(token.columns[column]);
  }
  sentence_.empty_nodes.push_back(std::move(node));
  empty_node_lines_.push_back(token.line);
  CheckEmptyNodeColumns(token, defects_);
}

void SentenceReader::ReadEntity(const TokenLine& token) {
  const std::optional<std::string_view> entity = MiscValue(token[Column::kMisc], "Entity");
  if (!entity) return;
  if (mention_reader_) {
    mention_reader_->Read(sentence_.words.size() - 1, token.line, *entity);
  } else {
    defects_.Report(token.line, "entity-header",
                    "# global.Entity before the first Entity=", Quoted(*entity));
  }
}

void SentenceReader::RefuseEntity(const TokenLine& token, const char* where) const {
  if (!MiscValue(token[Column::kMisc], "Entity")) return;
  defects_.Report(token.line, "entity", "Entity= on syntactic words only",
                  fmt::format("it on {}", where));
}

Sentence SentenceReader::Finish(size_t index, std::vector<Mention>* mentions) {
  std::vector<Word>& words = sentence_.words;
  if (words.empty()) {
    if (!sequence_broken_) {
      defects_.Report(last_multiword_line_, "words", "a sentence with words", "none");
    }
    return std::move(sentence_);
  }
  for (const MultiwordToken& token : sentence_.multiword_tokens) {
    if (sequence_broken_) break;
    if (static_cast<size_t>(token.last) > words.size()) {
      defects_.Report(last_multiword_line_, "id-sequence",
                      fmt::format("a range within the words 1 to {}", words.size()),
                      fmt::format("{}-{}", token.first, token.last));
    } else if (HasNoSpaceAfter(token.misc)) {
      words[static_cast<size_t>(token.last) - 1].space_after = false;
    }
  }
  if (!sequence_broken_) {
    CheckTree(words, lines_, defects_);
    CheckDeps(sentence_, lines_, empty_node_lines_, defects_);
  }
  if (mention_reader_) mention_reader_->Finish(index, words, mentions);
  return std::move(sentence_);
}

}  // namespace headscope
