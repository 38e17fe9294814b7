#include "datasets/example_files.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

#include "datasets/defects.h"
#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

// Numbers labels in order of appearance.
int32_t LabelIndex(const std::string& label, std::vector<std::string>& labels) {
  const auto found = std::find(labels.begin(), labels.end(), label);
  if (found == labels.end()) labels.push_back(label);
  return static_cast<int32_t>(std::find(labels.begin(), labels.end(), label) - labels.begin());
}

// The columns of a table by role, in the order in which they are selected.
class ColumnPlan {
 public:
  explicit ColumnPlan(RecordReader& reader) : reader_(reader) {}
  // The place of a column among the selected ones; none for an empty name.
  std::optional<size_t> Take(const std::string& name) {
    if (name.empty()) return std::nullopt;
    names_.push_back(name);
    return names_.size() - 1;
  }
  void Apply() { reader_.Select(names_); }

 private:
  RecordReader& reader_;
  std::vector<std::string> names_;
};

std::string TextAt(const std::vector<std::string>& values, std::optional<size_t> place) {
  return place ? std::string(TrimmedText(values[*place])) : std::string();
}

std::optional<int64_t> WholeNumber(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

const std::vector<std::string> kAgNewsClasses{"World", "Sports", "Business", "Sci/Tech"};

}  // namespace

ExampleSet ReadExamples(std::istream& stream, const std::string& path, RecordFormat format,
                        const ExampleColumns& columns) {
  RecordReader reader(stream, path, format);
  ColumnPlan plan(reader);
  const auto text = plan.Take(columns.text), second = plan.Take(columns.second),
             label = plan.Take(columns.label), id = plan.Take(columns.id),
             group = plan.Take(columns.group);
  plan.Apply();
  ExampleSet set;
  for (std::vector<std::string> values; reader.Next(values);) {
    ++set.report.rows;
    Example example{.id = TextAt(values, id),
                    .text = TextAt(values, text),
                    .second_text = TextAt(values, second),
                    .group = TextAt(values, group)};
    if (example.text.empty() || (second && example.second_text.empty())) {
      set.report.Drop("empty text");
      continue;
    }
    if (example.id.empty()) example.id = fmt::format("{}:{}", path, reader.Line());
    if (label) {
      const std::string name = TextAt(values, label);
      if (name.empty()) Fail("{}:{}: expected a label, found none", path, reader.Line());
      example.label = LabelIndex(name, set.labels);
    }
    set.examples.push_back(std::move(example));
  }
  return set;
}

ExampleSet ReadExamples(const std::string& path, const ExampleColumns& columns) {
  const RecordFormat format = RecordFormatOf(path);
  std::ifstream stream = OpenData(path);
  return ReadExamples(stream, path, format, columns);
}

void RenumberLabels(const std::vector<std::string>& names, const std::vector<std::string>& shown,
                    bool drop_others, const std::string& path, ExampleSet& set) {
  std::vector<Example> kept;
  kept.reserve(set.examples.size());
  for (Example& example : set.examples) {
    const std::string& label = set.labels.at(static_cast<size_t>(example.label));
    const auto found = std::find(names.begin(), names.end(), label);
    if (found != names.end()) {
      example.label = static_cast<int32_t>(found - names.begin());
      kept.push_back(std::move(example));
    } else if (drop_others) {
      set.report.Drop("other classes");
    } else {
      Fail("{}: expected one of the labels {}, found {} in {}", path,
           Quoted(fmt::format("{}", fmt::join(names, ", "))), Quoted(label), example.id);
    }
  }
  set.examples = std::move(kept);
  set.labels = shown;
}

std::vector<std::string> SortedLabels(std::vector<std::string> labels) {
  const bool numeric = std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
    return WholeNumber(label).has_value();
  });
  std::sort(labels.begin(), labels.end(), [&](const std::string& a, const std::string& b) {
    return numeric ? *WholeNumber(a) < *WholeNumber(b) : a < b;
  });
  return labels;
}

ExampleSet ReadAgNews(std::istream& stream, const std::string& path) {
  RecordReader reader(stream, path, RecordFormat::kCsv, false);
  if (reader.Columns().size() != 3) {
    Fail("{}: expected the columns class, title, description, found {}", path,
         reader.Columns().size());
  }
  reader.Select(reader.Columns());
  ExampleSet set;
  set.labels = kAgNewsClasses;
  bool first = true;
  for (std::vector<std::string> row; reader.Next(row);) {
    const std::optional<int64_t> number = WholeNumber(std::string(TrimmedText(row[0])));
    if (std::exchange(first, false) && row[0] == "Class Index") continue;
    ++set.report.rows;
    if (!number || *number < 1 || *number > 4) {
      Fail("{}:{}: expected a class from 1 to 4, found {}", path, reader.Line(), Quoted(row[0]));
    }
    const std::string text(TrimmedText(row[1] + " " + row[2]));
    if (text.empty()) {
      set.report.Drop("empty text");
      continue;
    }
    set.examples.push_back({.id = fmt::format("{}:{}", path, reader.Line()),
                            .text = text,
                            .label = static_cast<int32_t>(*number - 1)});
  }
  return set;
}

ExampleSet ReadAgNews(const std::string& path) {
  std::ifstream stream = OpenData(path);
  return ReadAgNews(stream, path);
}

ExampleSet ReadMinimalPairs(std::istream& stream, const std::string& path) {
  ExampleSet set = ReadExamples(stream, path, RecordFormat::kJsonLines,
                                {.text = "sentence_good",
                                 .second = "sentence_bad",
                                 .label = "",
                                 .id = "pairID",
                                 .group = "UID"});
  for (Example& example : set.examples) example.id = example.group + ":" + example.id;
  return set;
}

ExampleSet ReadMinimalPairs(const std::string& path) {
  std::vector<std::string> files{path};
  if (std::filesystem::is_directory(path)) {
    files = ListFiles(path, ".jsonl");
    if (files.empty()) Fail("{}: expected *.jsonl files in this folder, found none", path);
  }
  ExampleSet all;
  for (const std::string& file : files) {
    std::ifstream stream = OpenData(file);
    ExampleSet set = ReadMinimalPairs(stream, file);
    all.report.Add(set.report);
    std::move(set.examples.begin(), set.examples.end(), std::back_inserter(all.examples));
  }
  return all;
}

}  // namespace headscope
