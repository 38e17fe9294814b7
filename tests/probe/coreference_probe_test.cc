#include "probe/coreference_probe.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "probe/head_tables.h"
#include "probe/results.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

constexpr size_t kAnn = 0, kDogs = 1, kCats = 2, kShe = 3, kCatsAgain = 4, kDogsAgain = 5;

// Documents of one sentence, or of its copies: a pronoun and two repeated nouns with an antecedent
// each.
Treebank Stories(size_t count, size_t copies = 1) {
  Treebank treebank;
  for (size_t d = 0; d < count; ++d) {
    Document document;
    document.has_coreference = true;
    for (size_t copy = 0; copy < copies; ++copy) {
      document.sentences.push_back(MakeSentence(
          "Ann/PROPN/2/nsubj/Number=Sing dogs/NOUN/0/root/Number=Plur "
          "cats/NOUN/2/conj/Number=Plur she/PRON/2/dep/Gender=Fem|Number=Sing|Person=3 "
          "cats/NOUN/2/conj/Number=Plur dogs/NOUN/2/conj/Number=Plur"));
      for (const auto& [word, entity] :
           {std::pair{kAnn, "a"}, std::pair{kDogs, "d"}, std::pair{kCats, "c"},
            std::pair{kShe, "a"}, std::pair{kCatsAgain, "c"}, std::pair{kDogsAgain, "d"}}) {
        Mention mention;
        mention.sentence = copy;
        mention.first = mention.last = mention.head = word;
        mention.entity = entity;
        mention.type = mention.entity == "a" ? "person" : "animal";
        document.mentions.push_back(mention);
      }
    }
    treebank.documents.push_back(std::move(document));
  }
  return treebank;
}

// Head 0 sends the pronoun to its antecedent, head 1 the nouns to theirs; both send the others to
// the word before.
PlantedPatterns TwoSpecialists() {
  return PlantedPatterns(1, 2, 64, [](size_t head, size_t, size_t from_piece, size_t to_piece) {
    if (from_piece < 2 || to_piece == 0) return 0.0f;
    const size_t from = from_piece - 1, to = to_piece - 1;
    size_t target = from - 1;
    if (head == 0 && from == kShe) target = kAnn;
    if (head == 1 && from == kCatsAgain) target = kCats;
    if (head == 1 && from == kDogsAgain) target = kDogs;
    return to == target ? 0.9f : 0.01f;
  });
}

CoreferenceResults Probe() {
  const auto segment = [](const Treebank& treebank) {
    return SegmentTreebank(treebank, EncodeParts, 64, 64, CoreferenceScheme::kGum);
  };
  const Treebank dev_text = Stories(12), test_text = Stories(15);
  const SegmentedTreebank dev_treebank = segment(dev_text), test_treebank = segment(test_text);
  ThreadPool pool(2);
  PlantedPatterns source = TwoSpecialists();
  const CoreferencePass dev = ScoreCoreference(pool, source, dev_treebank, nullptr);
  const ChosenCoreferenceHeads chosen = ChooseCoreferenceHeads(dev);
  const CoreferencePass test = ScoreCoreference(pool, source, test_treebank, &chosen);
  CoreferenceResults results =
      CoreferenceTable({dev_treebank, dev, test_treebank, test, chosen, 2});
  results.scheme = "gum";
  AppendRandomModel(dev, test, NullModel::kRandom, results);  // itself
  return results;
}

constexpr size_t kAmongMentions = static_cast<size_t>(CandidateSet::kPrecedingMentionHeads);
size_t At(MentionType type) { return static_cast<size_t>(type); }

TEST_CASE("One head is chosen for all mentions, and one for each row's own", "[probe]") {
  const CoreferenceResults results = Probe();
  const CoreferenceHead& among = results.heads[kAmongMentions];
  CHECK(among.head.Name() == "L0H1");  // two mentions of three
  CHECK(results.clusters.name == "documents");
  CHECK(results.clusters.count == 15);
  CHECK_THAT(among.rows[At(MentionType::kAll)].accuracy.value, WithinAbs(2.0 / 3.0, 1e-12));
  CHECK(among.rows[At(MentionType::kThirdPerson)].accuracy.value == 0.0);
  CHECK(among.own_heads[At(MentionType::kAll)].Name() == "L0H1");
  CHECK(among.own_heads[At(MentionType::kThirdPerson)].Name() == "L0H0");
  const CoreferenceRow& pronouns = among.own_rows[At(MentionType::kThirdPerson)];
  CHECK(pronouns.accuracy.value == 1.0);
  CHECK(pronouns.accuracy.low == 1.0);
  CHECK(pronouns.accuracy.n == 15);
  CHECK(among.own_heads[At(MentionType::kNominal)].Name() == "L0H1");
  CHECK(among.own_rows[At(MentionType::kNominal)].accuracy.value == 1.0);
  // Another model makes both choices as well.
  CHECK(pronouns.random_models.values == std::vector<double>{1.0});
  CHECK(among.rows[At(MentionType::kThirdPerson)].random_models.values == std::vector<double>{0.0});
}

