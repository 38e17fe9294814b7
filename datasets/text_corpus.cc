#include "datasets/text_corpus.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "datasets/gutenberg.h"
#include "datasets/wikitext.h"
#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\f\v";

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(kWhiteSpace) == std::string_view::npos;
}

// The lines of a stream, at most TextCorpus::kMaxParagraph bytes of it in memory (and the line
// handed out).
class LineReader {
 public:
  LineReader(std::istream& stream, const std::string& path) : stream_(stream), path_(path) {
    Fill();
  }

  // What was read ahead; before the first Next, the beginning of the file.
  std::string_view Buffer() const { return std::string_view(buffer_).substr(begin_); }

  // The next line without its end, or the next part of a long one; valid until the next call.
  bool Next(std::string_view& line) {
    size_t end = buffer_.find('\n', begin_);
    if (end == std::string::npos && !at_end_) {
      Fill();
      end = buffer_.find('\n', begin_);
    }
    if (begin_ == buffer_.size()) return false;
    size_t next = end + 1;
    if (end == std::string::npos) end = next = at_end_ ? buffer_.size() : PartEnd();
    line = std::string_view(buffer_).substr(begin_, end - begin_);
    consumed_ += next - begin_;
    begin_ = next;
    return true;
  }

  uint64_t Consumed() const { return consumed_; }

 private:
  void Fill() {
    buffer_.erase(0, begin_);
    begin_ = 0;
    const size_t kept = buffer_.size();
    buffer_.resize(TextCorpus::kMaxParagraph);
    stream_.read(buffer_.data() + kept, static_cast<std::streamsize>(buffer_.size() - kept));
    if (stream_.bad()) Fail("{}: expected readable text, found an input error", path_);
    buffer_.resize(kept + static_cast<size_t>(stream_.gcount()));
    at_end_ = stream_.eof();
  }

  // Where to cut the line that fills the buffer: behind the last white space, else before the last
  // character.
  size_t PartEnd() const {
    const size_t white = buffer_.find_last_of(kWhiteSpace);
    if (white != std::string::npos && white > begin_) return white + 1;
    size_t end = buffer_.size() - 1;
    while (end > begin_ + 1 && (static_cast<unsigned char>(buffer_[end]) & 0xC0) == 0x80) --end;
    return end;
  }

  std::istream& stream_;
  const std::string& path_;
  std::string buffer_;
  size_t begin_ = 0;
  bool at_end_ = false;
  uint64_t consumed_ = 0;
};

// Visits the paragraphs of one file and returns how many there were.
size_t ReadParagraphs(std::istream& stream, const std::string& path, uint64_t bytes_before,
                      const std::function<void(const Paragraph&)>& visit) {
  LineReader reader(stream, path);
  const bool is_wikitext = IsWikiText(reader.Buffer());
  const bool is_gutenberg = HasGutenbergHeader(reader.Buffer());
  bool in_header = is_gutenberg;
  size_t count = 0;
  bool starts_document = true;
  std::string undone;
  for (std::string_view line; reader.Next(line);) {
    if (in_header) {
      in_header = !IsGutenbergStart(line);
      continue;
    }
    if (is_gutenberg && IsGutenbergEnd(line)) break;
    if (IsBlank(line)) {
      if (!is_wikitext && !is_gutenberg) starts_document = true;
      continue;
    }
    if (is_wikitext) {
      const WikiTextLine kind = KindOfWikiTextLine(line);
      if (kind == WikiTextLine::kSection) continue;
      if (kind == WikiTextLine::kTitle) starts_document = true;
      undone = UndoWikiText(line);
      line = undone;
    }
    visit({line, starts_document, bytes_before + reader.Consumed()});
    starts_document = false;
    ++count;
  }
  return count;
}

}  // namespace

TextCorpus::TextCorpus(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  if (paths.empty()) Fail("corpus: expected text files or folders of *.txt, found none");
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) {
      const std::vector<std::string> found = ListFiles(path, ".txt");
      if (found.empty()) Fail("{}: expected *.txt files in this folder, found none", path);
      files_.insert(files_.end(), found.begin(), found.end());
    } else if (fs::is_regular_file(status)) {
      files_.push_back(path);
    } else {
      Fail("{}: expected a text file or a folder of *.txt, found {}", path,
           fs::exists(status) ? "something else" : "nothing");
    }
  }
  for (const std::string& file : files_) num_bytes_ += fs::file_size(file);
}

TextCorpus TextCorpus::FromMemory(std::string name, std::string text) {
  TextCorpus corpus;
  corpus.files_.push_back(std::move(name));
  corpus.memory_ = std::move(text);
  corpus.in_memory_ = true;
  corpus.num_bytes_ = corpus.memory_.size();
  return corpus;
}

void TextCorpus::ForEachParagraph(const std::function<void(const Paragraph&)>& visit) const {
  size_t count = 0;
  uint64_t bytes_before = 0;
  for (const std::string& file : files_) {
    if (in_memory_) {
      std::istringstream stream(memory_);
      count += ReadParagraphs(stream, file, 0, visit);
      continue;
    }
    std::ifstream stream(file, std::ios::binary);
    if (!stream) Fail("{}: expected a readable text file, cannot open it", file);
    count += ReadParagraphs(stream, file, bytes_before, visit);
    bytes_before += std::filesystem::file_size(file);
  }
  if (count > 0) return;
  const std::string more =
      files_.size() > 1 ? fmt::format(" and {} other files", files_.size() - 1) : "";
  Fail("{}{}: expected lines of text, found only {} bytes of white space or nothing", files_[0],
       more, num_bytes_);
}

std::string TextCorpus::Sha256() const {
  if (in_memory_) return headscope::Sha256(memory_);
  if (files_.size() == 1) return Sha256OfFile(files_[0]);
  std::string hashes;
  for (const std::string& file : files_) hashes += Sha256OfFile(file);
  return headscope::Sha256(hashes);
}

}  // namespace headscope
