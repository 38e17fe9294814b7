// Tables of text: TSV (no quoting: a tab always separates), CSV (RFC 4180: fields in double quotes,
// "" for an inner one, which may hold commas and line ends) and JSON lines (one object a line).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/data_lines.h"

namespace headscope {

enum class RecordFormat { kTsv, kCsv, kJsonLines };

// By the end of the name: .tsv, .csv, .jsonl. Throws Error for another one.
RecordFormat RecordFormatOf(const std::string& path);

// One record of named columns at a time. A record takes at most DataLines::kMaxLine bytes.
class RecordReader {
 public:
  // `header`: whether the first record of a TSV or CSV names the columns; without, they are "1",
  // "2", …. Throws Error for an empty file. `stream` and `path` must outlive the reader.
  RecordReader(std::istream& stream, const std::string& path, RecordFormat format,
               bool header = true);

  // TSV and CSV: the names; of JSON lines those of the first object.
  const std::vector<std::string>& Columns() const { return columns_; }
  bool Has(const std::string& column) const;

  // Chooses what Next gives, in this order. Throws Error listing the columns when one is missing.
  void Select(std::vector<std::string> columns);

  // The chosen columns of the next record; false behind the last one. Blank lines between records
  // are skipped. JSON numbers and booleans come as their text. Throws Error naming file and line
  // for another number of fields than the first record's, a quote that is not closed or stands
  // inside an unquoted field, a line that is no JSON object, and a key that an object lacks.
  bool Next(std::vector<std::string>& values);
  size_t Line() const { return line_; }  // where the record last given begins

 private:
  bool ReadRaw(std::vector<std::string>& fields);
  void SplitCsv(std::string& text, std::vector<std::string>& fields);
  bool ReadCsvField(std::string& text, size_t& at, std::string& field);
  void CheckWidth(size_t found) const;
  void SelectFromObject(std::vector<std::string>& values) const;

  DataLines lines_;
  RecordFormat format_;
  std::vector<std::string> columns_;
  std::vector<std::string> selected_names_;
  std::vector<size_t> selected_;
  std::string text_;                              // the line being read
  std::optional<std::vector<std::string>> kept_;  // a first record that was read ahead
  std::string kept_text_;
  size_t line_ = 0, kept_line_ = 0;
};

}  // namespace headscope
