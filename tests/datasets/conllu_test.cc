#include "datasets/conllu.h"

#include <string>

#include "datasets/conllu_writer.h"
#include "tests/datasets/conllu_sample.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Words, multiword tokens, empty nodes, comments and spacing are read", "[conllu]") {
  const Treebank treebank = ParseConllu("sample", kConlluSample);
  REQUIRE(treebank.documents.size() == 2);
  CHECK(treebank.path == "sample");
  CHECK(treebank.NumSentences() == 3);
  CHECK(treebank.NumWords() == 30);
  CHECK(treebank.documents[0].id == "garden");
  CHECK(treebank.documents[1].id == "kitchen");
  CHECK(treebank.documents[0].has_coreference);

  const Sentence& sentence = treebank.documents[0].sentences.at(0);
  CHECK(sentence.id == "garden-1");
  CHECK(sentence.text == "Anna's sister didn't water \xC3\xA9lan vital (roses).");
  CHECK(sentence.line == 6);
  REQUIRE(sentence.empty_nodes.size() == 1);
  CHECK(sentence.empty_nodes[0].after == 8);
  CHECK(sentence.empty_nodes[0].columns[7] == "10:amod");
  REQUIRE(sentence.comments);
  CHECK(sentence.comments->size() == 4);
  CHECK((*sentence.comments)[2] == "# sent_id = garden-1");
  REQUIRE(sentence.words.size() == 12);
  const Word& word = sentence.words[4];
  CHECK(word.form == "n't");
  CHECK(word.lemma == "not");
  CHECK(word.upos == "PART");
  CHECK(word.xpos == "RB");
  CHECK(word.feats == "Polarity=Neg");
  CHECK(word.head == 6);
  CHECK(word.deprel == "advmod");
  CHECK(word.deps == "6:advmod");
  CHECK(word.misc == "_");
  REQUIRE(sentence.multiword_tokens.size() == 2);
  CHECK(sentence.multiword_tokens[1].first == 4);
  CHECK(sentence.multiword_tokens[1].last == 5);
  CHECK(sentence.multiword_tokens[1].form == "didn't");
  CHECK(word.space_after);
  CHECK_FALSE(sentence.words[8].space_after);
  CHECK_FALSE(sentence.words[9].space_after);
}

TEST_CASE("What was read is written byte for byte", "[conllu]") {
  const auto written = [](const std::string& content) {
    std::string out;
    for (const Document& document : ParseConllu("f", content).documents) out += ToConllu(document);
    return out;
  };
  CHECK(written(kConlluSample) == kConlluSample);
  // No comments at all, a feature on a multiword token, empty nodes before the first word and
  // inside a multiword token.
  const std::string bare =
      "0.1\tIt\tit\tPRON\tPRP\t_\t_\t_\t2:nsubj\t_\n"
      "1-2\tgonna\t_\t_\t_\tTypo=Yes\t_\t_\t_\t_\n"
      "1\tgon\tgo\tVERB\t_\t_\t0\troot\t_\t_\n"
      "1.1\tx\tx\tX\t_\t_\t_\t_\t1:dep\t_\n"
      "1.2\ty\ty\tX\t_\t_\t_\t_\t1:dep\t_\n"
      "2\tna\tto\tPART\t_\t_\t1\tmark\t_\t_\n"
      "\n";
  CHECK(written(bare) == bare);
  CHECK(written(bare + bare) == bare + bare);
}

TEST_CASE("Without sent_id and text comments, place and forms stand in", "[conllu]") {
  const Treebank treebank = ParseConllu("x.conllu",
                                        "1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n"
                                        "1\tdo\tdo\tAUX\t_\t_\t0\troot\t_\t_\n"
                                        "2\tn't\tnot\tPART\t_\t_\t1\tadvmod\t_\t_\n"
                                        "3\t!\t!\tPUNCT\t_\t_\t1\tpunct\t_\t_\n"
                                        "4\tYes\tyes\tINTJ\t_\t_\t1\tdiscourse\t_\t_\n"
                                        "\n");
  REQUIRE(treebank.documents.size() == 1);
  CHECK(treebank.documents[0].id.empty());
  CHECK_FALSE(treebank.documents[0].has_coreference);
  const Sentence& sentence = treebank.documents[0].sentences.at(0);
  CHECK(sentence.id == "x.conllu:2");
  CHECK(sentence.text == "don't! Yes");
  CHECK(sentence.words[0].space_after);
  CHECK_FALSE(sentence.words[1].space_after);  // from the multiword token that it ends
  CHECK(sentence.words[3].space_after);
}

}  // namespace
}  // namespace headscope
