// What the synthetic language promises of its words.
#include "datasets/synthetic_lexicon.h"

#include <map>
#include <string>
#include <vector>

#include "datasets/english_morphology.h"
#include "tests/datasets/synthetic_sample.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Types are many, selectional classes about thirty", "[synthetic]") {
  const SyntheticLexicon lexicon;
  CHECK(lexicon.NumTypes() >= 2000);
  CHECK(lexicon.classes.size() >= 28);
  CHECK(lexicon.classes.size() <= 36);
  CHECK(SampleStatistics().NumTypes() >= 2000);
}

TEST_CASE("The words of a list follow a power law", "[synthetic]") {
  ZipfList list;
  for (uint32_t item = 0; item < 20; ++item) list.Add(item);
  RandomSequence random({.seed = 1, .purpose = Purpose::kTest});
  std::vector<double> counts(20);
  for (int i = 0; i < 200000; ++i) ++counts[list.Draw(random)];
  // rank^-1.5: the first 2.83 times as often as the second, 8 times as the fourth, 64 times as the
  // sixteenth.
  CHECK_THAT(counts[0] / counts[1], WithinRel(2.828, 0.05));
  CHECK_THAT(counts[0] / counts[3], WithinRel(8.0, 0.05));
  CHECK_THAT(counts[0] / counts[15], WithinRel(64.0, 0.1));
}

TEST_CASE("Comparatives follow English", "[synthetic]") {
  const std::pair<const char*, const char*> expected[] = {
      {"old", "older"},     {"nice", "nicer"},     {"big", "bigger"},     {"happy", "happier"},
      {"good", "better"},   {"bad", "worse"},      {"gentle", "gentler"}, {"slow", "slower"},
      {"famous", ""},       {"difficult", ""},     {"tired", ""},         {"handsome", ""},
      {"sweet", "sweeter"}, {"absent-minded", ""}, {"hot", "hotter"},     {"proud", "prouder"}};
  for (const auto& [adjective, comparative] : expected) {
    CHECK(Comparative(adjective) == comparative);
  }
}

TEST_CASE("A word does not tell its part of speech", "[synthetic][slow]") {
  const PosLookup& lookup = SampleStatistics().Lookup();
  CAPTURE(lookup.NumWords(), lookup.NumRight(), lookup.NumAmbiguous());
  CHECK(lookup.NumRight() * 100 < lookup.NumWords() * 98);
  CHECK(lookup.NumAmbiguous() * 10 >= lookup.NumWords());  // at least 10 %
  // Nouns that are verbs, adjectives that are adverbs, that, her: each form in both its classes.
  std::map<std::string, std::map<std::string, size_t>> tags;
  for (const Document& document : SyntheticSample()) {
    for (const Sentence& sentence : document.sentences) {
      for (const Word& word : sentence.words) ++tags[LowerAscii(word.form)][word.upos];
    }
  }
  CHECK(tags["cook"]["NOUN"] > 20);
  CHECK(tags["cook"]["VERB"] > 20);
  CHECK(tags["hard"]["ADJ"] > 20);
  CHECK(tags["hard"]["ADV"] > 20);
  CHECK(tags["to"]["ADP"] > 20);
  CHECK(tags["to"]["PART"] > 20);
  CHECK(tags["that"].size() == 3);  // SCONJ, PRON, DET
}

TEST_CASE("A head tells of its dependent more than the best offset does", "[synthetic]") {
  const std::vector<RelationStatistics> relations = SampleStatistics().Dependencies().Relations();
  size_t seen = 0;
  for (const RelationStatistics& row : relations) {
    const double by_head = row.with_head.bits - row.with_head.null;
    const double by_offset = row.with_offset.bits - row.with_offset.null;
    CAPTURE(row.relation, by_head, by_offset);
    // Selection: what remains after the shuffled pairs.
    for (const char* relation : {"obj", "amod", "nmod", "nsubj:pass", "case", "compound"}) {
      if (row.relation != relation) continue;
      CHECK(by_head > 0.7);
      ++seen;
    }
    for (const char* relation : {"obj", "nsubj:pass", "nmod", "case", "nsubj"}) {
      if (row.relation == relation) CHECK(by_head > by_offset);
    }
  }
  CHECK(seen == 6);
}

}  // namespace
}  // namespace headscope
