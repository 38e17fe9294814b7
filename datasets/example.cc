#include "datasets/example.h"

#include <fmt/format.h>

#include <algorithm>

namespace headscope {

size_t ReadReport::NumDropped() const {
  size_t sum = 0;
  for (const auto& [reason, count] : dropped) sum += count;
  return sum;
}

void ReadReport::Add(const ReadReport& other) {
  rows += other.rows;
  for (const auto& [reason, count] : other.dropped) dropped[reason] += count;
}

std::string ReadReport::ToString() const {
  std::string text = fmt::format("{} rows", rows);
  if (dropped.empty()) return text;
  text += fmt::format(", dropped {} (", NumDropped());
  const char* separator = "";
  for (const auto& [reason, count] : dropped) {
    text += fmt::format("{}{} {}", separator, reason, count);
    separator = ", ";
  }
  return text + ")";
}

bool ExampleSet::HasPairs() const {
  return std::any_of(examples.begin(), examples.end(),
                     [](const Example& example) { return !example.second_text.empty(); });
}

bool ExampleSet::AsksForWords() const {
  return std::any_of(examples.begin(), examples.end(),
                     [](const Example& example) { return example.query >= 0; });
}

std::vector<size_t> ExampleSet::LabelCounts() const {
  std::vector<size_t> counts(labels.size());
  for (const Example& example : examples) {
    if (example.label >= 0) ++counts[static_cast<size_t>(example.label)];
  }
  return counts;
}

std::map<std::string, std::vector<size_t>> ExampleSet::Groups() const {
  std::map<std::string, std::vector<size_t>> groups;
  for (size_t i = 0; i < examples.size(); ++i) groups[examples[i].group].push_back(i);
  if (groups.size() < 2) groups.clear();
  return groups;
}

}  // namespace headscope
