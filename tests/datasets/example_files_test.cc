#include "datasets/example_files.h"

#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/hostile_bytes.h"

namespace headscope {
namespace {

using Catch::Matchers::Equals;
using Strings = std::vector<std::string>;

ExampleSet Read(const std::string& text, RecordFormat format, const ExampleColumns& columns = {}) {
  std::istringstream stream(text);
  return ReadExamples(stream, "t", format, columns);
}

// "LABEL:text|second" of every example.
Strings Shown(const ExampleSet& set) {
  Strings shown;
  for (const Example& example : set.examples) {
    std::string text = example.label < 0 ? "" : set.labels[static_cast<size_t>(example.label)];
    text += ":" + example.text;
    if (!example.second_text.empty()) text += "|" + example.second_text;
    shown.push_back(text);
  }
  return shown;
}

const std::string kTsv = "label\ttext\n1\tIt 's \"good\" .\n0\t bad \n1\tgood\n";
const std::string kCsv = "id,text,label\n7,\"a, b \"\"c\"\"\n d\",x\r\n8,plain,y\n";
const std::string kJson =
    "{\"text\": \"a\\u00e9\", \"n\": 3, \"label\": true}\n"
    "{\"label\": 2, \"text\": \"b\"}\n";

TEST_CASE("Tables with named columns are read in every format", "[examples]") {
  CHECK(Shown(Read(kTsv, RecordFormat::kTsv)) == Strings{"1:It 's \"good\" .", "0:bad", "1:good"});
  const ExampleSet csv =
      Read(kCsv, RecordFormat::kCsv, {.text = "text", .label = "label", .id = "id"});
  CHECK(Shown(csv) == Strings{"x:a, b \"c\"\n d", "y:plain"});
  CHECK(csv.examples[0].id == "7");
  CHECK(Shown(Read(kJson, RecordFormat::kJsonLines)) == Strings{"true:a\u00e9", "2:b"});
  CHECK(Shown(Read("a\tb\nx\ty\n", RecordFormat::kTsv,
                   {.text = "a", .second = "b", .label = ""})) == Strings{":x|y"});
}

TEST_CASE("Byte-order mark, CR LF and a missing last line end change nothing", "[examples]") {
  std::string dos;
  for (const char c : kTsv) dos += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Strings expected = Shown(Read(kTsv, RecordFormat::kTsv));
  CHECK(Shown(Read("\xef\xbb\xbf" + dos, RecordFormat::kTsv)) == expected);
  CHECK(Shown(Read(kTsv.substr(0, kTsv.size() - 1), RecordFormat::kTsv)) == expected);
  CHECK(Shown(Read(kTsv + "\n\n", RecordFormat::kTsv)) == expected);
}

TEST_CASE("What is dropped is counted", "[examples]") {
  const ExampleSet set = Read("text\tlabel\na\t1\n \t0\n\t1\nb\t0\n", RecordFormat::kTsv);
  CHECK(set.report.ToString() == "4 rows, dropped 2 (empty text 2)");
  CHECK(set.LabelCounts() == std::vector<size_t>{1, 1});
}

TEST_CASE("Unsound tables are refused by line", "[examples]") {
  const auto tsv = [](const std::string& text) { return Read(text, RecordFormat::kTsv); };
  CHECK_THROWS_WITH(tsv("text\tlabel\na\t1\nb\n"),
                    Equals("t:3: expected 2 fields as in the first record, found 1"));
  CHECK_THROWS_WITH(tsv("text\tlabel\na\t1\nb\xc3(\t0\n"),
                    Equals("t:3: expected valid UTF-8, found byte C3 at column 2"));
  CHECK_THROWS_WITH(tsv(std::string("text\tlabel\na\0\t1\n", 16)),
                    ContainsSubstring("t:2: ") && ContainsSubstring("NUL"));
  CHECK_THROWS_WITH(tsv("text\tlabel\na\t\n"), Equals("t:2: expected a label, found none"));
  CHECK_THROWS_WITH(tsv("sentence\tlabel\na\t1\n"),
                    Equals("t: expected a column \"text\", found 'sentence, label'"));
  CHECK_THROWS_WITH(tsv(""), Equals("t: expected records, found none"));
  const auto csv = [](const std::string& text) { return Read(text, RecordFormat::kCsv); };
  CHECK_THROWS_WITH(csv("text,label\n\"a,1\nb,2\n"),
                    ContainsSubstring("t:2: expected a closing quote"));
  CHECK_THROWS_WITH(csv("text,label\n\"a\"b,1\n"), ContainsSubstring("t:2: expected a comma"));
  CHECK_THROWS_WITH(csv("text,label\na\"b,1\n"),
                    ContainsSubstring("t:2: expected a field in quotes or without any"));
  const auto json = [](const std::string& text) { return Read(text, RecordFormat::kJsonLines); };
  CHECK_THROWS_WITH(json(kJson + "{\"text\": 1}\n"),
                    Equals("t:3: expected a key \"label\", found none"));
  CHECK_THROWS_WITH(json(kJson + "[1]\n"), ContainsSubstring("t:3: expected one JSON object"));
  CHECK_THROWS_WITH(json(kJson + "{\"text\": \"a\n"), ContainsSubstring("t:3: "));
  CHECK_THROWS_WITH(json(std::string(500'000, '[')), ContainsSubstring("t:1: "));
  CHECK_THROWS_WITH(json("{\"text\":" + std::string(400'000, '[')), ContainsSubstring("t:1: "));
}

// A line of ten megabytes is refused after the first: the stream is not read to its end.
TEST_CASE("Ten megabytes without a line end are refused in bounded memory", "[examples]") {
  for (const RecordFormat format :
       {RecordFormat::kTsv, RecordFormat::kCsv, RecordFormat::kJsonLines}) {
    const std::string head = format == RecordFormat::kJsonLines ? kJson : "text,\tlabel\n";
    std::istringstream stream(head + std::string(10'000'000, 'x') + "\n");
    CHECK_THROWS_WITH(ReadExamples(stream, "t", format, {.text = "text", .label = ""}),
                      ContainsSubstring("expected a line of at most 1048576 bytes") ||
                          ContainsSubstring("expected a column"));
    CHECK((stream.eof() || stream.tellg() < 2'000'000));
  }
  // A quote that stays open over many lines as well.
  std::string open = "text,label\n\"";
  for (int i = 0; i < 1'000'000; ++i) open += "lines\n";
  std::istringstream stream(open);
  CHECK_THROWS_WITH(ReadExamples(stream, "t", RecordFormat::kCsv, {}),
                    ContainsSubstring("t:2: expected a closing quote within 1048576 bytes"));
  CHECK(stream.tellg() < 2'000'000);
}

TEST_CASE("Readers of examples survive damaged files", "[examples][fuzz]") {
  const ExampleColumns columns{.text = "text", .label = "label"};
  const auto reader = [&](RecordFormat format) {
    return [&columns, format](std::istream& stream, const std::string& path) {
      ReadExamples(stream, path, format, columns);
    };
  };
  CHECK(SurvivesDamage(kTsv, reader(RecordFormat::kTsv), 1) > 50);
  CHECK(SurvivesDamage(kCsv, reader(RecordFormat::kCsv), 2) > 50);
  CHECK(SurvivesDamage(kJson, reader(RecordFormat::kJsonLines), 3) > 50);
  const std::string ag = "\"3\",\"Title\",\"A \"\"b\"\" c\"\n\"1\",\"\",\"text\"\n";
  CHECK(SurvivesDamage(
            ag, [](std::istream& s, const std::string& p) { ReadAgNews(s, p); }, 4) > 50);
}

TEST_CASE("AG News is read in both layouts", "[examples]") {
  const std::string rows =
      "\"3\",\"Oil up\",\"Prices \"\"soar\"\"\"\n\"1\",\"\",\"News, all in one\"\n";
  for (const std::string& text : {rows, "Class Index,Title,Description\n" + rows,
                                  std::string("Class Index,Title,Description\n3,Oil up,\"Prices "
                                              "\"\"soar\"\"\"\n1,,\"News, all in one\"\n")}) {
    std::istringstream stream(text);
    const ExampleSet set = ReadAgNews(stream, "ag");
    CHECK(Shown(set) == Strings{"Business:Oil up Prices \"soar\"", "World:News, all in one"});
    CHECK(set.report.rows == 2);
  }
  std::istringstream wrong("\"5\",\"a\",\"b\"\n");
  CHECK_THROWS_WITH(ReadAgNews(wrong, "ag"),
                    Equals("ag:1: expected a class from 1 to 4, found '5'"));
}

TEST_CASE("Labels are renumbered, others dropped and counted or refused", "[examples]") {
  const std::string text = "text\tlabel\na\tBusiness\nb\tSports\nc\tWorld\n";
  ExampleSet set = Read(text, RecordFormat::kTsv);
  RenumberLabels({"World", "Business"}, {"w", "b"}, true, "t", set);
  CHECK(Shown(set) == Strings{"b:a", "w:c"});
  CHECK(set.report.ToString() == "3 rows, dropped 1 (other classes 1)");
  ExampleSet strict = Read(text, RecordFormat::kTsv);
  CHECK_THROWS_WITH(
      RenumberLabels({"World", "Business"}, {"w", "b"}, false, "t", strict),
      Equals("t: expected one of the labels 'World, Business', found 'Sports' in t:3"));
  CHECK(SortedLabels({"10", "9", "-1"}) == Strings{"-1", "9", "10"});
  CHECK(SortedLabels({"b", "10", "9"}) == Strings{"10", "9", "b"});
}

TEST_CASE("Minimal pairs keep their paradigm", "[examples]") {
  std::istringstream stream(
      "{\"sentence_good\": \"She sleeps.\", \"sentence_bad\": \"She sleep.\", \"UID\": "
      "\"agreement\", "
      "\"one_prefix_method\": true, \"pairID\": \"12\"}\n");
  const ExampleSet set = ReadMinimalPairs(stream, "b");
  REQUIRE(set.examples.size() == 1);
  CHECK(set.examples[0].text == "She sleeps.");
  CHECK(set.examples[0].second_text == "She sleep.");
  CHECK(set.examples[0].group == "agreement");
  CHECK(set.examples[0].id == "agreement:12");
  CHECK(set.examples[0].label == -1);
}

}  // namespace
}  // namespace headscope
