#include "datasets/coreference_statistics.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/mutual_information.h"
#include "datasets/pronoun_candidates.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

constexpr const char* kHeader =
    "# newdoc id = d\n# global.Entity = GRP-etype-infstat-centering-minspan-link-identity\n";
constexpr const char* kHe = "Case=Nom|Gender=Masc|Number=Sing|Person=3|PronType=Prs";
constexpr const char* kHim = "Case=Acc|Gender=Masc|Number=Sing|Person=3|PronType=Prs";
constexpr const char* kHimself =
    "Case=Acc|Gender=Masc|Number=Sing|Person=3|PronType=Prs|Reflex=Yes";
constexpr const char* kIt = "Case=Acc|Gender=Neut|Number=Sing|Person=3|PronType=Prs";

// "form upos feats head deprel entity-type", entity "-" for none; every mention is one word.
struct Row {
  const char *form, *upos, *feats;
  int head;
  const char *deprel, *entity;
};

Document MakeDocument(const std::vector<std::vector<Row>>& sentences) {
  std::string content = kHeader;
  for (const auto& rows : sentences) {
    int id = 0;
    for (const Row& row : rows) {
      const std::string entity = row.entity;
      const std::string misc =
          entity == "-" ? "_" : fmt::format("Entity=({}-new-cf1-1-coref)", entity);
      content += fmt::format("{}\t{}\t{}\t{}\t_\t{}\t{}\t{}\t_\t{}\n", ++id, row.form, row.form,
                             row.upos, row.feats, row.head, row.deprel, misc);
    }
    content += "\n";
  }
  return ParseConllu("d", content).documents.at(0);
}

constexpr const char* kOne = "Number=Sing";

// Tom saw Henry. He fed him a cake. Mary hurt himself … and so on: who can be meant.
Document Story() {
  return MakeDocument({{{"Tom", "PROPN", kOne, 2, "nsubj", "1-person"},
                        {"saw", "VERB", "_", 0, "root", "-"},
                        {"Henry", "PROPN", kOne, 2, "obj", "2-person"}},
                       {{"He", "PRON", kHe, 2, "nsubj", "1-person"},
                        {"fed", "VERB", "_", 0, "root", "-"},
                        {"him", "PRON", kHim, 2, "obj", "2-person"}},
                       {{"Mary", "PROPN", kOne, 2, "nsubj", "3-person"},
                        {"ate", "VERB", "_", 0, "root", "-"},
                        {"cake", "NOUN", kOne, 2, "obj", "4-substance"}},
                       {{"Henry", "PROPN", kOne, 2, "nsubj", "2-person"},
                        {"saw", "VERB", "_", 0, "root", "-"},
                        {"himself", "PRON", kHimself, 2, "obj", "2-person"},
                        {"near", "ADP", "_", 5, "case", "-"},
                        {"it", "PRON", kIt, 2, "obl", "4-substance"}}});
}

TEST_CASE("Candidates agree, are recent and are not bound", "[stats]") {
  const Document story = Story();
  const NominalLexicon lexicon{SyntheticLexicon()};
  std::vector<NominalFeatures> features;
  std::vector<uint32_t> entities;
  for (const Mention& mention : story.mentions) {
    features.push_back(FeaturesOf(story.sentences[mention.sentence], mention, lexicon,
                                  AnimacySource::kEntityType));
    entities.push_back(static_cast<uint32_t>(std::stoul(mention.entity)));
  }
  REQUIRE(entities == std::vector<uint32_t>{1, 2, 1, 2, 3, 4, 2, 2, 4});
  const PronounReader reader(story, features);
  const auto candidates = [&](size_t m) { return reader.CandidatesOf(m, entities); };
  CHECK(candidates(2).agreeing == std::vector<uint32_t>{2, 1});  // He: Henry or Tom
  CHECK(candidates(2).previous_subject == 1);
  CHECK(candidates(3).agreeing == std::vector<uint32_t>{2});  // him: not the subject, Tom
  CHECK(candidates(7).agreeing == std::vector<uint32_t>{2});  // himself: nobody but the subject
  CHECK(candidates(8).agreeing == std::vector<uint32_t>{4});  // it: no person
  CHECK(candidates(8).previous_subject == 2);
}

