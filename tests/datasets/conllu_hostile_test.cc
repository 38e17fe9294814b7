// CoNLL-U that nobody would write: lines of ten megabytes, and a sound file edited at random.
#include <algorithm>
#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "model/base/error.h"
#include "model/base/random.h"
#include "tests/datasets/conllu_sample.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Lines of ten megabytes are read, and refused in one short line", "[conllu]") {
  const std::string huge(size_t{10} << 20, 'x');
  const std::string good = "1\t" + huge + "\t_\tX\t_\t_\t0\troot\t_\t_\n\n";
  CHECK(ParseConllu("f", good).documents[0].sentences[0].words[0].form.size() == huge.size());
  for (const std::string& bad : {huge + "\n\n", "1\t" + huge + " \t_\tX\t_\t_\t0\troot\t_\t_\n\n",
                                 "1\tx\t_\tX\t_\t_\t0\troot\t_\tEntity=" + huge + "\n\n",
                                 "# global.Entity = " + huge + "\n" + good}) {
    const std::string error = FirstError(bad);
    CHECK_FALSE(error.empty());
    CHECK(error.size() < 250);
  }
}

// One random edit of the text: flip, insert, delete or double a stretch, or swap in a byte that
// matters.
std::string Mutated(std::string text, RandomSequence& random) {
  static constexpr char kTelling[] = "\t\n\r #()-.|=_0123456789\xC3\xA9\xFF\0x";
  const size_t at = random.Below(text.size());
  const size_t length = std::min<size_t>(1 + random.Below(20), text.size() - at);
  const char telling = kTelling[random.Below(sizeof(kTelling) - 1)];
  switch (random.Below(6)) {
    case 0:
      text[at] = static_cast<char>(random.Below(256));
      break;
    case 1:
      text[at] = telling;
      break;
    case 2:
      text.insert(at, 1, telling);
      break;
    case 3:
      text.erase(at, length);
      break;
    case 4:
      text.insert(random.Below(text.size()), text.substr(at, length));
      break;
    default: {
      const size_t line = text.find('\n', at);  // a whole line moves or doubles
      if (line == std::string::npos) break;
      const size_t end = text.find('\n', line + 1);
      if (end == std::string::npos) break;
      const std::string copy = text.substr(line, end - line);
      if (random.Chance(0.5)) text.erase(line, end - line);
      const size_t target = text.find('\n', random.Below(text.size()));
      if (target != std::string::npos) text.insert(target, copy);
    }
  }
  return text;
}

void CheckInvariants(const Treebank& treebank) {
  for (const Document& document : treebank.documents) {
    for (const Sentence& sentence : document.sentences) {
      REQUIRE_FALSE(sentence.words.empty());
      for (const Word& word : sentence.words) {
        REQUIRE(word.head >= 0);
        REQUIRE(static_cast<size_t>(word.head) <= sentence.words.size());
      }
    }
    for (const Mention& mention : document.mentions) {
      REQUIRE(mention.sentence < document.sentences.size());
      REQUIRE(mention.first <= mention.head);
      REQUIRE(mention.head <= mention.last);
      REQUIRE(mention.last < document.sentences[mention.sentence].words.size());
    }
  }
}

TEST_CASE("Mutated files are read or refused with a place, never anything else", "[conllu][fuzz]") {
  size_t accepted = 0, refused = 0;
  for (uint32_t round = 0; round < 20000; ++round) {
    RandomSequence random({.seed = 11, .purpose = Purpose::kTest, .step = round});
    std::string content = kConlluSample;
    const uint64_t edits = 1 + random.Below(4);
    for (uint64_t i = 0; i < edits && !content.empty(); ++i) content = Mutated(content, random);
    const std::vector<std::string> defects = CheckConlluContent("f", content);
    try {
      CheckInvariants(ParseConllu("f", content));
      ++accepted;
    } catch (const Error& error) {  // anything else ends the test
      ++refused;
      const std::string message = error.what();
      REQUIRE(message.starts_with("f:"));
      REQUIRE(message.find('\n') == std::string::npos);
      // Checking names at least what reading stumbles over.
      REQUIRE(std::find(defects.begin(), defects.end(), message) != defects.end());
    }
  }
  CHECK(accepted > 1000);
  CHECK(refused > 5000);
}

}  // namespace
}  // namespace headscope
