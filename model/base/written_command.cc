#include "model/base/written_command.h"

#include <fmt/ranges.h>

namespace headscope {
namespace {

// POSIX leaves these alone wherever they stand in a word.
constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";

std::string ShellWord(std::string_view word) {
  if (!word.empty() && word.find_first_not_of(kPlain) == word.npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

WrittenCommand& WrittenCommand::Add(std::string_view word) {
  text_ += " " + ShellWord(word);
  return *this;
}

WrittenCommand& WrittenCommand::Add(std::string_view flag, std::string_view value) {
  return Add(flag).Add(value);
}

WrittenCommand& WrittenCommand::Add(std::string_view flag, const std::vector<std::string>& list) {
  return Add(flag, fmt::format("{}", fmt::join(list, ",")));
}

WrittenCommand& WrittenCommand::AddUnlessEmpty(std::string_view flag, std::string_view value) {
  return value.empty() ? *this : Add(flag, value);
}

WrittenCommand& WrittenCommand::AddSwitch(std::string_view flag, bool set) {
  return set ? Add(flag) : *this;
}

}  // namespace headscope
