// The lines of a data file, one at a time in bounded memory, their bytes checked.
#pragma once

#include <cstddef>
#include <fstream>
#include <istream>
#include <string>
#include <string_view>

namespace headscope {

// Tolerated, since editors and spreadsheets write it: a byte-order mark at the beginning, CR LF, a
// last line without its end. Throws Error "path:line: …" for invalid UTF-8, a NUL byte and a line
// longer than kMaxLine.
class DataLines {
 public:
  static constexpr size_t kMaxLine = size_t{1} << 20;  // bytes

  // `stream` and `path` (for messages) are kept by reference.
  DataLines(std::istream& stream, const std::string& path) : stream_(stream), path_(path) {}

  // The next line without its end, or false behind the last one.
  bool Next(std::string& line);
  size_t Number() const { return number_; }  // of the line last given, from 1
  const std::string& Path() const { return path_; }

 private:
  bool Fill();
  void Check(std::string_view line) const;

  std::istream& stream_;
  const std::string& path_;
  std::string buffer_;
  size_t begin_ = 0;
  size_t number_ = 0;
};

// Throws Error when the file cannot be opened.
std::ifstream OpenData(const std::string& path);

// Without white space at both ends.
std::string_view TrimmedText(std::string_view text);

}  // namespace headscope
