#include "datasets/check_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "datasets/commands.h"
#include "datasets/conllu_writer.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "tests/datasets/conllu_sample.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// A file of the system's temporary folder that is gone after the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content)
      : path_(std::filesystem::temp_directory_path() /
              fmt::format("headscope-check-{}.conllu", getpid())) {
    WriteFileAtomically(path_, content);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& Path() const { return path_; }

 private:
  std::string path_;
};

TEST_CASE("A sound file is counted", "[check]") {
  const TemporaryFile file(kConlluSample);
  std::ostringstream out;
  CHECK(CheckFiles({file.Path()}, out) == 0);
  CHECK(out.str() == file.Path() +
                         ": 2 documents, 3 sentences, 30 words, 2 multiword tokens, 1 empty nodes, "
                         "11 mentions, 5 chains\n");
}

TEST_CASE("Every defect of every file is listed and the command fails", "[check]") {
  const TemporaryFile file("1\ta\tb\n\n\n1\tw\tw\tX\t_\t_\t7\tdep\t_\t_\n\n");
  std::ostringstream out;
  const size_t defects = CheckFiles({file.Path(), file.Path() + ".absent"}, out);
  const std::string report = out.str();
  CHECK_THAT(report,
             ContainsSubstring(file.Path() + ":1: expected 10 tab-separated columns, found 3"));
  CHECK_THAT(report, ContainsSubstring(file.Path() + ":3: "));
  CHECK_THAT(report, ContainsSubstring(file.Path() + ":4: expected a HEAD from 0 to 1, found 7"));
  CHECK_THAT(report, ContainsSubstring(".absent: cannot open"));
  CHECK(static_cast<size_t>(std::count(report.begin(), report.end(), '\n')) == defects);

  Program program("test");
  AddDatasetCommands(program.Root());
  std::ostringstream sink;
  std::streambuf* const standard = std::cout.rdbuf(sink.rdbuf());
  CHECK_THROWS_WITH(program.Run({"data", "check", file.Path()}),
                    ContainsSubstring("defects in 1 file"));
  std::cout.rdbuf(standard);
  CHECK_FALSE(sink.str().empty());
}

// The corpora's own tables, where they lie beside the checkout.
struct CorpusCounts {
  const char* file;
  size_t documents, sentences, words, multiword_tokens, empty_nodes, mentions, chains, singletons;
};

TEST_CASE("GUM and EWT hold what their releases say", "[check][corpora][slow]") {
  const char* folder = std::getenv("HEADSCOPE_DATA");
  const std::string data = folder != nullptr ? folder : "../shared/data";
  if (!std::filesystem::exists(data + "/ud-english-gum")) {
    WARN("skipped: no corpora in " << data << " (set HEADSCOPE_DATA)");
    return;
  }
  const auto expected = GENERATE(values<CorpusCounts>({
      {"gum/en_gum-ud-train", 165, 9521, 164020, 2810, 88, 46028, 23962, 17499},
      {"gum/en_gum-ud-dev", 26, 1341, 23909, 454, 12, 6688, 3296, 2410},
      {"gum/en_gum-ud-test", 26, 1285, 23991, 324, 15, 6773, 3766, 2845},
      {"ewt/en_ewt-ud-train", 540, 12544, 204578, 2614, 37, 0, 0, 0},
      {"ewt/en_ewt-ud-dev", 318, 2001, 25149, 359, 4, 0, 0, 0},
      {"ewt/en_ewt-ud-test", 316, 2077, 25094, 354, 2, 0, 0, 0},
  }));
  CAPTURE(expected.file);
  const std::string path = data + "/ud-english-" + expected.file + ".conllu";
  CHECK(CheckConllu(path).empty());
  std::string written;
  VisitConllu(path, [&](const Document& document) { written += ToConllu(document); });
  CHECK((written == ReadFile(path)));  // in brackets: megabytes are not printed
  const TreebankCounts counts = CountTreebank(ReadConllu(path));
  CHECK(counts.documents == expected.documents);
  CHECK(counts.sentences == expected.sentences);
  CHECK(counts.words == expected.words);
  CHECK(counts.multiword_tokens == expected.multiword_tokens);
  CHECK(counts.empty_nodes == expected.empty_nodes);
  CHECK(counts.mentions == expected.mentions);
  CHECK(counts.chains == expected.chains);
}

}  // namespace
}  // namespace headscope
