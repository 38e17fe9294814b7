// Readers of coreference without syntax: CoNLL-2012, GAP, Winogender.
#include "datasets/plain_coreference.h"

#include <sstream>
#include <string>
#include <vector>

#include "datasets/conll2012.h"
#include "datasets/pronoun_sets.h"
#include "tests/support/catch.h"
#include "tests/support/hostile_bytes.h"

namespace headscope {
namespace {

using Catch::Matchers::Equals;
using Strings = std::vector<std::string>;

// "entity:words", the head in capitals with a star.
Strings Mentions(const CoreferenceSet& set) {
  Strings shown;
  for (const Document& document : set.treebank.documents) {
    for (const Mention& mention : document.mentions) {
      std::string text = mention.entity + ":";
      for (size_t i = mention.first; i <= mention.last; ++i) {
        text += (i == mention.first ? "" : " ") + std::string(i == mention.head ? "*" : "") +
                document.sentences[mention.sentence].words[i].form;
      }
      shown.push_back(text);
    }
  }
  return shown;
}

CoreferenceSet Read(const std::string& text) {
  std::istringstream stream(text);
  return ReadConll2012(stream, "c");
}

const std::string kLitBank =
    "#begin document (austen); part 0\n"
    "austen\t0\t0\tA\t_\t_\t(0\n"
    "austen\t0\t1\tman\t_\t_\t\n"
    "austen\t0\t2\tof\t_\t_\t\n"
    "austen\t0\t3\tfortune\t_\t_\t(1)|0)\n"
    "\n"
    "austen\t0\t0\tHe\t_\t_\t(0)\n"
    "austen\t0\t1\tslept\t_\t_\t\n"
    "\n"
    "#end document\n";

TEST_CASE("CoNLL-2012 is read with tabs and with spaces", "[coreference2012]") {
  CHECK(Mentions(Read(kLitBank)) == Strings{"0:A *man of fortune", "1:*fortune", "0:*He"});
  CHECK(Read(kLitBank).treebank.documents[0].id == "austen.0");
  CHECK(Read(kLitBank).treebank.documents[0].sentences[1].text == "He slept");
  const std::string onto =
      "#begin document (bc/x); part 001\n"
      "bc/x 1 0   Hong    NNP (NP*   -   (5|(5\n"
      "bc/x   1   1   Kong    NNP *)  -   5)\n"
      "bc/x   1   2   's   POS *  -   5)\n"
      "#end document\n";
  CHECK(Mentions(Read(onto)) == Strings{"5:Hong Kong *'s", "5:Hong *Kong"});
  CHECK(Read(onto).treebank.documents[0].sentences[0].words[1].xpos == "NNP");
}

TEST_CASE("A mention across sentences is dropped and counted", "[coreference2012]") {
  std::string text = kLitBank;
  text.replace(text.find("(1)|0)"), 6, "(1)");
  text.replace(text.find("slept\t_\t_\t"), 10, "slept\t_\t_\t0)");
  const CoreferenceSet set = Read(text);
  CHECK(Mentions(set) == Strings{"1:*fortune", "0:*He"});
  CHECK(set.report.ToString() == "3 rows, dropped 1 (crosses sentences 1)");
}

TEST_CASE("Unsound CoNLL-2012 is refused by line", "[coreference2012]") {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text = kLitBank;
    text.replace(text.find(from), from.size(), to);
    return Read(text);
  };
  CHECK_THROWS_WITH(
      with("(1)|0)", "(1)"),
      Equals("c:2: expected every mention closed in its document, found '(0' left open "
             "[entity-balance]"));
  CHECK_THROWS_WITH(with("\t(0)", "\t7)"),
                    ContainsSubstring("c:7: expected a mention opened before"));
  CHECK_THROWS_WITH(with("\t(0)", "\t(0"), ContainsSubstring("c:7: "));
  CHECK_THROWS_WITH(with("\t(0)", "\tx"), ContainsSubstring("c:7: expected (N, N) or (N)"));
  CHECK_THROWS_WITH(with("0\t1\tslept", "0\t2\tslept"), ContainsSubstring("c:8: expected word 1"));
  CHECK_THROWS_WITH(with("#end document\n", ""), ContainsSubstring("#end document"));
  CHECK_THROWS_WITH(with("#begin document (austen); part 0\n", ""),
                    ContainsSubstring("c:1: expected #begin document first"));
  CHECK_THROWS_WITH(Read(""), ContainsSubstring("#begin document"));
}

const std::string kGap =
    "ID\tText\tPronoun\tPronoun-offset\tA\tA-offset\tA-coref\tB\tB-offset\tB-coref\tURL\n"
    "dev-1\tÉva met Ann-Marie Roy, and she smiled at Éva's cat.\tshe\t27\tAnn-Marie "
    "Roy\t8\tTRUE\tÉva\t41\tFALSE\thttp://x\n";

CoreferenceSet Gap(const std::string& text) {
  std::istringstream stream(text);
  return ReadGap(stream, "g");
}

TEST_CASE("GAP's offsets count characters; its names are mentions", "[gap]") {
  const CoreferenceSet set = Gap(kGap);
  CHECK(Mentions(set) == Strings{"A:Ann - Marie *Roy", "A:*she", "B:*Éva"});
  CHECK(set.treebank.documents[0].mentions[1].link == "ana");
  std::string neither = kGap;
  neither.replace(neither.find("TRUE"), 4, "FALSE");
  CHECK(Mentions(Gap(neither))[1] == "P:*she");
}

TEST_CASE("Unsound GAP is refused by line", "[gap]") {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text = kGap;
    text.replace(text.find(from), from.size(), to);
    return Gap(text);
  };
  CHECK_THROWS_WITH(with("\t27\t", "\t28\t"),
                    Equals("g:2: expected 'she' at character 28 of the text, found '28'") ||
                        ContainsSubstring("g:2: expected 'she' at character '28'"));
  CHECK_THROWS_WITH(with("\t27\t", "\t99999999999999999999\t"), ContainsSubstring("no such place"));
  CHECK_THROWS_WITH(with("\t27\t", "\t-1\t"), ContainsSubstring("no such place"));
  CHECK_THROWS_WITH(with("FALSE", "TRUE"), ContainsSubstring("g:2: expected at most one name"));
  CHECK_THROWS_WITH(with("FALSE", "no"), ContainsSubstring("g:2: expected TRUE or FALSE"));
}

