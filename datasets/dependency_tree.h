// The tree that the HEAD column of a sentence must be.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/defects.h"

namespace headscope {

// Reports every HEAD outside 0…n, words that are their own head, a number of roots other than one,
// and each cycle once (at its first word). lines[i] is the line of words[i].
void CheckTree(const std::vector<Word>& words, std::span<const size_t> lines,
               const Defects& defects);

}  // namespace headscope
