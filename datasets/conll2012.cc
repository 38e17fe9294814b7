#include "datasets/conll2012.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <vector>

#include "datasets/data_lines.h"
#include "datasets/defects.h"
#include "datasets/plain_coreference.h"
#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

std::vector<std::string> SplitColumns2012(const std::string& line) {
  std::vector<std::string> columns;
  const bool tabs = line.find('\t') != std::string::npos;
  for (size_t begin = 0; begin <= line.size();) {
    const size_t end = std::min(line.find(tabs ? '\t' : ' ', begin), line.size());
    if (tabs || end > begin) columns.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return columns;
}

class Conll2012Reader {
 public:
  Conll2012Reader(std::istream& stream, const std::string& path)
      : lines_(stream, path), defects_(path) {
    set_.treebank.path = path;
  }

  CoreferenceSet Read() {
    for (std::string line; lines_.Next(line);) {
      if (line.starts_with("#begin document")) {
        Begin(line);
      } else if (line.starts_with("#end document")) {
        End();
      } else if (TrimmedText(line).empty()) {
        sentence_ = nullptr;
      } else if (!line.starts_with('#') || document_ != nullptr) {
        AddWord(line);
      }
    }
    if (document_ != nullptr) Report("document", "#end document", "the end of the file");
    if (set_.treebank.documents.empty()) Report("document", "#begin document", "an empty file");
    return std::move(set_);
  }

 private:
  struct Open {
    size_t mention;  // in mentions_
    size_t line;
  };

  void Report(const char* rule, std::string_view expected, std::string_view found) const {
    defects_.Report(lines_.Number(), rule, expected, found);
  }

  // "#begin document (bc/cctv/00/cctv_0001); part 000"
  void Begin(const std::string& line) {
    if (document_ != nullptr) Report("document", "#end document first", "another #begin document");
    const size_t open = line.find('('), close = line.rfind(')');
    if (open == std::string::npos || close == std::string::npos || close < open) {
      Report("document", "#begin document (NAME); part N", Quoted(line));
    }
    document_ = &set_.treebank.documents.emplace_back();
    document_->id = line.substr(open + 1, close - open - 1);
    if (const size_t part = line.find("part ", close); part != std::string::npos) {
      document_->id += "." + std::string(TrimmedText(line.substr(part + 5)));
    }
    document_->has_coreference = true;
    sentence_ = nullptr;
    stacks_.clear();
    mentions_.clear();
  }

  void End() {
    if (document_ == nullptr) Report("document", "#begin document first", "#end document");
    for (const auto& [entity, stack] : stacks_) {
      if (stack.empty()) continue;
      defects_.Report(stack.back().line, "entity-balance", "every mention closed in its document",
                      Quoted("(" + entity) + " left open");
    }
    for (Mention& mention : mentions_) {
      ++set_.report.rows;
      if (mention.last == kCrossing) {
        set_.report.Drop("crosses sentences");
        continue;
      }
      mention.head = HeadWithoutTree(document_->sentences[mention.sentence].words, mention.first,
                                     mention.last);
      document_->mentions.push_back(std::move(mention));
    }
    SortMentions(document_->mentions);
    document_ = nullptr;
  }

  void AddWord(const std::string& line) {
    if (document_ == nullptr) Report("document", "#begin document first", Quoted(line));
    const std::vector<std::string> columns = SplitColumns2012(line);
    if (columns.size() < 5) {
      Report("columns", "at least 5 columns", fmt::format("{}", columns.size()));
    }
    if (sentence_ == nullptr) {
      sentence_ = &document_->sentences.emplace_back();
      sentence_->line = lines_.Number();
      sentence_->id = fmt::format("{}:{}", document_->id, document_->sentences.size());
    }
    if (columns[2] != std::to_string(sentence_->words.size())) {
      Report("word-number", fmt::format("word {}", sentence_->words.size()), Quoted(columns[2]));
    }
    Word word;
    word.form = columns[3];
    word.xpos = columns[4];
    if (word.form.empty()) Report("columns", "a word", "nothing");
    if (!sentence_->words.empty()) sentence_->text += ' ';
    sentence_->text += word.form;
    sentence_->words.push_back(std::move(word));
    ReadBrackets(columns.back());
  }

  void ReadBrackets(std::string_view value) {
    if (value.empty() || value == "-" || value == "_") return;
    for (size_t begin = 0; begin <= value.size();) {
      const size_t end = std::min(value.find('|', begin), value.size());
      ReadBracket(value.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  void ReadBracket(std::string_view piece) {
    const bool opens = piece.starts_with('('), closes = piece.ends_with(')');
    std::string_view entity = piece;
    if (opens) entity.remove_prefix(1);
    if (closes && !entity.empty()) entity.remove_suffix(1);
    const bool is_id = !entity.empty() && entity.find_first_of("()") == std::string_view::npos;
    if (!is_id || !(opens || closes)) {
      Report("entity", "(N, N) or (N), joined by |", Quoted(piece));
    }
    std::vector<Open>& stack = stacks_[std::string(entity)];
    const size_t word = sentence_->words.size() - 1;
    if (opens) {
      stack.push_back({mentions_.size(), lines_.Number()});
      Mention& mention = mentions_.emplace_back();
      mention.sentence = document_->sentences.size() - 1;
      mention.first = mention.last = word;
      mention.entity = entity;
    }
    if (!closes) return;
    if (stack.empty()) Report("entity-balance", "a mention opened before", Quoted(piece));
    Mention& mention = mentions_[stack.back().mention];
    mention.last = mention.sentence + 1 == document_->sentences.size() ? word : kCrossing;
    stack.pop_back();
  }

  static constexpr size_t kCrossing = static_cast<size_t>(-1);

  DataLines lines_;
  const Defects defects_;
  CoreferenceSet set_;
  Document* document_ = nullptr;
  Sentence* sentence_ = nullptr;
  std::vector<Mention> mentions_;
  std::map<std::string, std::vector<Open>> stacks_;  // open mentions of each entity
};

}  // namespace

CoreferenceSet ReadConll2012(std::istream& stream, const std::string& path) {
  return Conll2012Reader(stream, path).Read();
}

CoreferenceSet ReadConll2012(const std::string& path) {
  std::vector<std::string> files{path};
  if (std::filesystem::is_directory(path)) {
    files = ListFiles(path, ".conll");
    if (files.empty()) Fail("{}: expected *.conll files in this folder, found none", path);
  }
  CoreferenceSet all;
  all.treebank.path = path;
  for (const std::string& file : files) {
    std::ifstream stream = OpenData(file);
    CoreferenceSet set = ReadConll2012(stream, file);
    all.report.Add(set.report);
    std::move(set.treebank.documents.begin(), set.treebank.documents.end(),
              std::back_inserter(all.treebank.documents));
  }
  return all;
}

}  // namespace headscope
