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

void AppendSentence(std::string& out, const Sentence& sentence) {
  out.append("# sent_id = ").append(sentence.id);
  out.append("\n# text = ").append(sentence.text).append("\n");
  size_t next_token = 0;
  for (size_t i = 0; i < sentence.words.size(); ++i) {
    const Word& word = sentence.words[i];
    const fmt::format_int id(i + 1), head(word.head);
    if (next_token < sentence.multiword_tokens.size() &&
        sentence.multiword_tokens[next_token].first == static_cast<int>(i) + 1) {
      const MultiwordToken& token = sentence.multiword_tokens[next_token++];
      AppendLine(out, {fmt::format("{}-{}", token.first, token.last), token.form, "", "", "", "",
                       "", "", "", token.misc});
    }
    AppendLine(out, {{id.data(), id.size()},
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
  out += '\n';
}

}  // namespace

std::string ToConllu(const Document& document) {
  std::string out;
  if (!document.id.empty()) out.append("# newdoc id = ").append(document.id).append("\n");
  if (document.has_coreference) out.append("# global.Entity = ").append(kEntityHeader).append("\n");
  for (const Sentence& sentence : document.sentences) AppendSentence(out, sentence);
  return out;
}

}  // namespace headscope
