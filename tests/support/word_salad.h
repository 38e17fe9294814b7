// A small text of random sentences over fixed words: a function of its seed alone, on every
// machine.
#pragma once

#include <string>

#include "model/base/random.h"

namespace headscope {

// `sentences` lines; a blank line after every fifth ends a document.
inline std::string WordSalad(uint64_t seed, int sentences) {
  static constexpr const char* kWords[] = {"the",  "a",     "old",   "river", "walker", "sleeps",
                                           "sees", "under", "stone", "green", "houses", "quietly",
                                           "and",  "never", "sings", "lights"};
  RandomSequence random({seed, Purpose::kTest, 31});
  std::string text;
  for (int i = 0; i < sentences; ++i) {
    for (uint64_t n = 4 + random.Below(12); n > 0; --n) {
      text += kWords[random.Below(std::size(kWords))];
      text += ' ';
    }
    text += ".\n";
    if (i % 5 == 4) text += '\n';
  }
  return text;
}

}  // namespace headscope
