// A command that makes a result again, written down beside it.
#pragma once

#include <fmt/core.h>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headscope {

// As a shell takes it: words that a shell would split or read as something else stand in quotes.
class WrittenCommand {
 public:
  // The program and its subcommand, as they stand: "headscope probe heads".
  explicit WrittenCommand(std::string command) : text_(std::move(command)) {}

  WrittenCommand& Add(std::string_view word);
  // "--flag value".
  WrittenCommand& Add(std::string_view flag, std::string_view value);
  WrittenCommand& Add(std::string_view flag, const std::vector<std::string>& list);  // a,b,c
  template <typename Number>
  requires(std::integral<Number> ||
           std::floating_point<Number>) WrittenCommand& Add(std::string_view flag, Number value) {
    return Add(flag, fmt::format("{}", value));
  }
  // Nothing without a value.
  WrittenCommand& AddUnlessEmpty(std::string_view flag, std::string_view value);
  // "--flag" if it is set.
  WrittenCommand& AddSwitch(std::string_view flag, bool set);

  const std::string& Text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace headscope
