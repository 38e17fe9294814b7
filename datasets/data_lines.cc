#include "datasets/data_lines.h"

#include "datasets/bert_words.h"
#include "datasets/defects.h"
#include "model/base/error.h"

namespace headscope {
namespace {

constexpr size_t kChunk = size_t{1} << 16;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

bool DataLines::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t kept = buffer_.size();
  buffer_.resize(kept + kChunk);
  stream_.read(buffer_.data() + kept, static_cast<std::streamsize>(kChunk));
  if (stream_.bad()) Fail("{}: expected readable data, found an input error", path_);
  buffer_.resize(kept + static_cast<size_t>(stream_.gcount()));
  return stream_.gcount() > 0;
}

bool DataLines::Next(std::string& line) {
  size_t end = buffer_.find('\n', begin_);
  while (end == std::string::npos) {
    const size_t seen = buffer_.size() - begin_;
    if (seen > kMaxLine) break;
    if (!Fill()) break;
    end = buffer_.find('\n', seen);
  }
  if (begin_ == buffer_.size()) return false;
  ++number_;
  const size_t stop = end == std::string::npos ? buffer_.size() : end;
  if (stop - begin_ > kMaxLine) {
    headscope::Fail("{}:{}: expected a line of at most {} bytes, found a longer one", path_,
                    number_, kMaxLine);
  }
  line.assign(buffer_, begin_, stop - begin_);
  begin_ = end == std::string::npos ? stop : stop + 1;
  if (line.ends_with('\r')) line.pop_back();
  if (number_ == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
  Check(line);
  return true;
}

void DataLines::Check(std::string_view line) const {
  for (size_t at = 0; at < line.size();) {
    const size_t begin = at;
    const auto byte = static_cast<unsigned char>(line[at]);
    if (byte != 0 && byte < 0x80) {
      ++at;
      continue;
    }
    if (byte == 0) {
      headscope::Fail("{}:{}: expected text, found a NUL byte at column {}", path_, number_,
                      begin + 1);
    }
    if (NextCharacter(line, at) < 0) {
      headscope::Fail("{}:{}: expected valid UTF-8, found byte {:02X} at column {}", path_, number_,
                      byte, begin + 1);
    }
  }
}

std::ifstream OpenData(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) headscope::Fail("{}: expected a readable file, cannot open it", path);
  return stream;
}

std::string_view TrimmedText(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r\n\f\v";
  const size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

}  // namespace headscope
