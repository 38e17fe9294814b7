// What is wrong with an input file, line by line: thrown at the first defect (reading), or all of
// them collected (checking).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace headscope {

class Defects {
 public:
  // Reading: the first Report throws Error.
  explicit Defects(std::string path) : path_(std::move(path)) {}
  // Checking: every message goes to `collect`, and the reader recovers and goes on.
  Defects(std::string path, std::function<void(std::string)> collect)
      : path_(std::move(path)), collect_(std::move(collect)) {}

  // "path:line: expected …, found … [rule]".
  void Report(size_t line, std::string_view rule, std::string_view expected,
              std::string_view found) const;
  // The same for what the format forbids but a reader can live with: reported when checking only.
  void ReportWhenChecking(size_t line, std::string_view rule, std::string_view expected,
                          std::string_view found) const {
    if (Checking()) Report(line, rule, expected, found);
  }

  bool Checking() const { return static_cast<bool>(collect_); }
  const std::string& Path() const { return path_; }

 private:
  std::string path_;
  std::function<void(std::string)> collect_;
};

// The text in quotes for a message: control and invalid bytes as \xNN, cut after 60 bytes, so that
// a line of ten megabytes or of noise makes a message of one short line.
std::string Quoted(std::string_view text);

}  // namespace headscope
