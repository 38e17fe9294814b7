#include "datasets/english_morphology.h"

namespace headscope {
namespace {

bool IsVowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

bool EndsInConsonantY(std::string_view word) {
  return word.size() >= 2 && word.back() == 'y' && !IsVowel(word[word.size() - 2]);
}

std::string Joined(std::string_view stem, std::string_view suffix) {
  return std::string(stem).append(suffix);
}

std::string_view WithoutLast(std::string_view word, size_t n = 1) {
  return word.substr(0, word.size() - n);
}

}  // namespace

std::string WithS(std::string_view word) {
  if (EndsInConsonantY(word)) return Joined(WithoutLast(word), "ies");
  const bool hisses = word.ends_with('s') || word.ends_with('x') || word.ends_with('z') ||
                      word.ends_with("ch") || word.ends_with("sh");
  return Joined(word, hisses ? "es" : "s");
}

std::string WithEd(std::string_view word, bool doubles) {
  if (EndsInConsonantY(word)) return Joined(WithoutLast(word), "ied");
  if (word.ends_with('e')) return Joined(word, "d");
  std::string past(word);
  if (doubles) past += word.back();
  return past + "ed";
}

std::string WithIng(std::string_view word, bool doubles) {
  if (word.ends_with("ie")) return Joined(WithoutLast(word, 2), "ying");
  if (word.ends_with('e') && !word.ends_with("ee") && !word.ends_with("ye") && word.size() > 2) {
    return Joined(WithoutLast(word), "ing");
  }
  std::string participle(word);
  if (doubles) participle += word.back();
  return participle + "ing";
}

std::string WithLy(std::string_view word) {
  if (EndsInConsonantY(word)) return Joined(WithoutLast(word), "ily");
  if (word.ends_with("ic")) return Joined(word, "ally");
  if (word.ends_with("le") && word.size() > 3 && !IsVowel(word[word.size() - 3])) {
    return Joined(WithoutLast(word), "y");
  }
  return Joined(word, word.ends_with("ll") ? "y" : "ly");
}

bool StartsWithVowelSound(std::string_view word) {
  if (word.empty()) return false;
  if (word.starts_with("hour") || word.starts_with("heir") || word.starts_with("honest"))
    return true;
  if (word.starts_with("uni") || word.starts_with("use") || word.starts_with("eu") ||
      word.starts_with("one") || word.starts_with("ute")) {
    return false;
  }
  const char lower = static_cast<char>(word[0] | 0x20);
  return IsVowel(lower);
}

}  // namespace headscope
