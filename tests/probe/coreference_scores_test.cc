#include "probe/coreference_scores.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

Mention MakeMention(size_t sentence, size_t head, const std::string& entity,
                    const std::string& link = "coref") {
  Mention mention;
  mention.sentence = sentence;
  mention.first = mention.last = mention.head = head;
  mention.entity = entity;
  mention.link = link;
  return mention;
}

Treebank MakeCoreferenceTreebank(const std::vector<std::string>& sentences,
                                 std::vector<Mention> mentions) {
  Treebank treebank = MakeTreebank({sentences});
  treebank.documents[0].has_coreference = true;
  treebank.documents[0].mentions = std::move(mentions);
  return treebank;
}

constexpr const char* kAnn = "Ann/PROPN/2/nsubj saw/VERB/0/root dogs/NOUN/2/obj";
constexpr const char* kShe =
    "She/PRON/2/nsubj/Case=Nom|Person=3 fed/VERB/0/root them/PRON/2/obj/Person=3 you/PRON/2/obj/"
    "Person=2";

bool Is(const Anaphor& anaphor, MentionType type) {
  return anaphor.types[static_cast<size_t>(type)];
}

TEST_CASE("The ontonotes scheme drops appositions, predicates, discourse links and lone mentions",
          "[probe]") {
  Document document;
  document.mentions = {MakeMention(0, 0, "1"),         MakeMention(0, 1, "1", "appos"),
                       MakeMention(0, 2, "2"),         MakeMention(0, 3, "2", "pred"),
                       MakeMention(0, 4, "3"),         MakeMention(0, 5, "3", "ana"),
                       MakeMention(0, 6, "3", "disc"), MakeMention(0, 7, "1", "ana"),
                       MakeMention(0, 8, "4", "sgl")};
  std::vector<size_t> heads;
  for (const Mention& mention : SelectMentions(document.mentions, CoreferenceScheme::kOntoNotes)) {
    heads.push_back(mention.head);
  }
  CHECK(heads == std::vector<size_t>{0, 4, 5, 7});
  CHECK(SelectMentions(document.mentions, CoreferenceScheme::kGum).size() == 9);
  CHECK_THROWS_WITH(ParseCoreferenceScheme("conll"), ContainsSubstring("ontonotes or gum"));
}

TEST_CASE("Anaphors have their antecedents, candidates and types", "[probe]") {
  const Treebank treebank = MakeCoreferenceTreebank(
      {kAnn, kShe}, {MakeMention(0, 0, "a"), MakeMention(0, 2, "d"), MakeMention(1, 0, "a"),
                     MakeMention(1, 2, "d"), MakeMention(1, 3, "y")});
  const SegmentedTreebank result =
      SegmentTreebank(treebank, EncodeParts, 128, 512, CoreferenceScheme::kGum);
  REQUIRE(result.segments.size() == 1);
  const Segment& segment = result.segments[0];
  CHECK(segment.sentences == std::vector<size_t>{0, 1});
  CHECK(segment.input.ids.size() == 9);
  REQUIRE(segment.anaphors.size() == 2);  // "you" has no antecedent
  const Anaphor& she = segment.anaphors[0];
  CHECK(she.word == 3);
  CHECK(she.antecedents == std::vector<uint32_t>{0});
  CHECK(she.candidates == std::vector<uint32_t>{0, 2});
  CHECK(Is(she, MentionType::kAll));
  CHECK(Is(she, MentionType::kPronoun));
  CHECK(Is(she, MentionType::kThirdPerson));
  CHECK_FALSE(Is(she, MentionType::kOtherPronoun));
  CHECK(Is(she, MentionType::kPronounOfNominal));
  CHECK_FALSE(Is(she, MentionType::kNominal));
  CHECK_FALSE(Is(she, MentionType::kOther));
  CHECK_FALSE(NearestMentionIsRight(she));  // "dogs"
  const Anaphor& them = segment.anaphors[1];
  CHECK(them.antecedents == std::vector<uint32_t>{2});
  CHECK(them.candidates == std::vector<uint32_t>{0, 2, 3});
}

TEST_CASE("A mention with the head word of an earlier one of its chain has no antecedent in it",
          "[probe]") {
  const Treebank treebank =
      MakeCoreferenceTreebank({kAnn}, {MakeMention(0, 2, "d"), MakeMention(0, 2, "d")});
  CHECK(SegmentTreebank(treebank, EncodeParts, 128, 512, CoreferenceScheme::kGum).num_anaphors ==
        0);
}

