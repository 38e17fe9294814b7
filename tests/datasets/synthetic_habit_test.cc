// SyntheticOptions::persistence: entities of the synthetic language that keep to one predicate.
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "datasets/commands.h"
#include "datasets/conllu_writer.h"
#include "datasets/pronoun_candidates.h"
#include "model/base/file.h"
#include "tests/datasets/synthetic_sample.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

// What third-person pronouns that are subjects do, verbs and adjectives, beside what their entity
// did as a subject before.
struct Habits {
  size_t pronouns = 0, same = 0;
};

Habits HabitsOf(const SyntheticLanguage& language, uint64_t num_documents) {
  Habits habits;
  for (uint64_t index = 0; index < num_documents; ++index) {
    const Document document = language.MakeDocument(index);
    std::map<std::string, std::string> last;  // of each entity
    for (const Mention& mention : document.mentions) {
      const Sentence& sentence = document.sentences[mention.sentence];
      const Word& subject = sentence.words[mention.head];
      if (!subject.deprel.starts_with("nsubj")) continue;
      const Word& predicate = sentence.words[static_cast<size_t>(subject.head) - 1];
      if (predicate.upos != "VERB" && predicate.upos != "ADJ") continue;
      const auto before = last.find(mention.entity);
      if (before != last.end() && IsThirdPersonPronoun(subject)) {
        ++habits.pronouns;
        habits.same += before->second == predicate.lemma;
      }
      last[mention.entity] = predicate.lemma;
    }
  }
  return habits;
}

TEST_CASE("With persistence entities keep to one predicate, pronominal or not", "[synthetic]") {
  size_t previous = 0;
  for (const auto& [persistence, least, most] :
       {std::tuple{0.0, size_t{5}, size_t{20}}, {0.5, 25, 50}, {1.0, 75, 95}}) {
    const Habits habits =
        HabitsOf(SyntheticLanguage(kSampleSeed, {.persistence = persistence}), 400);
    CAPTURE(persistence, habits.pronouns, habits.same);
    CHECK(habits.pronouns > 500);
    CHECK(habits.same * 100 >= habits.pronouns * least);
    CHECK(habits.same * 100 <= habits.pronouns * most);
    CHECK(habits.same > previous);
    previous = habits.same;
  }
}

TEST_CASE("With persistence the rules still resolve every pronoun", "[synthetic]") {
  const SyntheticLanguage language(kSampleSeed, {.persistence = 1.0});
  TreebankStatistics counted("habits", language.Lexicon());
  std::string conllu;
  for (uint64_t i = 0; i < 600; ++i) {
    const Document document = language.MakeDocument(i);
    counted.Add(document);
    conllu += ToConllu(document);
  }
  CHECK(CheckConlluContent("habits", conllu) == std::vector<std::string>{});
  const TreebankStatistics::Resolution& resolved = *counted.Resolved();
  CHECK(resolved.pronouns > 1500);
  CHECK(resolved.right == resolved.pronouns);
  CHECK(resolved.one_candidate * 10 >= resolved.pronouns * 7);
}

TEST_CASE("A persistence that is no share is refused", "[synthetic]") {
  for (const double persistence : {-0.1, 1.1}) {
    CHECK_THROWS_WITH(SyntheticLanguage(1, {.persistence = persistence}),
                      ContainsSubstring("expected a persistence from 0 to 1"));
  }
}

TEST_CASE("data synth --persistence writes the language with habits", "[synthetic]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("habits.conllu");
  Program program("test");
  AddDatasetCommands(program.Root());
  REQUIRE_NOTHROW(program.Run(
      {"data", "synth", "--documents", "2", "--seed", "5", "--persistence", "1", "--out", path}));
  const SyntheticLanguage language(5, {.persistence = 1.0});
  CHECK(ReadFile(path) == ToConllu(language.MakeDocument(0)) + ToConllu(language.MakeDocument(1)));
}

}  // namespace
}  // namespace headscope