const std::string kWinogender =
    "sentid\tsentence\n"
    "technician.customer.1.male.txt\tThe technician told the customer that he could pay.\n"
    "nurse.someone.0.female.txt\tThe nurse told someone that her shift was over.\n";

TEST_CASE("Winogender's pronoun is of the answer's entity", "[winogender]") {
  std::istringstream stream(kWinogender);
  const CoreferenceSet set = ReadWinogender(stream, "w");
  CHECK(Mentions(set) ==
        Strings{"0:*technician", "1:*customer", "1:*he", "0:*nurse", "1:*someone", "0:*her"});
  const auto read = [](const std::string& row) {
    std::istringstream text("sentid\tsentence\n" + row + "\n");
    return ReadWinogender(text, "w");
  };
  CHECK_THROWS_WITH(read("a.b.2.male.txt\tThe a and the b."),
                    ContainsSubstring("w:2: expected occ"));
  CHECK_THROWS_WITH(read("a.b.1.male.txt\tThe a and the b."),
                    ContainsSubstring("w:2: expected one third-person pronoun"));
  CHECK_THROWS_WITH(read("a.b.1.male.txt\tThe a and he."),
                    Equals("w:2: expected 'b' once in the sentence, found it 0 times"));
}

TEST_CASE("Readers of coreference survive damaged files", "[coreference2012][fuzz]") {
  CHECK(SurvivesDamage(
            kLitBank, [](std::istream& s, const std::string& p) { ReadConll2012(s, p); }, 5) > 100);
  CHECK(SurvivesDamage(
            kGap, [](std::istream& s, const std::string& p) { ReadGap(s, p); }, 6) > 100);
  CHECK(SurvivesDamage(
            kWinogender, [](std::istream& s, const std::string& p) { ReadWinogender(s, p); }, 7) >
        100);
}

TEST_CASE("Texts are cut into words at punctuation and at given places", "[winogender]") {
  std::vector<size_t> begins;
  const std::vector<Word> words = CutIntoWords("Don't re-do 3.5 naïve", {8}, begins);
  Strings forms;
  for (const Word& word : words) forms.push_back(word.form + (word.space_after ? "_" : ""));
  CHECK(forms == Strings{"Don", "'", "t_", "re", "-", "do_", "3", ".", "5_", "naïve"});
  CHECK(begins == std::vector<size_t>{0, 3, 4, 6, 8, 9, 12, 13, 14, 16});
}

}  // namespace
}  // namespace headscope
