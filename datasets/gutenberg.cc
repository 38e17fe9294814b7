#include "datasets/gutenberg.h"

#include <algorithm>
#include <string>

namespace headscope {
namespace {

constexpr std::string_view kName = "PROJECT GUTENBERG";

bool IsMark(std::string_view line, std::string_view verb) {
  while (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  if (!line.starts_with("***")) return false;
  const size_t begin = line.find_first_not_of("* ");
  if (begin == std::string_view::npos) return false;
  line.remove_prefix(begin);
  return line.starts_with(verb) && line.find(kName) != std::string_view::npos;
}

}  // namespace

bool HasGutenbergHeader(std::string_view beginning) {
  for (size_t begin = 0; begin < beginning.size();) {
    const size_t end = std::min(beginning.find('\n', begin), beginning.size());
    if (IsGutenbergStart(beginning.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

bool IsGutenbergStart(std::string_view line) { return IsMark(line, "START OF TH"); }
bool IsGutenbergEnd(std::string_view line) { return IsMark(line, "END OF TH"); }

}  // namespace headscope
