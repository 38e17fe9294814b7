// The rules that a CoNLL-U file has to keep: each is held, and named with its line.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "model/base/error.h"
#include "tests/datasets/conllu_sample.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Damage {
  const char* from;
  const char* to;
  size_t line;
  const char* rule;
};

// Each defect alone in the sample: named by both readers with its line and rule, and nothing else
// is named.
TEST_CASE("Every rule is held, at its line", "[conllu]") {
  const auto damage = GENERATE(values<Damage>({
      {"6\twater\twater", "6\twater", 12, "columns"},
      {"6\twater\twater", "6\twater\t", 12, "empty-column"},
      {"6\twater\twater", "6\twater\twater ", 12, "outer-space"},
      {"6\twater\twater", "6\twater\t\xC2\xA0water", 12, "outer-space"},
      {"Mood=Ind", "Mood= Ind", 10, "inner-space"},
      {"6\twater", "06\twater", 12, "id"},
      {"6\twater", "x\twater", 12, "id"},
      {"6\twater", "99999999999999999999\twater", 12, "id"},
      {"4-5\tdidn't", "4-\tdidn't", 9, "id"},
      {"12\t.", "13\t.", 19, "id-sequence"},
      {"4-5\tdidn't", "5-6\tdidn't", 9, "id-sequence"},
      {"4-5\tdidn't", "3-5\tdidn't", 9, "id-sequence"},
      {"4-5\tdidn't", "4-3\tdidn't", 9, "id-sequence"},
      {"4-5\tdidn't", "4-13\tdidn't", 9, "id-sequence"},
      {"1-2\tAnna's", "1-4\tAnna's", 9, "id-sequence"},
      {"8.1\tred", "8.2\tred", 15, "id-sequence"},
      {"8.1\tred", "7.1\tred", 15, "id-sequence"},
      {"8.1\tred", "8.0\tred", 15, "id"},
      {"6\tobj", "13\tobj", 17, "head-range"},
      {"6\tobj", "-1\tobj", 17, "head"},
      {"6\tobj", "_\tobj", 17, "head"},
      {"6\tobj", "10\tobj", 17, "self-loop"},
      {"6\tobj", "7\tobj", 13, "tree"},
      {"6\tobj", "0\troot", 17, "one-root"},
      {"garden-2", "garden-1", 21, "sent_id"},
      {"# sent_id = garden-2", "# sent_id =", 21, "sent_id"},
      {"# text = She", "# sent_id = x\n# text = She", 22, "sent_id"},
      {"(2-person-new-cf1-2-coref(1", "(2-person(1", 6, "entity"},
      {"Entity=4)", "Entity=5)", 14, "entity-balance"},
      {"Entity=2)2)|", "Entity=2)|", 25, "entity-balance"},
      {"Entity=2)2)|", "Entity=2)2)2)|", 30, "entity-balance"},
      {"Entity=2)2)|", "Entity=2)2|", 30, "entity"},
      {"Entity=2)2)|", "Entity=|", 30, "entity"},
      {"cf3-4-coref(4", "cf3-5-coref(4", 13, "entity-head"},
      {"cf3-4-coref(4", "cf3-0-coref(4", 13, "entity-head"},
      {"cf3-4-coref(4", "cf3-x-coref(4", 13, "entity-head"},
      {"(4-abstract-new-cf4-1-sgl", "(4-abstract-new-cf4-1-sgl-a-b", 13, "entity"},
      {"GRP-etype-", "GRPetype-", 2, "entity-header"},
      {"minspan-link-", "minspan-minspan-", 2, "entity-header"},
      {"8.1\tred\tred\tADJ\tJJ\t_\t_\t_\t10:amod\t_",
       "8.1\tred\tred\tADJ\tJJ\t_\t_\t_\t10:amod\tEntity=3)", 15, "entity"},
      {"\n\n# newdoc", "\n# newdoc", 35, "comment-place"},
      {"\n\n# sent_id = garden-2\n# text = She, a friend of her own friend, cut them.\n", "\n", 20,
       "empty-line"},
      {"\n\n# newdoc", "\n\n\n# newdoc", 36, "empty-line"},
      {"\n\n# newdoc", "\n\t\n# newdoc", 35, "empty-line"},
      {"# newdoc id = garden", "\n# newdoc id = garden", 1, "empty-line"},
      {"# newdoc id = kitchen", "# newdoc id = x\n\n# newdoc id = kitchen", 37, "words"},
      {"vital\tvital", "vit\xC3\tvital", 14, "utf-8"},
      {"vital\tvital", "vit\xED\xA0\x80\tvital", 14, "utf-8"},
      {"vital\tvital", "vit\x01\tvital", 14, "control-character"},
      {"vital\tX\tFW\t_\t7\tflat\t7:flat\tEntity=4)\n",
       "vital\tX\tFW\t_\t7\tflat\t7:flat\tEntity=4)\r\n", 14, "line-end"},
      {"# newdoc id = garden", "\xEF\xBB\xBF# newdoc id = garden", 1, "byte-order-mark"},
  }));
  const std::string content = Replaced(kConlluSample, damage.from, damage.to);
  CAPTURE(damage.from, damage.to);
  const std::string place = "f:" + std::to_string(damage.line) + ": expected ";
  const std::string rule = std::string("[") + damage.rule + "]";
  const std::string error = FirstError(content);
  CHECK(error.starts_with(place));
  CHECK(error.ends_with(rule));
  CHECK_THAT(error, ContainsSubstring(", found "));
  const std::vector<std::string> defects = CheckConlluContent("f", content);
  REQUIRE_FALSE(defects.empty());
  CHECK(defects[0] == error);
}

