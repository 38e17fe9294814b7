// Inflection of English words by rule; irregular forms are given by the lexicon.
#pragma once

#include <string>
#include <string_view>

namespace headscope {

// plural of a noun and third person singular of a verb: "box" -> "boxes", "city" -> "cities", "boy"
// -> "boys".
std::string WithS(std::string_view word);

// Regular past tense: "bake" -> "baked", "carry" -> "carried"; with `doubles`, "chop" -> "chopped".
std::string WithEd(std::string_view word, bool doubles);

// Present participle: "bake" -> "baking", "tie" -> "tying"; with `doubles`, "chop" -> "chopping".
std::string WithIng(std::string_view word, bool doubles);

// Adverb of an adjective: "quick" -> "quickly", "happy" -> "happily", "gentle" -> "gently".
std::string WithLy(std::string_view word);

// Comparative by rule: "old" -> "older", "happy" -> "happier", "big" -> "bigger", "good" ->
// "better". Empty where English says "more" (two syllables and no final y or le, three and more).
std::string Comparative(std::string_view adjective);

// Whether "a" becomes "an" before the word: "apple", "hour", not "uniform".
bool StartsWithVowelSound(std::string_view word);

}  // namespace headscope
