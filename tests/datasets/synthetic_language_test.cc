#include "datasets/synthetic_language.h"

#include <string>
#include <vector>

#include "datasets/commands.h"
#include "datasets/conllu_writer.h"
#include "model/base/file.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

std::string FirstDocuments(const SyntheticLanguage& language, uint64_t n) {
  std::string bytes;
  for (uint64_t i = 0; i < n; ++i) bytes += ToConllu(language.MakeDocument(i));
  return bytes;
}

TEST_CASE("The synthetic language passes data check, and the reader finds what the generator knew",
          "[synthetic]") {
  const SyntheticLanguage language(1);
  const TemporaryDirectory folder;
  const std::string path = folder.Path("synthetic.conllu");
  WriteFileAtomically(path, FirstDocuments(language, 300));
  CHECK(CheckConllu(path) == std::vector<std::string>{});
  const Treebank read = ReadConllu(path);
  REQUIRE(read.documents.size() == 300);
  std::string written;
  for (const Document& document : read.documents) written += ToConllu(document);
  CHECK((written == ReadFile(path)));  // in brackets: megabytes are not printed
  for (uint64_t d = 0; d < 300; ++d) {
    const Document made = language.MakeDocument(d);
    const Document& found = read.documents[d];
    REQUIRE(found.id == made.id);
    REQUIRE(found.sentences.size() == made.sentences.size());
    for (size_t s = 0; s < made.sentences.size(); ++s) {
      const Sentence &a = made.sentences[s], &b = found.sentences[s];
      REQUIRE((a.id == b.id && a.text == b.text && a.words.size() == b.words.size() &&
               a.multiword_tokens.size() == b.multiword_tokens.size()));
      for (size_t w = 0; w < a.words.size(); ++w) {
        const Word &x = a.words[w], &y = b.words[w];
        REQUIRE((x.form == y.form && x.lemma == y.lemma && x.upos == y.upos && x.xpos == y.xpos &&
                 x.feats == y.feats && x.head == y.head && x.deprel == y.deprel &&
                 x.misc == y.misc && x.space_after == y.space_after));
      }
    }
    REQUIRE(found.mentions.size() == made.mentions.size());
    for (size_t m = 0; m < made.mentions.size(); ++m) {
      const Mention &a = made.mentions[m], &b = found.mentions[m];
      INFO(made.id << " mention " << m << " of sentence " << a.sentence);
      REQUIRE((a.sentence == b.sentence && a.first == b.first && a.last == b.last &&
               a.head == b.head && a.entity == b.entity && a.type == b.type && a.link == b.link));
    }
  }
}

TEST_CASE("A synthetic document is a function of seed and index alone", "[synthetic]") {
  const SyntheticLanguage language(1);
  const std::string forward = FirstDocuments(language, 20);
  std::string backward;
  for (uint64_t i = 20; i-- > 0;) {
    backward.insert(0, ToConllu(SyntheticLanguage(1).MakeDocument(i)));
  }
  CHECK(forward == backward);
  CHECK(ToConllu(SyntheticLanguage(2).MakeDocument(0)) != ToConllu(language.MakeDocument(0)));
  const uint64_t far = (uint64_t{1} << 47) - 1;
  CHECK(ToConllu(language.MakeDocument(far)) == ToConllu(language.MakeDocument(far)));
  CHECK_THROWS_WITH(language.MakeDocument(far + 1), ContainsSubstring("below 2^47"));
}

TEST_CASE("The bytes of the synthetic language are those of every other machine", "[synthetic]") {
  CHECK(Sha256(FirstDocuments(SyntheticLanguage(1), 100)) ==
        "d8e881d38a5444f6e88d99f5d4525466729fa6270d73d2a34292ecdc1f8cefd0");
}

TEST_CASE("The command line's default has the hash that the README gives", "[synthetic]") {
  const TemporaryDirectory folder;
  const std::string path = folder.Path("synthetic.conllu");
  Program program("test");
  AddDatasetCommands(program.Root());
  REQUIRE_NOTHROW(program.Run({"data", "synth", "--out", path}));
  const std::string readme = ReadFile("README.md");  // tests run from the repository's root
  CHECK_THAT(readme, ContainsSubstring("`" + Sha256(ReadFile(path)) + "`"));
}

}  // namespace
}  // namespace headscope
