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

std::string Comparative(std::string_view adjective) {
  if (adjective == "good") return "better";
  if (adjective == "bad") return "worse";
  size_t syllables = 0;
  for (size_t i = 0; i < adjective.size(); ++i) {
    const bool is_vowel = IsVowel(adjective[i]) || adjective[i] == 'y';
    const bool follows_vowel = i > 0 && (IsVowel(adjective[i - 1]) || adjective[i - 1] == 'y');
    if (is_vowel && !follows_vowel) ++syllables;
  }
  if (adjective.ends_with('e') && syllables > 1) --syllables;  // silent, or "gentle"
  if (adjective.ends_with("ed") || adjective.find('-') != std::string_view::npos) return "";
  if (EndsInConsonantY(adjective) && syllables <= 2) return Joined(WithoutLast(adjective), "ier");
  if (syllables > 1) return "";
  if (adjective.ends_with('e')) return Joined(adjective, "r");
  std::string comparative(adjective);
  const size_t n = adjective.size();
  const bool doubles = n >= 3 && !IsVowel(adjective[n - 1]) && IsVowel(adjective[n - 2]) &&
                       !IsVowel(adjective[n - 3]) &&
                       std::string_view("wxy").find(adjective[n - 1]) == std::string_view::npos;
  if (doubles) comparative += adjective.back();
  return comparative + "er";
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
