#include "datasets/conllu_writer.h"

#include <fmt/format.h>

#include <initializer_list>
#include <string_view>

#include "datasets/entity_annotation.h"

namespace headscope {
namespace {

void AppendLine(std::string& out, std::initializer_list<std::string_view> columns) {
  bool is_first = true;
  for (const std::string_view column : columns) {
    if (!is_first) out += '\t';
    is_first = false;
    out += column.empty() ? std::string_view("_") : column;
  }
  out += '\n';
}

// The lines above the first word: as read, or made from what the document and the sentence say.
void AppendComments(std::string& out, const Document& document, size_t index) {
  const Sentence& sentence = document.sentences[index];
  if (sentence.comments) {
    for (const std::string& line : *sentence.comments) out.append(line).append("\n");
    return;
  }
  if (index == 0) {
    if (!document.id.empty()) out.append("# newdoc id = ").append(document.id).append("\n");
    if (document.has_coreference) {
      out.append("# global.Entity = ").append(kEntityHeader).append("\n");
    }
  }
  out.append("# sent_id = ").append(sentence.id);
  out.append("\n# text = ").append(sentence.text).append("\n");
}

// Writes the lines of a sentence in the order of their ids: a multiword token before its first
// word, an empty node after its word.
class SentenceWriter {
 public:
  SentenceWriter(const Sentence& sentence, std::string& out) : sentence_(sentence), out_(out) {}

  void Write() {
    AppendEmptyNodes(0);
    for (size_t i = 0; i < sentence_.words.size(); ++i) {
      AppendMultiwordToken(static_cast<int>(i) + 1);
      AppendWord(i);
      AppendEmptyNodes(static_cast<int>(i) + 1);
    }
    out_ += '\n';
  }

 private:
  void AppendWord(size_t i) {
    const Word& word = sentence_.words[i];
    const fmt::format_int id(i + 1), head(word.head);
    AppendLine(out_, {{id.data(), id.size()},
                      word.form,
                      word.lemma,
                      word.upos,
                      word.xpos,
                      word.feats,
                      {head.data(), head.size()},
                      word.deprel,
                      word.deps,
                      word.misc});
  }

  void AppendMultiwordToken(int word) {
    if (next_token_ == sentence_.multiword_tokens.size()) return;
    const MultiwordToken& token = sentence_.multiword_tokens[next_token_];
    if (token.first != word) return;
    ++next_token_;
    AppendLine(out_, {fmt::format("{}-{}", token.first, token.last), token.form, "", "", "",
                      token.feats, "", "", "", token.misc});
  }

  void AppendEmptyNodes(int word) {
    for (; next_node_ < sentence_.empty_nodes.size(); ++next_node_) {
      const EmptyNode& node = sentence_.empty_nodes[next_node_];
      if (node.after != word) return;
      out_ += fmt::format("{}.{}", node.after, node.number);
      for (const std::string& column : node.columns) out_.append("\t").append(column);
      out_ += '\n';
    }
  }

  const Sentence& sentence_;
  std::string& out_;
  size_t next_token_ = 0, next_node_ = 0;
};

}  // namespace

std::string ToConllu(const Document& document) {
  std::string out;
  for (size_t s = 0; s < document.sentences.size(); ++s) {
    AppendComments(out, document, s);
    SentenceWriter(document.sentences[s], out).Write();
  }
  return out;
}

}  // namespace headscope
