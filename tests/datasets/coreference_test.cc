#include "datasets/coreference.h"

#include <fmt/format.h>

#include "tests/datasets/conllu_sample.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// "entity:sentence:first-last@head/type/link", words 1-based as in the file.
std::vector<std::string> Described(const std::vector<Mention>& mentions) {
  std::vector<std::string> lines;
  for (const Mention& m : mentions) {
    lines.push_back(fmt::format("{}:{}:{}-{}@{}/{}/{}", m.entity, m.sentence, m.first + 1,
                                m.last + 1, m.head + 1, m.type, m.link));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("Mentions are read by the header's field order, nested ones last in first out",
          "[coreference]") {
  const Treebank treebank = ParseConllu("sample", kConlluSample);
  // In the second sentence two mentions of entity 2 close on word 8: the one opened last is 6-8.
  CHECK(Described(treebank.documents[0].mentions) ==
        Lines{"2:0:1-3@3/person/coref", "1:0:1-1@1/person/coref", "3:0:7-10@10/plant/coref",
              "4:0:7-8@7/abstract/sgl", "2:1:1-1@1/person/ana", "2:1:3-8@4/person/appos",
              "2:1:6-8@8/person/disc", "1:1:6-6@6/person/ana", "3:1:11-11@11/plant/pred"});
  // Other names, another order; of a coordination's heads the one above the others.
  CHECK(Described(treebank.documents[1].mentions) ==
        Lines{"e1:0:1-3@1/person/coref", "e1:0:5-5@5/object/cata"});
}

TEST_CASE("OntoNotes leaves out three links and what is then alone", "[coreference]") {
  const Treebank treebank = ParseConllu("sample", kConlluSample);
  const std::vector<Mention>& mentions = treebank.documents[0].mentions;
  CHECK(Described(SelectMentions(mentions, CoreferenceScheme::kOntoNotes)) ==
        Lines{"2:0:1-3@3/person/coref", "1:0:1-1@1/person/coref", "2:1:1-1@1/person/ana",
              "1:1:6-6@6/person/ana"});
  CHECK(Described(SelectMentions(mentions, CoreferenceScheme::kGum)) == Described(mentions));
}

std::vector<Mention> MentionsOf(const std::string& header, const std::vector<int>& heads,
                                const std::vector<std::string>& entities) {
  std::string content = "# global.Entity = " + header + "\n";
  for (size_t i = 0; i < heads.size(); ++i) {
    content += fmt::format("{}\tw\tw\tX\t_\t_\t{}\tdep\t_\t{}\n", i + 1, heads[i],
                           entities[i].empty() ? "_" : "Entity=" + entities[i]);
  }
  return ParseConllu("f", content + "\n").documents[0].mentions;
}

TEST_CASE("The head word is the word whose head lies outside, by preference one of minspan",
          "[coreference]") {
  // Words 2 and 4 both hang on word 1; 3 on 4.
  const std::vector<int> heads = {0, 1, 4, 1};
  const auto head = [&](const std::string& minspan) {
    return MentionsOf("eid-minspan", heads, {"", "(7-" + minspan, "", "7)"}).at(0).head + 1;
  };
  CHECK(head("1") == 2);
  CHECK(head("3") == 4);
  CHECK(head("2") == 2);  // names a word inside the tree of another: the first that stands outside
  CHECK(head("2,3") == 4);
  CHECK(head("1,3") == 2);
}

TEST_CASE("Mentions of other entities may cross, those of one entity nest", "[coreference]") {
  const std::vector<Mention> crossing =
      MentionsOf("GRP", {0, 1, 1, 1}, {"(1", "(2(1", "1)", "1)2)"});
  CHECK(Described(crossing) == Lines{"1:0:1-4@1//", "2:0:2-4@2//", "1:0:2-3@2//"});
  const std::vector<Mention> same_span = MentionsOf("GRP", {0, 1}, {"(1(2(3)", "2)1)"});
  CHECK(Described(same_span) == Lines{"1:0:1-2@1//", "2:0:1-2@1//", "3:0:1-1@1//"});
}

TEST_CASE("Discontinuous mentions and brackets without a header are refused", "[coreference]") {
  CHECK_THROWS_WITH(MentionsOf("GRP", {0}, {"(1[1/2])"}), ContainsSubstring("part numbers"));
  CHECK_THROWS_WITH(ParseConllu("f", "1\tw\tw\tX\t_\t_\t0\troot\t_\tEntity=(1)\n\n"),
                    ContainsSubstring("f:1: expected # global.Entity before"));
}

}  // namespace
}  // namespace headscope