TEST_CASE("A sound file has no defects", "[conllu]") {
  CHECK(CheckConlluContent("f", kConlluSample).empty());
}

TEST_CASE("The end of the file is checked", "[conllu]") {
  const std::string sample = kConlluSample;
  CHECK_THAT(FirstError(""), ContainsSubstring("f:1: expected at least one sentence"));
  CHECK_THAT(FirstError("# newdoc\n"), ContainsSubstring("[words]"));
  const std::string no_blank = sample.substr(0, sample.size() - 1);
  CHECK_THAT(FirstError(no_blank), ContainsSubstring("[empty-line]") && ContainsSubstring("f:45:"));
  const std::string no_newline = sample.substr(0, sample.size() - 2);
  CHECK_THAT(FirstError(no_newline),
             ContainsSubstring("[last-line]") && ContainsSubstring("f:45:"));
  CHECK_THAT(FirstError(sample + "\n"),
             ContainsSubstring("[empty-line]") && ContainsSubstring("f:47:"));
  // Cut anywhere but after a sentence, the sample is refused.
  for (size_t size = 0; size < sample.size(); ++size) {
    const std::string cut = sample.substr(0, size);
    if (cut.ends_with("\n\n")) {
      CHECK(FirstError(cut).empty());
    } else if (FirstError(cut).empty()) {
      FAIL("accepted when cut after " << size << " bytes");
    }
  }
}

TEST_CASE("A NUL byte is an error with its line", "[conllu]") {
  std::string content = kConlluSample;
  content[content.find("vital\tvital")] = '\0';
  CHECK_THAT(FirstError(content),
             ContainsSubstring("f:14: ") && ContainsSubstring("byte 00 at column 3"));
}

TEST_CASE("What reading tolerates, checking reports", "[conllu]") {
  const auto damage = GENERATE(values<Damage>({
      {"# sent_id = garden-2\n", "", 22, "sent_id"},
      {"# text = She, a friend of her own friend, cut them.\n", "", 22, "text"},
      {"(roses).", "(rose).", 5, "text"},
      {"n't\tnot", "n't\tnot  so", 11, "repeated-space"},
      {"6\tobj", "6\troot", 17, "root-relation"},
      {"4-5\tdidn't\t_", "4-5\tdidn't\tdo", 9, "multiword-columns"},
      {"8.1\tred\tred\tADJ\tJJ\t_\t_\t_", "8.1\tred\tred\tADJ\tJJ\t_\t_\tamod", 15,
       "empty-node-columns"},
      {"\t\xC3\xA9lan\tX", "\te\xCC\x81lan\tX", 13, "nfc"},
      {"garden-2\n", "garden/2\n", 21, "sent_id"},
      {"water\tVERB", "water\tVB", 12, "upos"},
      {"water\tVERB", "water\t_", 12, "upos"},
      {"VerbForm=Inf", "VerbForm", 12, "feats"},
      {"VerbForm=Inf", "verbForm=Inf", 12, "feats"},
      {"VerbForm=Inf", "VerbForm=inf", 12, "feats"},
      {"VerbForm=Inf", "VerbForm=Inf,Fin", 12, "feats"},
      {"VerbForm=Inf", "VerbForm=Inf,Inf", 12, "feats"},
      {"VerbForm=Inf", "VerbForm=Inf|Tense=Past", 12, "feats"},
      {"VerbForm=Inf", "VerbForm=Inf|VerbForm=Part", 12, "feats"},
      {"VerbForm=Inf", "VerbForm=Inf|", 12, "feats"},
      {"VerbForm=Inf", "VerbForm[Psor]=Inf", 12, "feats"},
      {"red\tADJ\tJJ\t_", "red\tADJ\tJJ\tdegree", 15, "feats"},
      {"6\tobj\t", "6\tobJ\t", 17, "deprel"},
      {"6\tobj\t", "6\tobj:\t", 17, "deprel"},
      {"6\tobj\t", "6\tobj:a:b\t", 17, "deprel"},
      {"6:obj\t", "6\t", 17, "deps"},
      {"6:obj\t", "6:Obj\t", 17, "deps"},
      {"6:obj\t", "6-7:obj\t", 17, "deps"},
      {"6:obj\t", "13:obj\t", 17, "deps-head"},
      {"6:obj\t", "8.2:obj\t", 17, "deps-head"},
      {"6:obj\t", "10:obj\t", 17, "deps-head"},
      {"6:obj\t", "6:root\t", 17, "deps-root"},
      {"6:obj\t", "0:obj\t", 17, "deps-root"},
      {"6:obj\t", "6:obj|3:nmod\t", 17, "deps-order"},
      {"6:obj\t", "6:obj|6:obj\t", 17, "deps-order"},
      {"10:amod\t", "8.1:amod\t", 15, "deps-head"},
      {"10:amod\t", "10:amod|\t", 15, "deps"},
  }));
  const std::string content = Replaced(kConlluSample, damage.from, damage.to);
  CAPTURE(damage.from, damage.to);
  CHECK(FirstError(content).empty());
  const std::vector<std::string> defects = CheckConlluContent("f", content);
  REQUIRE(defects.size() == 1);
  CHECK(defects[0].starts_with("f:" + std::to_string(damage.line) + ": expected "));
  CHECK(defects[0].ends_with(std::string("[") + damage.rule + "]"));
}

