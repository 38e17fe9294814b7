// The one exception type of headscope: anything wrong that comes from outside (files, flags, data,
// models). Programmer errors are asserts. Library code throws; only commands print and exit.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace headscope {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws Error with a formatted message. A message names the file (line, tensor, flag), what was
// expected and what was found: "a.conllu:17: expected 10 tab-separated columns, found 9".
template <typename... Args>
[[noreturn]] void Fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace headscope
