// An output stream that nobody reads: for what reports its progress to a std::FILE*.
#pragma once

#include <cstdio>

namespace headscope {

class SilentStream {
 public:
  SilentStream() = default;
  SilentStream(const SilentStream&) = delete;
  SilentStream& operator=(const SilentStream&) = delete;
  ~SilentStream() { std::fclose(file_); }
  std::FILE* Get() const { return file_; }

 private:
  std::FILE* file_ = std::fopen("/dev/null", "w");
};

}  // namespace headscope
