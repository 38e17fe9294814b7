#include "datasets/task.h"

#include <filesystem>
#include <set>
#include <string>

#include "datasets/example_encoding.h"
#include "model/base/file.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

std::string Rows(const std::string& header, int count, int labels) {
  std::string text = header + "\n";
  for (int i = 0; i < count; ++i) {
    text += "row " + std::to_string(i) + "\t" + std::to_string(i % labels) + "\n";
  }
  return text;
}

TEST_CASE("A task without dev and test sets gives a tenth for each, the same every time",
          "[task]") {
  const TemporaryDirectory folder;
  const std::string train = folder.Path("train.tsv");
  WriteFileAtomically(train, Rows("text\tlabel", 200, 3));
  const TaskData task = LoadTask("tsv:" + train, "unused", {});
  CHECK(task.test.examples.size() == 20);
  CHECK(task.dev.examples.size() == 18);
  CHECK(task.train.examples.size() == 162);
  CHECK(task.labels == std::vector<std::string>{"0", "1", "2"});
  CHECK(task.notes.size() == 2);
  std::set<std::string> seen;
  for (const ExampleSet* set : {&task.train, &task.dev, &task.test}) {
    CHECK(set->labels == task.labels);
    for (const Example& example : set->examples) {
      CHECK(seen.insert(example.text).second);
      const int row = std::stoi(example.text.substr(4));
      CHECK(example.label == row % 3);
    }
  }
  CHECK(seen.size() == 200);
  CHECK(LoadTask("tsv:" + train, "unused", {}).test.examples[7].text == task.test.examples[7].text);
}

TEST_CASE("SST-2 is found in the data folder, with the names of its labels", "[task]") {
  const TemporaryDirectory folder;
  std::filesystem::create_directory(folder.Path("sst2"));
  for (const char* split : {"train", "dev", "test"}) {
    WriteFileAtomically(folder.Path("sst2/" + std::string(split) + ".tsv"),
                        "label\tsentence\n1\tgood\n0\tbad\n");
  }
  const TaskData task = LoadTask("sst2", folder.Root(), {});
  CHECK(task.labels == std::vector<std::string>{"negative", "positive"});
  CHECK(task.dev.examples[0].label == 1);
  CHECK(task.files.size() == 3);
  CHECK_THROWS_WITH(LoadTask("agnews", folder.Root(), {}),
                    ContainsSubstring("headscope data fetch ag-news"));
  CHECK_THROWS_WITH(LoadTask("sst3", folder.Root(), {}), ContainsSubstring("found \"sst3\""));
}

TEST_CASE("SST+Wiki sets a sentence of Wikipedia beside each text, from a part of its own",
          "[task]") {
  const TemporaryDirectory folder;
  std::filesystem::create_directory(folder.Path("sst2"));
  std::filesystem::create_directory(folder.Path("wikitext-2"));
  for (const char* split : {"train", "dev", "test"}) {
    WriteFileAtomically(folder.Path("sst2/" + std::string(split) + ".tsv"),
                        "label\tsentence\n1\tgood\n0\tbad\n");
  }
  // Of each file two sentences will do: not those of four words, of 41, with <unk>, without an end.
  std::string long_one;
  for (int word = 0; word < 40; ++word) long_one += "word ";
  for (const char* part : {"train", "valid", "test"}) {
    const std::string name = part;
    WriteFileAtomically(
        folder.Path("wikitext-2/" + name + ".txt"),
        " \n = A title of " + name + " = \n \n Too short here . The first of the " + name +
            " file has a well @-@ known end . It names <unk> and is left out . " + long_one +
            ". Does the second of " + name + " end , too ? What has no end is no sentence\n");
  }
  const TaskData task = LoadTask("sst2+wiki", folder.Root(), {});
  CHECK(task.HasPairs());
  CHECK(task.files.size() == 6);
  const auto check = [](const ExampleSet& set, const std::string& part) {
    std::vector<std::string> seconds;
    for (const Example& example : set.examples) seconds.push_back(example.second_text);
    std::sort(seconds.begin(), seconds.end());
    CHECK(seconds ==
          std::vector<std::string>{"Does the second of " + part + " end , too ?",
                                   "The first of the " + part + " file has a well-known end ."});
    CHECK(set.examples[0].text == "good");
  };
  check(task.train, "train");
  check(task.dev, "valid");
  check(task.test, "test");
  const TaskData again = LoadTask("sst2+wiki", folder.Root(), {});
  CHECK(again.train.examples[0].second_text == task.train.examples[0].second_text);
  WriteFileAtomically(folder.Path("wikitext-2/valid.txt"), " = A title = \n One <unk> only .\n");
  CHECK_THROWS_WITH(LoadTask("sst2+wiki", folder.Root(), {}),
                    ContainsSubstring("valid.txt: expected 2 sentences of 5 to 40 words, found 0"));
  std::filesystem::remove(folder.Path("wikitext-2/valid.txt"));
  CHECK_THROWS_WITH(LoadTask("sst2+wiki", folder.Root(), {}),
                    ContainsSubstring("headscope data fetch wikitext-2"));
}