TEST_CASE("Simple resolvers are scored as by hand", "[stats]") {
  CoreferenceStatistics statistics;
  statistics.Add(Story());
  const CoreferenceStatistics::Counts& counts = statistics.Totals();
  CHECK(counts.mentions == 9);
  CHECK(counts.chains == 4);
  CHECK(counts.singletons == 1);
  CHECK(counts.pronominal == 4);
  CHECK(counts.third_person == 4);
  CHECK(counts.pronominal_with_earlier == 4);
  CHECK(counts.one_candidate == 3);
  CHECK(counts.no_candidate == 0);
  const CoreferenceBaselines& pronouns = statistics.ThirdPerson();
  CHECK(pronouns.n == 4);
  CHECK(pronouns.nearest == 1);           // himself; He: Henry, him: He, it: himself
  CHECK(pronouns.nearest_agreeing == 2);  // himself, it; He: Henry, him: He
  CHECK(pronouns.previous_subject == 2);  // He: Tom, himself: Henry; him: He, it: Henry
  CHECK(pronouns.same_head_word == 0);
  const CoreferenceBaselines& all = statistics.AllAnaphors();
  CHECK(all.n == 5);               // and the second Henry
  CHECK(all.same_head_word == 1);  // Henry
  CHECK(statistics.DistanceQuantile(0.5) == 3);
  CHECK(statistics.DistanceQuantile(1.0) == 5);
}

TEST_CASE("Documents without coreference are passed over", "[stats]") {
  CoreferenceStatistics statistics;
  Document document = Story();
  document.has_coreference = false;
  statistics.Add(document);
  CHECK(statistics.Totals().documents == 0);
  CHECK(statistics.AllAnaphors().n == 0);
}

TEST_CASE("Mutual information of a function is its entropy, of independent words nothing",
          "[stats]") {
  const RandomStream shuffle{.seed = 3, .purpose = Purpose::kTest};
  std::vector<uint32_t> first, second, independent;
  RandomSequence random({.seed = 5, .purpose = Purpose::kTest});
  for (uint32_t i = 0; i < 40000; ++i) {
    first.push_back(i % 8);
    second.push_back((i % 8) * 3 % 8);
    independent.push_back(static_cast<uint32_t>(random.Below(8)));
  }
  const MutualInformation same = EstimateMutualInformation(first, second, 8, shuffle);
  CHECK_THAT(same.bits, WithinAbs(3.0, 1e-3));
  CHECK_THAT(same.null, WithinAbs(0.0, 2e-3));
  const MutualInformation none = EstimateMutualInformation(first, independent, 8, shuffle);
  CHECK_THAT(none.bits, WithinAbs(0.0, 2e-3));
  CHECK(EstimateMutualInformation({}, {}, 8, shuffle).n == 0);
  CHECK_THROWS_WITH(EstimateMutualInformation(first, {}, 8, shuffle), ContainsSubstring("40000"));
  // With rare words the null shows the bias that the correction leaves.
  std::vector<uint32_t> rare_first, rare_second;
  for (int i = 0; i < 2000; ++i) {
    rare_first.push_back(static_cast<uint32_t>(random.Below(1000)));
    rare_second.push_back(static_cast<uint32_t>(random.Below(1000)));
  }
  const MutualInformation rare = EstimateMutualInformation(rare_first, rare_second, 1000, shuffle);
  CHECK(rare.null > 1.0);
  CHECK_THAT(rare.bits, WithinAbs(rare.null, 0.1));
}

}  // namespace
}  // namespace headscope
