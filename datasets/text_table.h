// A table for a terminal.
#pragma once

#include <string>
#include <vector>

namespace headscope {

// Columns as wide as their widest cell (ASCII); the first is flush left, the others flush right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string Text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace headscope
