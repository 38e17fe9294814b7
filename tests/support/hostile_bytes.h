// What a reader of text files must survive: a valid file, damaged in every way that files are.
#pragma once

#include <cstddef>
#include <functional>
#include <sstream>
#include <string>

#include "model/base/error.h"
#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {

// Feeds `read` mutations of `valid`: bytes overwritten, stretches cut, doubled and moved, brackets,
// quotes and separators put anywhere, invalid UTF-8, NUL. `read` must return or throw Error whose
// message begins with "fuzz:" (the path, followed by a line) and is short; anything else is a
// failure. Returns how many were refused.
inline size_t SurvivesDamage(const std::string& valid,
                             const std::function<void(std::istream&, const std::string&)>& read,
                             uint32_t key, int rounds = 400) {
  RandomSequence random({17, Purpose::kTest, key});
  const std::string path = "fuzz";
  using namespace std::string_literals;
  const std::string pool = "\"'()|,\t\n\r {}[]:\\\xff\xc3\xe2\x80-_0129a\0"s;
  size_t refused = 0;
  for (int round = 0; round < rounds; ++round) {
    std::string text = valid;
    for (uint64_t n = 1 + random.Below(4); n > 0 && !text.empty(); --n) {
      const size_t at = random.Below(text.size());
      const size_t length = random.Below(std::min<size_t>(40, text.size() - at) + 1);
      switch (random.Below(4)) {
        case 0:
          text[at] = pool[random.Below(pool.size())];
          break;
        case 1:
          text.erase(at, length);
          break;
        case 2:
          text.insert(random.Below(text.size()), text.substr(at, length));
          break;
        default:
          text.insert(at, 1, pool[random.Below(pool.size())]);
      }
    }
    std::istringstream stream(text);
    try {
      read(stream, path);
    } catch (const Error& error) {
      const std::string message = error.what();
      ++refused;
      if (!message.starts_with("fuzz:") || message.size() > 600) {
        UNSCOPED_INFO("round " << round << ": " << message.substr(0, 700));
        CHECK(message.starts_with("fuzz:"));
        CHECK(message.size() <= 600);
        return refused;
      }
    }
  }
  return refused;
}

}  // namespace headscope
