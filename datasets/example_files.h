// Readers of examples: tables with named columns, AG News, BLiMP.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "datasets/example.h"
#include "datasets/record_reader.h"

namespace headscope {

// Which columns hold what; empty: none. `text` is always needed.
struct ExampleColumns {
  std::string text = "text";
  std::string second = {};
  std::string label = "label";
  std::string id = {};
  std::string group = {};
};

// Reads a table. Labels are numbered in the order of their first appearance; rows whose text (or
// second text, where there is such a column) is empty are dropped and counted. Throws Error as
// RecordReader does, and for an empty label.
ExampleSet ReadExamples(std::istream& stream, const std::string& path, RecordFormat format,
                        const ExampleColumns& columns);
ExampleSet ReadExamples(const std::string& path, const ExampleColumns& columns);

// Renumbers labels as `names` has them, calling them `shown`; rows of other labels are dropped and
// counted when `drop_others`, else an Error names the first. All sets of a task go through this, so
// that their labels agree.
void RenumberLabels(const std::vector<std::string>& names, const std::vector<std::string>& shown,
                    bool drop_others, const std::string& path, ExampleSet& set);

// All label names in numeric order where all are integers, else bytewise.
std::vector<std::string> SortedLabels(std::vector<std::string> labels);

// AG News (Zhang et al. 2015): classes World, Sports, Business, Sci/Tech; the text is title and
// description. Both layouts in circulation: without header as published (class 1-4, title,
// description), and with a header "Class Index,Title,Description".
ExampleSet ReadAgNews(std::istream& stream, const std::string& path);
ExampleSet ReadAgNews(const std::string& path);

// BLiMP (Warstadt et al. 2020): text is the acceptable sentence, second_text the other; the group
// is the paradigm (UID). No labels. A folder stands for its *.jsonl files.
ExampleSet ReadMinimalPairs(std::istream& stream, const std::string& path);
ExampleSet ReadMinimalPairs(const std::string& path);

}  // namespace headscope