TEST_CASE("Segments are cut at sentences, count CLS and SEP, and lose links across them",
          "[probe]") {
  const std::vector<Mention> mentions = {MakeMention(0, 0, "a"), MakeMention(1, 0, "a")};
  const Treebank treebank = MakeCoreferenceTreebank({kAnn, kShe}, mentions);
  const auto segments = [&](size_t pieces, size_t positions) {
    return SegmentTreebank(treebank, EncodeParts, pieces, positions, CoreferenceScheme::kGum);
  };
  CHECK(segments(9, 512).segments.size() == 1);  // 3 + 4 words, CLS, SEP
  CHECK(segments(9, 512).num_anaphors == 1);
  CHECK(segments(8, 512).segments.size() == 2);
  CHECK(segments(8, 512).num_anaphors == 0);
  CHECK(segments(4, 512).segments.size() == 2);  // each longer than a segment: alone
  const SegmentedTreebank few_positions = segments(128, 5);
  CHECK(few_positions.segments.size() == 1);  // the second sentence has 6 pieces
  CHECK(few_positions.skipped_sentences == 1);
  CHECK(segments(128, 8).segments.size() == 2);  // positions bound a segment as well
}

// The definition, with sets.
double ObviousScore(const std::vector<double>& row, uint32_t at, const std::set<uint32_t>& right,
                    const std::set<uint32_t>& mentions, CandidateSet set) {
  std::vector<uint32_t> candidates;
  for (uint32_t j = 0; j < row.size(); ++j) {
    if (set == CandidateSet::kAllWords || (set == CandidateSet::kPrecedingWords && j < at) ||
        (set == CandidateSet::kPrecedingMentionHeads && j < at && mentions.contains(j))) {
      candidates.push_back(j);
    }
  }
  double best = -1.0;
  for (uint32_t j : candidates) best = std::max(best, row[j]);
  double tied = 0, hits = 0;
  for (uint32_t j : candidates) {
    if (row[j] != best) continue;
    tied += 1.0;
    hits += right.contains(j) ? 1.0 : 0.0;
  }
  return hits / tied;
}

TEST_CASE("Coreference scores equal the definition on every row of five words with entries 0, 1, 2",
          "[probe]") {
  // The anaphor is word 3, of five; antecedents and other mentions are all subsets of the words
  // before it.
  size_t compared = 0;
  for (int code = 0; code < 81; ++code) {
    std::vector<double> map(25, 0.5);
    int rest = code;
    for (size_t j : {0u, 1u, 2u, 4u}) {
      map[15 + j] = rest % 3;
      rest /= 3;
    }
    map[18] = 0.0;
    const std::vector<double> row(map.begin() + 15, map.begin() + 20);
    for (uint32_t right_bits = 1; right_bits < 8; ++right_bits) {
      for (uint32_t mention_bits = right_bits; mention_bits < 8; ++mention_bits) {
        if ((mention_bits & right_bits) != right_bits) continue;
        Anaphor anaphor;
        anaphor.word = 3;
        for (uint32_t j = 0; j < 3; ++j) {
          if (right_bits >> j & 1u) anaphor.antecedents.push_back(j);
          if (mention_bits >> j & 1u) anaphor.candidates.push_back(j);
        }
        const std::set<uint32_t> right(anaphor.antecedents.begin(), anaphor.antecedents.end());
        const std::set<uint32_t> mentions(anaphor.candidates.begin(), anaphor.candidates.end());
        for (size_t set = 0; set < kNumCandidateSets; ++set) {
          const auto candidates = static_cast<CandidateSet>(set);
          const double expected = ObviousScore(row, 3, right, mentions, candidates);
          const double found = CoreferenceScore(WordMap(map.data(), 5, 5), anaphor, candidates);
          if (found != expected) FAIL("row " << code << " set " << set << ": " << found);
          ++compared;
        }
      }
    }
  }
  CHECK(compared == 81 * 19 * 3);
}

TEST_CASE("Rules are scored among the mentions of the segment", "[probe]") {
  const Treebank treebank = MakeCoreferenceTreebank(
      {"Dogs/NOUN/0/root cats/NOUN/1/conj dogs/NOUN/1/conj it/PRON/1/obj DOGS/NOUN/1/conj"},
      {MakeMention(0, 0, "d"), MakeMention(0, 1, "c"), MakeMention(0, 2, "x"),
       MakeMention(0, 3, "c"), MakeMention(0, 4, "d")});
  const auto rules = [](const Treebank& from) {
    return SegmentTreebank(from, EncodeParts, 128, 512, CoreferenceScheme::kGum)
        .segments[0]
        .rules_are_right;
  };
  const auto right = [](const auto& scored, size_t anaphor, AntecedentRule rule) {
    return scored.at(anaphor)[static_cast<size_t>(rule)];
  };
  const auto scored = rules(treebank);
  REQUIRE(scored.size() == 2);
  for (size_t anaphor : {0u, 1u}) {  // it: the nearest is "dogs"; DOGS: "dogs" of chain x is nearer
    CHECK_FALSE(right(scored, anaphor, AntecedentRule::kNearestMention));
    CHECK_FALSE(right(scored, anaphor, AntecedentRule::kSameHeadWord));
    CHECK_FALSE(right(scored, anaphor, AntecedentRule::kFourSieves));
  }
  Treebank other = treebank;
  other.documents[0].sentences[0].words[2].form = "mice";
  CHECK(right(rules(other), 1, AntecedentRule::kSameHeadWord));  // then "Dogs", whatever the case
  CHECK(right(rules(other), 1, AntecedentRule::kFourSieves));
}

}  // namespace
}  // namespace headscope
