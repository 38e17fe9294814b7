#include "datasets/download.h"

#include <filesystem>
#include <set>
#include <string>

#include "datasets/sentiment_trees.h"
#include "model/base/file.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

struct Mirror {
  TemporaryDirectory folder;
  std::string content = "some text\n";
  RemoteFile file{"corpus/text.txt", "", Sha256(content), content.size()};
  std::string target = folder.Path("data");
  std::string path = target + "/corpus/text.txt", part = path + ".part";

  Mirror() { Serve(content); }
  void Serve(const std::string& bytes) {
    fs::create_directories(folder.Path("mirror/corpus"));
    WriteFileAtomically(folder.Path("mirror/corpus/text.txt"), bytes);
    file.url = "file://" + folder.Path("mirror/corpus/text.txt");
  }
  FetchResult Fetch() const { return FetchFile(file, target, "", false); }
};

TEST_CASE("A file is fetched once", "[fetch]") {
  const Mirror mirror;
  CHECK(mirror.Fetch() == FetchResult::kFetched);
  CHECK(ReadFile(mirror.path) == mirror.content);
  CHECK(!fs::exists(mirror.part));
  CHECK(mirror.Fetch() == FetchResult::kWasThere);
}

TEST_CASE("A download that was cut off goes on where it stopped", "[fetch]") {
  Mirror mirror;
  fs::create_directories(mirror.target + "/corpus");
  WriteFileAtomically(mirror.part, mirror.content.substr(0, 4));
  // Had it begun anew, the wrong first bytes would be seen.
  mirror.Serve("SOME" + mirror.content.substr(4));
  CHECK(mirror.Fetch() == FetchResult::kFetched);
  CHECK(ReadFile(mirror.path) == mirror.content);
}

TEST_CASE("What has a wrong hash or size never gets its name", "[fetch]") {
  Mirror mirror;
  for (const std::string& wrong :
       {std::string("some tExt\n"), std::string("short"), std::string(100'000, 'x')}) {
    mirror.Serve(wrong);
    INFO(wrong.size() << " bytes");
    CHECK_THROWS_WITH(mirror.Fetch(), ContainsSubstring("nothing was kept"));
    CHECK(!fs::exists(mirror.path));
    CHECK(!fs::exists(mirror.part));
  }
  // One that is there and wrong is replaced.
  mirror.Serve(mirror.content);
  WriteFileAtomically(mirror.path, "spoilt");
  CHECK(mirror.Fetch() == FetchResult::kFetched);
  CHECK(ReadFile(mirror.path) == mirror.content);
}

TEST_CASE("What is not there is named, and so is a mirror", "[fetch]") {
  Mirror mirror;
  mirror.file.url = "file:///nowhere/text.txt";
  CHECK_THROWS_WITH(
      mirror.Fetch(),
      ContainsSubstring("file:///nowhere/text.txt: could not be fetched (curl: (37)"));
  CHECK(FetchFile(mirror.file, mirror.target, "file://" + mirror.folder.Path("mirror"), false) ==
        FetchResult::kFetched);
}

TEST_CASE("A corpus is fetched whole: licence first, derived files made and checked", "[fetch]") {
  const Mirror mirror;
  const std::string tree = "(3 (2 A) (4 (3 good) (2 film)))\n";
  fs::create_directories(mirror.folder.Path("mirror/sst"));
  WriteFileAtomically(mirror.folder.Path("mirror/sst/trees.txt"), tree);
  Corpus corpus{"sst",
                "research only",
                {{"sst/trees.txt", "unused", Sha256(tree), tree.size()}},
                {{"sst/train.tsv", "sst/trees.txt", SentenceTable,
                  Sha256("label\tsentence\n1\tA good film\n")}},
                ""};
  std::vector<std::string> lines;
  const auto fetch = [&] {
    FetchCorpus(corpus, mirror.target, "file://" + mirror.folder.Path("mirror"), false,
                [&](const std::string& line) { lines.push_back(line); });
  };
  fetch();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "sst: licence: research only");
  CHECK(ReadFile(mirror.target + "/sst/train.tsv") == "label\tsentence\n1\tA good film\n");
  corpus.derived[0].sha256 = std::string(64, '0');
  corpus.derived[0].path = "sst/other.tsv";
  CHECK_THROWS_WITH(fetch(), ContainsSubstring("nothing was kept"));
  CHECK(!fs::exists(mirror.target + "/sst/other.tsv"));
}

TEST_CASE("The list of corpora is sound", "[fetch]") {
  std::set<std::string> paths;
  for (const Corpus& corpus : Corpora()) {
    CHECK(!corpus.licence.empty());
    CHECK((corpus.files.empty() == !corpus.not_published.empty()));
    for (const RemoteFile& file : corpus.files) {
      INFO(file.path);
      CHECK(file.path.starts_with(corpus.name + "/"));
      CHECK(file.url.starts_with("https://"));
      CHECK(file.sha256.size() == 64);
      CHECK(file.bytes > 0);
      CHECK(file.bytes < 100'000'000);
      CHECK(paths.insert(file.path).second);
    }
    for (const DerivedFile& file : corpus.derived) CHECK(paths.contains(file.source));
  }
  CHECK_THROWS_WITH(FindCorpus("sst3"),
                    ContainsSubstring("sst2, ") && ContainsSubstring("\"sst3\""));
}

TEST_CASE("Sentiment trees are read as tables", "[fetch]") {
  const std::string trees =
      "(3 (2 It) (4 (3 -LRB-good-RRB-) (2 8\xc2\xa0"
      "1\\/2)))\n(1 bad)\n(2 (2 so) (3 good))\n";
  CHECK(SentenceTable(trees, "t") == "label\tsentence\n1\tIt (good) 8 1/2\n0\tbad\n");
  CHECK(PhraseTable(trees, "t") ==
        "label\tphrase\n1\tIt (good) 8 1/2\n1\t(good) 8 1/2\n1\t(good)\n0\tbad\n1\tgood\n");
  CHECK_THROWS_WITH(SentenceTable("(1 a)\n(1 b", "t"),
                    ContainsSubstring("t:2: expected a closing bracket at column 5"));
  CHECK_THROWS_WITH(SentenceTable("(7 a)\n", "t"), ContainsSubstring("a label from 0 to 4"));
  CHECK_THROWS_WITH(SentenceTable(std::string(1, '\n'), "t"), ContainsSubstring("t:1: "));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "(1 ";
  CHECK_THROWS_WITH(SentenceTable(deep, "t"), ContainsSubstring("a tree of less depth"));
}

}  // namespace
}  // namespace headscope
