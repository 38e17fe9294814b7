#include "datasets/conllu.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "datasets/conllu_lines.h"
#include "datasets/conllu_sentence.h"
#include "datasets/coreference.h"
#include "datasets/defects.h"
#include "model/base/file.h"

namespace headscope {
namespace {

// The value of a comment "# key = value" (also "# key" alone: empty), or nothing.
std::optional<std::string_view> CommentValue(std::string_view comment, std::string_view key) {
  const auto skip_spaces = [](std::string_view text) {
    const size_t start = text.find_first_not_of(" \t");
    return start == std::string_view::npos ? std::string_view() : text.substr(start);
  };
  std::string_view rest = skip_spaces(comment.substr(1));
  if (!rest.starts_with(key)) return std::nullopt;
  rest = skip_spaces(rest.substr(key.size()));
  if (rest.empty()) return rest;
  if (rest.front() != '=') return std::nullopt;
  return skip_spaces(rest.substr(1));
}

// What the comments above a sentence say.
struct SentenceComments {
  size_t line = 0;  // of the first
  std::vector<std::string> lines;
  std::optional<std::string_view> id, text;
};

// The surface text: forms of multiword tokens and of the words outside them, spaces by SpaceAfter.
// Ranges past the words are passed over (they are possible when checking).
std::string JoinedText(const Sentence& sentence) {
  std::string text;
  auto token = sentence.multiword_tokens.begin();
  for (size_t i = 0; i < sentence.words.size(); ++i) {
    const std::string* form = &sentence.words[i].form;
    if (token != sentence.multiword_tokens.end() && static_cast<size_t>(token->first) == i + 1) {
      const auto last = static_cast<size_t>(token->last);
      if (last > i && last <= sentence.words.size()) {
        form = &token->form;
        i = last - 1;
      }
      ++token;
    }
    text += *form;
    if (sentence.words[i].space_after) text += ' ';
  }
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

// No-break spaces as spaces: MISC tells them apart (SpacesAfter=\u00A0), SpaceAfter does not.
std::string WithPlainSpaces(std::string text) {
  for (size_t at = 0; (at = text.find("\xC2\xA0", at)) != std::string::npos;)
    text.replace(at, 2, " ");
  return text;
}

// Gathers lines into sentences and sentences into documents.
class TreebankReader {
 public:
  // Every document goes to `visit` when it is complete.
  TreebankReader(std::string_view content, const Defects& defects,
                 std::function<void(Document)> visit)
      : lines_(content, defects), defects_(defects), visit_(std::move(visit)) {}

  void Read() {
    NumberedLine line;
    while (lines_.Next(&line)) ReadLine(line);
    last_line_ = line.number;
    EndOfFile();
  }

 private:
  void ReadLine(const NumberedLine& line) {
    if (line.text.find_first_not_of(" \t") == std::string_view::npos) {
      if (!line.text.empty()) {
        defects_.Report(line.number, "empty-line", "an empty line without spaces or tabs",
                        Quoted(line.text));
      }
      EmptyLine(line.number);
    } else if (line.text.front() == '#') {
      ReadComment(line);
    } else {
      ReadToken(line);
    }
  }

  void ReadComment(const NumberedLine& line) {
    if (sentence_) {
      defects_.Report(line.number, "comment-place",
                      "comments before the first word, or an empty line after the sentence",
                      Quoted(line.text));
      FinishSentence();
    }
    if (comments_.line == 0) comments_.line = line.number;
    comments_.lines.emplace_back(line.text);
    if (const auto id = CommentValue(line.text, "newdoc id")) {
      StartDocument(*id);
    } else if (CommentValue(line.text, "newdoc")) {
      StartDocument("");
    } else if (const auto header = CommentValue(line.text, "global.Entity")) {
      entity_fields_ = ParseEntityHeader(*header, line.number, defects_);
    } else if (const auto sent_id = CommentValue(line.text, "sent_id")) {
      ReadSentenceId(line, *sent_id);
    } else if (const auto text = CommentValue(line.text, "text")) {
      comments_.text = text;
    }
  }

  void ReadSentenceId(const NumberedLine& line, std::string_view id) {
    if (comments_.id) {
      defects_.Report(line.number, "sent_id", "one sent_id a sentence", Quoted(line.text));
    } else if (id.empty()) {
      defects_.Report(line.number, "sent_id", "a value after sent_id", Quoted(line.text));
    } else if (!ids_.insert(id).second) {
      defects_.Report(line.number, "sent_id", "a sent_id that is unique in the file", Quoted(id));
    }
    if (id.find('/') != std::string_view::npos) {
      defects_.ReportWhenChecking(line.number, "sent_id", "a sent_id without /", Quoted(id));
    }
    comments_.id = id;
  }

  void ReadToken(const NumberedLine& line) {
    if (sentence_ && (line.text.starts_with("1\t") || line.text.starts_with("1-"))) {
      if (sentence_has_words_) {
        defects_.Report(line.number, "empty-line", "an empty line before a sentence's first word",
                        Quoted(line.text));
        FinishSentence();
      }
    }
    if (!sentence_) {
      sentence_.emplace(entity_fields_ ? &*entity_fields_ : nullptr, defects_);
      sentence_line_ = line.number;
    }
    sentence_has_words_ |= line.text.starts_with("1\t");
    sentence_->Add(line);
  }

  void EmptyLine(size_t line) {
    if (sentence_) {
      FinishSentence();
    } else if (comments_.line != 0) {
      defects_.Report(line, "words", "words after the comments of a sentence", "an empty line");
      comments_ = {};
    } else {
      defects_.Report(line, "empty-line", "exactly one empty line after a sentence and none before",
                      "another one");
    }
  }

  void EndOfFile() {
    if (sentence_) {
      defects_.Report(last_line_, "empty-line", "an empty line after the last sentence",
                      "the end of the file");
      FinishSentence();
    } else if (comments_.line != 0) {
      defects_.Report(last_line_, "words", "words after the comments of a sentence",
                      "the end of the file");
    }
    if (!any_sentence_) {
      defects_.Report(last_line_ + 1, "empty-file", "at least one sentence", "the end of the file");
    }
    if (document_) visit_(std::move(*document_));
  }

  void StartDocument(std::string_view id) {
    if (document_ && !document_->sentences.empty()) visit_(std::move(*document_));
    document_.emplace();
    document_->id = id;
  }

  void FinishSentence() {
    if (!document_) StartDocument("");
    Document& document = *document_;
    document.has_coreference |= entity_fields_.has_value();
    Sentence sentence = sentence_->Finish(document.sentences.size(), &document.mentions);
    if (!sentence.words.empty()) {
      NameSentence(&sentence);
      sentence.comments = std::move(comments_.lines);
      any_sentence_ = true;
      document.sentences.push_back(std::move(sentence));
    }
    sentence_.reset();
    sentence_has_words_ = false;
    comments_ = {};
  }

  void NameSentence(Sentence* sentence) const {
    if (comments_.id) {
      sentence->id = *comments_.id;
    } else {
      sentence->id = fmt::format("{}:{}", defects_.Path(), sentence->line);
      defects_.ReportWhenChecking(sentence_line_, "sent_id", "a comment # sent_id", "none");
    }
    if (!comments_.text) {
      sentence->text = JoinedText(*sentence);
      defects_.ReportWhenChecking(sentence_line_, "text", "a comment # text", "none");
      return;
    }
    sentence->text = *comments_.text;
    if (defects_.Checking()) CheckText(*sentence);
  }

  void CheckText(const Sentence& sentence) const {
    const std::string expected = WithPlainSpaces(JoinedText(sentence));
    const std::string found = WithPlainSpaces(sentence.text);
    const auto [at, at_found] =
        std::mismatch(expected.begin(), expected.end(), found.begin(), found.end());
    if (at == expected.end() && at_found == found.end()) return;
    const auto same = static_cast<size_t>(at - expected.begin());
    defects_.Report(sentence_line_, "text",
                    fmt::format("# text to go on after {} bytes with {}", same,
                                Quoted(std::string_view(expected).substr(same))),
                    Quoted(std::string_view(found).substr(same)));
  }

  ConlluLines lines_;
  const Defects& defects_;
  std::function<void(Document)> visit_;
  std::optional<Document> document_;  // the one being read
  bool any_sentence_ = false;
  std::optional<EntityFields> entity_fields_;
  std::unordered_set<std::string_view> ids_;  // views of the content
  SentenceComments comments_;
  std::optional<SentenceReader> sentence_;
  bool sentence_has_words_ = false;
  size_t sentence_line_ = 0;
  size_t last_line_ = 0;
};

}  // namespace

size_t Treebank::NumSentences() const {
  size_t count = 0;
  for (const Document& document : documents) count += document.sentences.size();
  return count;
}

size_t Treebank::NumWords() const {
  size_t count = 0;
  for (const Document& document : documents) {
    for (const Sentence& sentence : document.sentences) count += sentence.words.size();
  }
  return count;
}

Treebank ParseConllu(const std::string& path, std::string_view content) {
  const Defects defects(path);
  Treebank treebank;
  treebank.path = path;
  TreebankReader(content, defects, [&](Document document) {
    treebank.documents.push_back(std::move(document));
  }).Read();
  return treebank;
}

void VisitConllu(const std::string& path, const std::function<void(Document)>& visit) {
  const std::string content = ReadFile(path);
  TreebankReader(content, Defects(path), visit).Read();
}

Treebank ReadConllu(const std::string& path) { return ParseConllu(path, ReadFile(path)); }

std::vector<std::string> CheckConlluContent(const std::string& path, std::string_view content) {
  std::vector<std::string> messages;
  const Defects defects(path, [&](std::string message) { messages.push_back(std::move(message)); });
  TreebankReader(content, defects, [](const Document&) {}).Read();
  return messages;
}

std::vector<std::string> CheckConllu(const std::string& path) {
  return CheckConlluContent(path, ReadFile(path));
}

}  // namespace headscope
