// What a dictionary knows of parts of speech: the best tag of each word form, and how many running
// words it leaves open.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "datasets/upos.h"

namespace headscope {

class PosLookup {
 public:
  // One sentence: forms numbered from 0, tags as UposIndex gives them.
  void Add(std::span<const uint32_t> forms, std::span<const uint32_t> tags);

  size_t NumWords() const { return words_; }
  // Running words whose tag is the most frequent one of their form, chosen on these same words: no
  // look-up can do better on them.
  size_t NumRight() const;
  // Running words of forms with a second tag on at least 2% of their occurrences (a stray tag of a
  // frequent word makes nothing ambiguous).
  size_t NumAmbiguous() const;

 private:
  std::vector<std::array<uint32_t, kUposTags.size() + 1>> counts_;  // [forms][tags]
  size_t words_ = 0;
};

}  // namespace headscope
