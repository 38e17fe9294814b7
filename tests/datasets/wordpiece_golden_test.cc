// Parity with HuggingFace's BertTokenizerFast, id by id; tests/goldens/make_wordpiece_goldens.py
// made the golden.
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "datasets/wordpiece.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Every line of the golden encodes as HuggingFace encodes it", "[wordpiece]") {
  const std::string vocab = "tests/goldens/wordpiece_vocab.txt";
  const WordPiece lower = WordPiece::FromFile(vocab);
  const WordPiece cased = WordPiece::FromFile(vocab, false);
  std::ifstream golden("tests/goldens/wordpiece_golden.jsonl");
  REQUIRE(golden);
  size_t lines = 0, cased_lines = 0, different = 0;
  for (std::string line; std::getline(golden, line);) {
    const nlohmann::json row = nlohmann::json::parse(line);
    const auto text = row[0].get<std::string>();
    INFO("line " << lines + 1 << ": " << text);
    const bool same = lower.Encode(text).ids == row[1].get<std::vector<int32_t>>();
    CHECK(same);
    ++lines;
    different += !same;
    if (row.size() < 3) continue;
    CHECK(cased.Encode(text).ids == row[2].get<std::vector<int32_t>>());
    ++cased_lines;
  }
  CHECK(lines >= 2000);
  CHECK(cased_lines >= 400);
  CHECK(different == 0);
}

}  // namespace
}  // namespace headscope
