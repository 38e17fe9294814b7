#include "datasets/record_reader.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "datasets/defects.h"
#include "model/base/error.h"

namespace headscope {
namespace {

using nlohmann::json;

// An object of texts, numbers and the like; nesting that could exhaust anything is refused.
json ParseObject(const std::string& text, const std::string& path, size_t line) {
  constexpr int kDeepest = 32;
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  json object;
  try {
    object = json::parse(text, watch);
  } catch (const json::exception&) {
    object = nullptr;
  }
  if (too_deep || !object.is_object()) {
    Fail("{}:{}: expected one JSON object, found {}", path, line, Quoted(text));
  }
  return object;
}

std::string TextOf(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "" : value.dump();
}

}  // namespace

RecordFormat RecordFormatOf(const std::string& path) {
  if (path.ends_with(".tsv")) return RecordFormat::kTsv;
  if (path.ends_with(".csv")) return RecordFormat::kCsv;
  if (path.ends_with(".jsonl")) return RecordFormat::kJsonLines;
  Fail("{}: expected a name that ends in .tsv, .csv or .jsonl", path);
}

RecordReader::RecordReader(std::istream& stream, const std::string& path, RecordFormat format,
                           bool header)
    : lines_(stream, path), format_(format) {
  std::vector<std::string> first;
  if (!ReadRaw(first)) Fail("{}: expected records, found none", path);
  if (format == RecordFormat::kJsonLines) {
    const json object = ParseObject(text_, path, line_);
    for (const auto& [key, value] : object.items()) columns_.push_back(key);
  } else if (header) {
    columns_ = std::move(first);
    return;
  } else {
    for (size_t i = 0; i < first.size(); ++i) columns_.push_back(std::to_string(i + 1));
  }
  kept_ = std::move(first);
  kept_text_ = text_;
  kept_line_ = line_;
}

bool RecordReader::Has(const std::string& column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

void RecordReader::Select(std::vector<std::string> columns) {
  selected_.clear();
  for (const std::string& column : columns) {
    const auto found = std::find(columns_.begin(), columns_.end(), column);
    if (found == columns_.end()) {
      Fail("{}: expected a column \"{}\", found {}", lines_.Path(), column,
           Quoted(fmt::format("{}", fmt::join(columns_, ", "))));
    }
    selected_.push_back(static_cast<size_t>(found - columns_.begin()));
  }
  selected_names_ = std::move(columns);
}

bool RecordReader::Next(std::vector<std::string>& values) {
  std::vector<std::string> fields;
  if (kept_) {
    fields = std::move(*kept_);
    kept_.reset();
    text_ = std::move(kept_text_);
    line_ = kept_line_;
  } else if (!ReadRaw(fields)) {
    return false;
  }
  values.clear();
  if (format_ == RecordFormat::kJsonLines) {
    SelectFromObject(values);
    return true;
  }
  CheckWidth(fields.size());
  for (const size_t column : selected_) values.push_back(fields[column]);
  return true;
}

void RecordReader::CheckWidth(size_t found) const {
  if (found == columns_.size()) return;
  Fail("{}:{}: expected {} fields as in the first record, found {}", lines_.Path(), line_,
       columns_.size(), found);
}

void RecordReader::SelectFromObject(std::vector<std::string>& values) const {
  const json object = ParseObject(text_, lines_.Path(), line_);
  for (const std::string& name : selected_names_) {
    const auto found = object.find(name);
    if (found == object.end()) {
      Fail("{}:{}: expected a key \"{}\", found none", lines_.Path(), line_, name);
    }
    values.push_back(TextOf(*found));
  }
}

// The next record that is not blank: its fields (of JSON lines none, but text_).
bool RecordReader::ReadRaw(std::vector<std::string>& fields) {
  fields.clear();
  do {
    if (!lines_.Next(text_)) return false;
  } while (text_.find_first_not_of(' ') == std::string::npos);
  line_ = lines_.Number();
  if (format_ == RecordFormat::kCsv) SplitCsv(text_, fields);
  if (format_ == RecordFormat::kTsv) {
    for (size_t begin = 0; begin <= text_.size();) {
      const size_t end = std::min(text_.find('\t', begin), text_.size());
      fields.push_back(text_.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return true;
}

void RecordReader::SplitCsv(std::string& text, std::vector<std::string>& fields) {
  for (size_t at = 0;;) {
    std::string field;
    const bool more = ReadCsvField(text, at, field);
    fields.push_back(std::move(field));
    if (!more) return;
  }
}

// Reads one field from `at` on, which moves behind its comma; further lines are appended to `text`
// while a quote is open. Returns whether another field follows.
bool RecordReader::ReadCsvField(std::string& text, size_t& at, std::string& field) {
  if (at >= text.size() || text[at] != '"') {
    const size_t end = std::min(text.find(',', at), text.size());
    field = text.substr(at, end - at);
    if (field.find('"') != std::string::npos) {
      Fail("{}:{}: expected a field in quotes or without any, found {}", lines_.Path(), line_,
           Quoted(field));
    }
    at = end + 1;
    return end < text.size();
  }
  size_t seen = ++at;  // no quote between `at` and here
  for (;;) {
    const size_t quote = text.find('"', seen);
    if (quote == std::string::npos) {
      seen = text.size();
      std::string more;
      if (text.size() > DataLines::kMaxLine || !lines_.Next(more)) {
        Fail("{}:{}: expected a closing quote within {} bytes, found none", lines_.Path(), line_,
             DataLines::kMaxLine);
      }
      text += '\n';
      text += more;
      continue;
    }
    field.append(text, at, quote - at);
    at = quote + 1;
    if (at < text.size() && text[at] == '"') {
      field += '"';
      seen = ++at;
      continue;
    }
    if (at < text.size() && text[at] != ',') {
      Fail("{}:{}: expected a comma or the end after a quoted field, found {}", lines_.Path(),
           line_, Quoted(text.substr(at)));
    }
    return at++ < text.size();
  }
}

}  // namespace headscope