TEST_CASE("SpaceAfter has no value but No", "[conllu]") {
  const std::string content =
      "# sent_id = a\n# text = go\n"
      "1\tgo\tgo\tVERB\t_\t_\t0\troot\t_\tSpaceAfter=Yes\n\n";
  const std::vector<std::string> defects = CheckConlluContent("f", content);
  REQUIRE(defects.size() == 1);
  CHECK(defects[0].starts_with("f:3: "));
  CHECK(defects[0].ends_with("found 'Yes' [space-after]"));
}

TEST_CASE("What the rules allow is no defect", "[conllu]") {
  const auto allowed = GENERATE(values<std::pair<const char*, const char*>>({
      {"VerbForm=Inf", "Number[psor]=Sing|VerbForm=Inf"},
      {"VerbForm=Inf", "Case=Acc,Nom|VerbForm=Inf"},
      {"6:obj\t", "6:obj:\xC3\xA9t\xC3\xA9_de:gen|8.1:dep\t"},
      {"6:obj\t", "_\t"},
  }));
  const std::string content = Replaced(kConlluSample, allowed.first, allowed.second);
  CAPTURE(allowed.second);
  CHECK(CheckConlluContent("f", content) == std::vector<std::string>{});
}

TEST_CASE("Checking goes on after a defect and names them all", "[conllu]") {
  std::string content = Replaced(kConlluSample, "6\twater\twater", "6\twater");
  content = Replaced(content, "10:obj", "10: obj");
  content = Replaced(content, "10\tcut\tcut\tVERB\tVBD\t_\t0", "10\tcut\tcut\tVERB\tVBD\t_\t4");
  content = Replaced(content, "3\tLee\tLee", "3\tLee\t");
  const std::vector<std::string> defects = CheckConlluContent("f", content);
  CAPTURE(defects);
  // The first sentence's missing line also leaves a gap in its ids and in its text.
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"f:12:", "[columns]"},       {"f:13:", "[id-sequence]"}, {"f:5:", "[text]"},
      {"f:32:", "[root-relation]"}, {"f:33:", "[inner-space]"}, {"f:23:", "[one-root]"},
      {"f:23:", "[tree]"},          {"f:33:", "[deps]"},        {"f:42:", "[empty-column]"}};
  REQUIRE(defects.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    CHECK(defects[i].starts_with(expected[i].first));
    CHECK(defects[i].ends_with(expected[i].second));
  }
}

// All 5^4 HEAD columns of four words: accepted exactly when following HEAD from every word reaches
// 0 within four steps and one word has HEAD 0.
TEST_CASE("Exactly the trees are accepted", "[conllu]") {
  size_t accepted = 0;
  for (int code = 0; code < 5 * 5 * 5 * 5; ++code) {
    int heads[5] = {0};
    std::string content;
    for (int word = 1, rest = code; word <= 4; ++word, rest /= 5) {
      heads[word] = rest % 5;
      content += fmt::format("{}\tw\tw\tX\t_\t_\t{}\t{}\t_\t_\n", word, heads[word],
                             heads[word] == 0 ? "root" : "dep");
    }
    bool is_tree = (heads[1] == 0) + (heads[2] == 0) + (heads[3] == 0) + (heads[4] == 0) == 1;
    for (int word = 1; word <= 4; ++word) {
      is_tree &= heads[heads[heads[heads[word]]]] == 0;
    }
    CAPTURE(content);
    CHECK(FirstError(content + "\n").empty() == is_tree);
    accepted += is_tree;
  }
  CHECK(accepted == 64);  // Cayley: n^(n-1) rooted labelled trees
}

}  // namespace
}  // namespace headscope
