#include "datasets/conllu.h"

#include "model/base/error.h"
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
  CHECK(sentence.num_empty_nodes == 1);
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

}  // namespace
}  // namespace headscope