TEST_CASE("A dev set with a label that training lacks is refused, and so is one label", "[task]") {
  const TemporaryDirectory folder;
  WriteFileAtomically(folder.Path("two.tsv"), Rows("text\tlabel", 40, 2));
  WriteFileAtomically(folder.Path("three.tsv"), Rows("text\tlabel", 40, 3));
  WriteFileAtomically(folder.Path("one.tsv"), Rows("text\tlabel", 40, 1));
  CHECK_THROWS_WITH(
      LoadTask("tsv:" + folder.Path("two.tsv") + "," + folder.Path("three.tsv"), "", {}),
      ContainsSubstring("expected one of the labels '0, 1', found '2'"));
  CHECK_THROWS_WITH(LoadTask("tsv:" + folder.Path("one.tsv"), "", {}),
                    ContainsSubstring("at least two labels"));
}

using Ids = std::vector<int32_t>;

TEST_CASE("Truncation keeps the head, the tail, or a quarter and the rest", "[encoding]") {
  const Ids text{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const auto cut = [&](Truncation truncation, size_t length) {
    Ids ids = text;
    Truncate(truncation, length, ids);
    return ids;
  };
  CHECK(cut(Truncation::kHead, 4) == Ids{0, 1, 2, 3});
  CHECK(cut(Truncation::kTail, 4) == Ids{6, 7, 8, 9});
  CHECK(cut(Truncation::kHeadAndTail, 4) == Ids{0, 7, 8, 9});
  CHECK(cut(Truncation::kHeadAndTail, 10) == text);
}

TEST_CASE("Examples are encoded with their special pieces and segments; cuts are counted",
          "[encoding]") {
  const WordPiece word_piece({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c"});
  ExampleSet set;
  set.labels = {"x"};
  set.examples.push_back({.text = "a b c a", .label = 0});
  set.examples.push_back({.text = "a b c a b", .second_text = "c c", .label = 0});
  const EncodedSet all = EncodeExamples(word_piece, set, 32, Truncation::kHead);
  CHECK(all.truncated == 0);
  CHECK(all.examples[0].ids == Ids{2, 5, 6, 7, 5, 3});
  CHECK(all.examples[0].second_begin == 0);
  CHECK(all.examples[1].ids == Ids{2, 5, 6, 7, 5, 6, 3, 7, 7, 3});
  CHECK(all.examples[1].second_begin == 7);
  const EncodedSet cut = EncodeExamples(word_piece, set, 7, Truncation::kHead);
  CHECK(cut.examples[0].ids.size() == 6);
  CHECK(cut.examples[1].ids == Ids{2, 5, 6, 3, 7, 7, 3});
  CHECK(cut.truncated == 1);
  CHECK(cut.pieces == 11);
  CHECK(cut.pieces_cut == 3);
  CHECK_THROWS_WITH(EncodeExamples(word_piece, set, 4, Truncation::kHead),
                    ContainsSubstring("at least 5"));
}

}  // namespace
}  // namespace headscope
