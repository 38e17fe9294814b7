// Mentions that have an antecedent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/conllu.h"

namespace headscope {

// By UPOS of the mention's head word.
enum class MentionType : size_t {
  kAll,
  kPronoun,           // PRON
  kThirdPerson,       // … with Person=3
  kOtherPronoun,      // … without
  kProper,            // PROPN
  kNominal,           // NOUN
  kOther,             // any other class
  kPronounOfNominal,  // a pronoun with an antecedent headed by NOUN or PROPN in its segment
};
inline constexpr size_t kNumMentionTypes = 8;
inline constexpr std::array<const char*, kNumMentionTypes> kMentionTypeNames = {
    "all",     "pronoun", "pronoun, 3rd person", "pronoun, other", "proper",
    "nominal", "other",   "pronoun of nominal"};

// Rules that name an antecedent without a model: the nearest preceding mention of a kind
// (antecedent_rules.h).
enum class AntecedentRule : size_t {
  kNearestMention,
  kNearestAgreeing,  // … that agrees in number, gender and animacy (Agrees)
  kSameHeadWord,     // … with the same form, ASCII letters in lower case
  kFourSieves,
};
inline constexpr size_t kNumAntecedentRules = 4;
inline constexpr std::array<const char*, kNumAntecedentRules> kAntecedentRuleNames = {
    "nearest mention", "nearest agreeing", "same head word", "four sieves"};

// A mention and the place of its head word in a run of sentences (a segment, a document).
struct PlacedMention {
  const Mention* mention;
  const Word* head_word;
  uint32_t word;
};

// A mention with a coreferent one whose head word precedes its own. Words are places in the run.
struct Anaphor {
  uint32_t word = 0;                  // its head word
  std::vector<uint32_t> antecedents;  // their head words, ascending, without repetition; all < word
  std::vector<uint32_t> candidates;   // head words of all preceding mentions, likewise
  std::array<bool, kNumMentionTypes> types{};
  size_t mention = 0;  // index into the mentions given
};

// By head word.
std::vector<Anaphor> AnaphorsOf(const std::vector<PlacedMention>& mentions);

bool IsAntecedent(const Anaphor& anaphor, uint32_t word);

// Is the nearest preceding mention's head word an antecedent's? (Other rules: antecedent_rules.h.)
bool NearestMentionIsRight(const Anaphor& anaphor);

// ASCII letters in lower case.
std::string LowerAscii(std::string_view text);

// Whether FEATS has this pair: HasFeature(feats, "Person=3").
bool HasFeature(std::string_view feats, std::string_view pair);

}  // namespace headscope