TEST_CASE("Rules stand beside the heads, by type of mention", "[probe]") {
  const CoreferenceResults results = Probe();
  const auto value = [&](AntecedentRule rule, MentionType type) {
    return results.rules[static_cast<size_t>(rule)][At(type)].value;
  };
  CHECK(value(AntecedentRule::kNearestMention, MentionType::kAll) == 0.0);
  CHECK(value(AntecedentRule::kNearestAgreeing, MentionType::kThirdPerson) == 1.0);
  CHECK(value(AntecedentRule::kSameHeadWord, MentionType::kThirdPerson) == 0.0);
  CHECK(value(AntecedentRule::kSameHeadWord, MentionType::kNominal) == 1.0);
  CHECK(value(AntecedentRule::kFourSieves, MentionType::kAll) == 1.0);
}

TEST_CASE("Rules and own heads are in results.json and in the tables", "[probe]") {
  HeadProbeResults results;
  results.coreference = Probe();
  const auto json = nlohmann::json::parse(ResultsJson(results))["coreference"];
  CHECK(json["nearest_agreeing"]["pronoun, 3rd person"]["value"] == 1.0);
  CHECK(json["nearest_mention"]["all"]["value"] == 0.0);
  CHECK(json["nearest_same_head_word"]["nominal"]["value"] == 1.0);
  CHECK(json["four_sieves"]["all"]["n"] == 45);
  CHECK(json["heads"][kAmongMentions]["head"] == "L0H1");
  CHECK(json["heads"][kAmongMentions]["own_heads"]["pronoun, 3rd person"]["head"] == "L0H0");
  CHECK(json["heads"][kAmongMentions]["own_heads"]["pronoun, 3rd person"]["accuracy"]["n"] == 15);
  results.context.state = ContextState::kLearned;
  const std::string text = HeadTables(results);
  CHECK_THAT(text, ContainsSubstring("nearest agreeing"));
  CHECK_THAT(text, ContainsSubstring("four sieves"));
  CHECK_THAT(text, ContainsSubstring("L0H0  100.0 [100.0, 100.0]"));
}

TEST_CASE("Copies of a document's sentences tell nothing more of its antecedents",
          "[probe][statistics]") {
  const auto table = [](size_t documents, size_t copies) {
    const Treebank text = Stories(documents, copies);
    const SegmentedTreebank treebank =
        SegmentTreebank(text, EncodeParts, 8, 64, CoreferenceScheme::kGum);
    REQUIRE(treebank.segments.size() == documents * copies);
    // One head, which finds Ann in the documents that three divides.
    PlantedPatterns source(1, 1, 64, [=](size_t, size_t item, size_t from, size_t to) {
      const bool finds = item / copies % 3 == 0;
      if (from != kShe + 1) return to + 1 == from ? 0.9f : 0.01f;
      return to == (finds ? kAnn + 1 : kCats + 1) ? 0.9f : 0.01f;
    });
    ThreadPool pool(1);
    const ChosenCoreferenceHeads chosen{};
    const CoreferencePass pass = ScoreCoreference(pool, source, treebank, &chosen);
    CHECK(pass.excess[0].NumClusters() == (documents < 10 ? documents * copies : documents));
    return CoreferenceTable({treebank, pass, treebank, pass, chosen, 1});
  };
  const auto pronouns = [](const CoreferenceResults& results) {
    return results.heads[kAmongMentions].rows[At(MentionType::kPronoun)].accuracy;
  };
  const CoreferenceResults one = table(14, 1), three = table(14, 3);
  CHECK(three.clusters.name == "documents");
  CHECK(three.clusters.count == 14);
  CHECK(pronouns(three).n == 42);
  CHECK(pronouns(three).value == 5.0 / 14);
  CHECK(pronouns(three).high > pronouns(three).value);
  CHECK_THAT(pronouns(three).high, WithinRel(pronouns(one).high, 1e-12));
  // Fewer than ten documents: segments, one by one.
  const CoreferenceResults few = table(6, 3);
  CHECK(few.clusters.name == "segments");
  CHECK(few.clusters.count == 18);
}

}  // namespace
}  // namespace headscope
