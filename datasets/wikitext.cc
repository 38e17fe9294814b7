#include "datasets/wikitext.h"

#include <algorithm>

namespace headscope {
namespace {

std::string_view Trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r\n") - begin + 1);
}

bool IsEscapeAt(std::string_view line, size_t i) {
  return line.size() - i >= 5 && line[i] == ' ' && line[i + 1] == '@' && line[i + 3] == '@' &&
         line[i + 4] == ' ' && (line[i + 2] == '-' || line[i + 2] == ',' || line[i + 2] == '.');
}

bool HasSign(std::string_view text) {
  if (text.find("<unk>") != std::string_view::npos) return true;
  for (size_t at = text.find(" @"); at != std::string_view::npos; at = text.find(" @", at + 1)) {
    if (IsEscapeAt(text, at)) return true;
  }
  return false;
}

}  // namespace

bool IsWikiText(std::string_view beginning) {
  if (!HasSign(beginning)) return false;
  for (size_t begin = 0; begin < beginning.size();) {
    const size_t end = std::min(beginning.find('\n', begin), beginning.size());
    const std::string_view line = beginning.substr(begin, end - begin);
    if (KindOfWikiTextLine(line) == WikiTextLine::kTitle) return true;
    begin = end + 1;
  }
  return false;
}

WikiTextLine KindOfWikiTextLine(std::string_view line) {
  line = Trimmed(line);
  size_t depth = 0;
  while (line.size() >= 5 && line.starts_with("= ") && line.ends_with(" =")) {
    line = line.substr(2, line.size() - 4);
    ++depth;
  }
  if (depth == 0) return WikiTextLine::kText;
  return depth == 1 ? WikiTextLine::kTitle : WikiTextLine::kSection;
}

std::string UndoWikiText(std::string_view line) {
  if (KindOfWikiTextLine(line) == WikiTextLine::kTitle) {
    line = Trimmed(line);
    line = line.substr(2, line.size() - 4);
  }
  constexpr std::string_view kUnknown = "<unk>";
  std::string text;
  text.reserve(line.size());
  for (size_t i = 0; i < line.size();) {
    if (IsEscapeAt(line, i)) {
      text += line[i + 2];
      i += 5;
    } else if (line[i] == '<' && line.substr(i).starts_with(kUnknown)) {
      text += "[UNK]";
      i += kUnknown.size();
    } else {
      text += line[i++];
    }
  }
  return text;
}

}  // namespace headscope
