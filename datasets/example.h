// One example of a task on text: classification, sentence pairs, minimal pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace headscope {

struct Example {
  std::string id = {};           // as the file gives it, else "FILE:LINE"
  std::string text = {};         // UTF-8, trimmed, never empty
  std::string second_text = {};  // of a pair; empty: there is none
  int32_t label = -1;            // index into the set's labels; -1: none
  std::string group = {};        // fold, paradigm, …; empty where there is none
  // Of planted tasks (planted_task.h); words are those between the blanks of `text`.
  int32_t query = -1;  // the word that is classified; -1: the whole text
  std::vector<std::vector<uint32_t>> evidence = {};  // every minimal set of words
  std::string partner = {};                          // the counterfactual text, and
  int32_t partner_label = -1;                        // its answer
};

// What a reader did with the rows of its files.
struct ReadReport {
  size_t rows = 0;                        // records seen, headers not counted
  std::map<std::string, size_t> dropped;  // by reason

  void Drop(const std::string& reason) { ++dropped[reason]; }
  size_t NumDropped() const;
  void Add(const ReadReport& other);
  // "6920 rows", "12 rows, dropped 2 (empty text 2)".
  std::string ToString() const;
};

struct ExampleSet {
  std::vector<std::string> labels;  // names; empty for data without labels
  std::vector<Example> examples;
  ReadReport report;

  bool HasPairs() const;
  bool AsksForWords() const;  // whether examples have a query
  // How many examples have each label.
  std::vector<size_t> LabelCounts() const;
  // The indices of each group's examples; none unless there are two groups at least.
  std::map<std::string, std::vector<size_t>> Groups() const;
};

}  // namespace headscope
