#include "datasets/plain_coreference.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "datasets/bert_words.h"

namespace headscope {
namespace {

constexpr std::array<std::string_view, 28> kEndsHead{
    "of",    "in",    "on",   "at",    "to",      "for",     "from", "with", "by",    "about",
    "into",  "over",  "near", "under", "between", "against", "who",  "whom", "which", "that",
    "whose", "where", "when", ",",     ";",       ":",       "(",    "--"};

bool EndsHead(std::string_view form) {
  return std::find(kEndsHead.begin(), kEndsHead.end(), form) != kEndsHead.end();
}

bool IsWordCharacter(int32_t character) {
  const utf8proc_category_t category = utf8proc_category(character);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

bool IsSpace(int32_t character) {
  return character == ' ' || (character >= '\t' && character <= '\r') || character == 0xa0;
}

}  // namespace

size_t HeadWithoutTree(const std::vector<Word>& words, size_t first, size_t last) {
  for (size_t i = first + 1; i <= last; ++i) {
    if (EndsHead(words[i].form)) return i - 1;
  }
  return last;
}

std::vector<Word> CutIntoWords(std::string_view text, const std::vector<size_t>& cuts,
                               std::vector<size_t>& begins) {
  std::vector<Word> words;
  bool joins = false;  // whether a letter here belongs to the last word
  auto cut = cuts.begin();
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const int32_t character = NextCharacter(text, at);
    while (cut != cuts.end() && *cut < begin) ++cut;
    const bool is_cut = cut != cuts.end() && *cut == begin;
    if (IsSpace(character)) {
      if (!words.empty()) words.back().space_after = true;
      joins = false;
      continue;
    }
    const bool is_letter = IsWordCharacter(character);
    if (!(joins && is_letter && !is_cut)) {
      words.emplace_back().space_after = false;
      begins.push_back(begin);
    }
    words.back().form.append(text.substr(begin, at - begin));
    joins = is_letter;
  }
  return words;
}

void SortMentions(std::vector<Mention>& mentions) {
  std::stable_sort(mentions.begin(), mentions.end(), [](const Mention& a, const Mention& b) {
    return std::tuple(a.sentence, a.first, b.last) < std::tuple(b.sentence, b.first, a.last);
  });
}

}  // namespace headscope
