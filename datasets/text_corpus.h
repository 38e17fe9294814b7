// Plain text for pretraining: files and folders, read paragraph by paragraph in bounded memory.
//
// A line is a paragraph; lines of white space only are no paragraphs. Where a document starts:
// - a file starts one;
// - a blank line ends one (so a file holds one document, like a book with a paragraph a line, or
// documents of several
//   lines with blank lines between them, as BERT's own pretraining data);
// - in WikiText blank lines mean nothing: an article starts at its heading " = Title = ", which
// belongs to it, and the
//   section headings " = = Section = = " are dropped. A file is WikiText when its first MiB has
//   such a title and one of the signs "<unk>", " @-@ ", " @,@ ", " @.@ ". Those are undone: "<unk>"
//   becomes [UNK], " @-@ " a "-", and so on.
// - a book of Project Gutenberg (see gutenberg.h) is one document; what comes before its START line
// and from its END line on is left out.
// A line longer than kMaxParagraph is handed out in parts, cut at white space where there is some.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

struct Paragraph {
  std::string_view text;         // without the line's end; any bytes
  bool starts_document = false;  // the first paragraph of its document
  uint64_t bytes_read = 0;       // of the whole corpus, up to and with this line: for progress
};

class TextCorpus {
 public:
  static constexpr size_t kMaxParagraph = size_t{1} << 20;  // bytes

  // Files, and folders whose *.txt files (below them too) are taken in sorted order. Throws Error
  // naming a path that is neither, a folder without *.txt files, and an empty list.
  explicit TextCorpus(const std::vector<std::string>& paths);
  // A text in memory under the same conventions; `name` stands for its path.
  static TextCorpus FromMemory(std::string name, std::string text);

  // Visits every paragraph in order. Throws Error when a file cannot be read, or when there was no
  // paragraph at all.
  void ForEachParagraph(const std::function<void(const Paragraph&)>& visit) const;

  const std::vector<std::string>& Files() const { return files_; }
  uint64_t NumBytes() const { return num_bytes_; }
  // SHA-256 of the files' contents one after another's hash: the corpus's identity in a run's
  // manifest.
  std::string Sha256() const;

 private:
  TextCorpus() = default;

  std::vector<std::string> files_;
  std::string memory_;  // the text, when it is not on disk
  bool in_memory_ = false;
  uint64_t num_bytes_ = 0;
};

}  // namespace headscope
