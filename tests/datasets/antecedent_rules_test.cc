#include "datasets/antecedent_rules.h"

#include <string>
#include <vector>

#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

constexpr const char* kHe = "PRON/1/dep/Gender=Masc|Number=Sing|Person=3";
constexpr const char* kI = "PRON/1/dep/Number=Sing|Person=1";

// One sentence; mentions "first last head entity type", words from 0.
struct Story {
  struct Given {
    size_t first, last, head;
    const char *entity, *type;
  };
  Story(const std::string& text, const std::vector<Given>& given)
      : sentence(MakeSentence(text)), rules({}) {
    for (Word& word : sentence.words) word.lemma = word.form;
    for (const Given& g : given) {
      Mention mention;
      mention.first = g.first;
      mention.last = g.last;
      mention.head = g.head;
      mention.entity = g.entity;
      mention.type = g.type;
      mentions.push_back(mention);
    }
    const NominalLexicon lexicon{SyntheticLexicon()};
    std::vector<ObservedMention> observed;
    for (const Mention& mention : mentions) {
      const auto word = static_cast<uint32_t>(mention.head);
      placed.push_back({&mention, &sentence.words[mention.head], word});
      observed.push_back(Observe(sentence, mention, word, lexicon));
    }
    rules = AntecedentRules(observed);
    anaphors = AnaphorsOf(placed);
  }
  // -1: nothing is named.
  int Named(AntecedentRule rule, size_t anaphor) const {
    const auto named = rules.Named(rule, anaphors.at(anaphor));
    return named ? static_cast<int>(*named) : -1;
  }

  Sentence sentence;
  std::vector<Mention> mentions;
  std::vector<PlacedMention> placed;
  AntecedentRules rules;
  std::vector<Anaphor> anaphors;
};

std::string Words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

constexpr AntecedentRule kSieves = AntecedentRule::kFourSieves;

// the old baker | I | the baker | dogs | The old baker
TEST_CASE("The first sieve that lets a mention through decides, and in it the nearest", "[stats]") {
  const auto story = [](const char* last_adjective) {
    return Story(
        Words({"the/DET/1/dep", "old/ADJ/1/dep", "baker/NOUN/0/root/Number=Sing",
               std::string("I/") + kI, "the/DET/1/dep", "baker/NOUN/1/dep/Number=Sing",
               "dogs/NOUN/1/dep/Number=Plur", "The/DET/1/dep",
               std::string(last_adjective) + "/ADJ/1/dep", "Baker/NOUN/1/dep/Number=Sing"}),
        {{0, 2, 2, "b", "person"},
         {3, 3, 3, "i", "person"},
         {4, 5, 5, "c", "person"},
         {6, 6, 6, "d", "animal"},
         {7, 9, 9, "b", "person"}});
  };
  const Story same = story("old");
  REQUIRE(same.anaphors.size() == 1);
  CHECK(same.Named(AntecedentRule::kNearestMention, 0) == 6);
  CHECK(same.Named(AntecedentRule::kSameHeadWord, 0) == 5);
  CHECK(same.Named(AntecedentRule::kNearestAgreeing, 0) == 5);
  CHECK(same.Named(kSieves, 0) == 2);  // the same words, whatever the case, though farther
  CHECK(same.rules.IsRight(kSieves, same.anaphors[0]));
  CHECK_FALSE(same.rules.IsRight(AntecedentRule::kSameHeadWord, same.anaphors[0]));
  const Story other = story("young");
  CHECK(other.Named(kSieves, 0) == 5);  // the same head word
  CHECK_FALSE(other.rules.IsRight(kSieves, other.anaphors[0]));
}

TEST_CASE("The third sieve asks for number, gender and person; the fourth for nothing", "[stats]") {
  // mother | Tom-like noun "boy" | dogs | I | he
  const Story he(
      Words({"mother/NOUN/0/root/Number=Sing", "boy/NOUN/1/dep/Number=Sing",
             "dogs/NOUN/1/dep/Number=Plur", std::string("I/") + kI, std::string("he/") + kHe}),
      {{0, 0, 0, "m", "person"},
       {1, 1, 1, "b", "person"},
       {2, 2, 2, "d", "animal"},
       {3, 3, 3, "i", "person"},
       {4, 4, 4, "b", "person"}});
  REQUIRE(he.anaphors.size() == 1);
  CHECK(he.Named(AntecedentRule::kNearestMention, 0) == 3);
  CHECK(he.Named(AntecedentRule::kNearestAgreeing, 0) == 3);  // nothing tells a gender of "I"
  CHECK(he.Named(kSieves, 0) == 1);                           // but its person
  CHECK(he.Named(AntecedentRule::kSameHeadWord, 0) == -1);
  CHECK_FALSE(he.rules.IsRight(AntecedentRule::kSameHeadWord, he.anaphors[0]));

  const Story any(Words({"mother/NOUN/0/root/Number=Sing", "dogs/NOUN/1/dep/Number=Plur",
                         std::string("he/") + kHe}),
                  {{0, 0, 0, "b", "person"}, {1, 1, 1, "d", "animal"}, {2, 2, 2, "b", "person"}});
  CHECK(any.Named(AntecedentRule::kNearestAgreeing, 0) == -1);
  CHECK(any.Named(kSieves, 0) == 1);
  CHECK_FALSE(any.rules.IsRight(kSieves, any.anaphors[0]));
}

TEST_CASE("A repeated pronoun is resolved to itself, and what follows is no candidate", "[stats]") {
  const Story story(
      Words({"boy/NOUN/0/root/Number=Sing", std::string("He/") + kHe, "man/NOUN/1/dep/Number=Sing",
             std::string("he/") + kHe, "man/NOUN/1/dep/Number=Sing"}),
      {{0, 0, 0, "b", "person"},
       {1, 1, 1, "b", "person"},
       {2, 2, 2, "m", "person"},
       {3, 3, 3, "b", "person"},
       {4, 4, 4, "m", "person"}});
  REQUIRE(story.anaphors.size() == 3);
  CHECK(story.Named(kSieves, 0) == 0);  // He: the boy
  CHECK(story.Named(kSieves, 1) == 1);  // he: He, the same words
  CHECK(story.Named(AntecedentRule::kNearestAgreeing, 1) == 2);
  CHECK(story.Named(kSieves, 2) == 2);
}

}  // namespace
}  // namespace headscope
