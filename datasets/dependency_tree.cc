#include "datasets/dependency_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace headscope {
namespace {

// Whether every HEAD is in range.
bool CheckHeads(const std::vector<Word>& words, std::span<const size_t> lines,
                const Defects& defects) {
  bool in_range = true;
  for (size_t i = 0; i < words.size(); ++i) {
    const int head = words[i].head;
    if (head < 0 || static_cast<size_t>(head) > words.size()) {
      in_range = false;
      defects.Report(lines[i], "head-range", fmt::format("a HEAD from 0 to {}", words.size()),
                     std::to_string(head));
    } else if (static_cast<size_t>(head) == i + 1) {
      defects.Report(lines[i], "self-loop", "a HEAD other than the word itself",
                     fmt::format("HEAD {} on word {}", head, i + 1));
    }
  }
  return in_range;
}

void CheckRoot(const std::vector<Word>& words, std::span<const size_t> lines,
               const Defects& defects) {
  size_t roots = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].head == 0 && ++roots > 1) {
      defects.Report(lines[i], "one-root", "exactly one word with HEAD 0",
                     fmt::format("root number {} (word {})", roots, i + 1));
    }
  }
  if (roots == 0) defects.Report(lines[0], "one-root", "exactly one word with HEAD 0", "none");
}

// "3 -> 5 -> 3", cut after a few words.
std::string CycleText(const std::vector<Word>& words, size_t start) {
  constexpr size_t kMaxWords = 10;
  std::string text = std::to_string(start + 1);
  size_t at = start;
  for (size_t step = 0; step < kMaxWords; ++step) {
    at = static_cast<size_t>(words[at].head) - 1;
    text += fmt::format(" -> {}", at + 1);
    if (at == start) return text;
  }
  return text + " -> …";
}

void CheckCycles(const std::vector<Word>& words, std::span<const size_t> lines,
                 const Defects& defects) {
  constexpr size_t kUnseen = 0;
  // seen[i]: 1 + the word from which the walk towards the root first met word i.
  std::vector<size_t> seen(words.size(), kUnseen);
  for (size_t start = 0; start < words.size(); ++start) {
    size_t at = start;
    while (seen[at] == kUnseen) {
      seen[at] = start + 1;
      if (words[at].head == 0) break;
      at = static_cast<size_t>(words[at].head) - 1;
    }
    // A walk that ends where it has been itself, and not at a root, has closed a cycle.
    const auto head = static_cast<size_t>(words[at].head);
    const bool closed = seen[at] == start + 1 && head != 0;
    if (closed && head != at + 1) {
      size_t first = at;
      for (size_t i = head - 1; i != at; i = static_cast<size_t>(words[i].head) - 1) {
        first = std::min(first, i);
      }
      defects.Report(lines[first], "tree", "a tree",
                     fmt::format("the cycle {}", CycleText(words, first)));
    }
  }
}

}  // namespace

void CheckTree(const std::vector<Word>& words, std::span<const size_t> lines,
               const Defects& defects) {
  const bool heads_in_range = CheckHeads(words, lines, defects);
  CheckRoot(words, lines, defects);
  if (heads_in_range) CheckCycles(words, lines, defects);
}

}  // namespace headscope
