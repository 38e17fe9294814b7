#include "datasets/ngram_overlap.h"

#include <set>
#include <string>
#include <vector>

#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("A shared run is found across case, punctuation and lines, not across documents",
          "[overlap]") {
  NgramOverlap overlap(3);
  overlap.AddProbeUnit("The old man sleeps.", "one");
  overlap.AddProbeUnit("Café life", "two");
  overlap.EndProbeDocument();
  overlap.AddProbeUnit("never ends", "three");
  overlap.EndProbeDocument();
  overlap.AddText("he saw the OLD");
  overlap.AddText("-- man, who never slept");
  overlap.EndTextDocument();
  overlap.AddText("man");
  overlap.EndTextDocument();
  overlap.AddText("sleeps cafe; life never ends");
  const OverlapCounts counts = overlap.Count();
  CHECK(counts.probe_words == 8);
  CHECK(counts.runs == 4);  // of the first document; the second is too short
  CHECK(counts.shared_runs == 2);
  CHECK(counts.units == 3);
  CHECK(counts.shared_units == 2);
  CHECK(counts.text_words == 14);
  CHECK(counts.examples == std::vector<std::string>{"one: the old man", "one: sleeps cafe life"});
}

// Against the definition on random texts over few words, where runs repeat.
TEST_CASE("Shared runs are those of the definition", "[overlap]") {
  for (uint32_t trial = 0; trial < 50; ++trial) {
    RandomSequence random({5, Purpose::kTest, trial});
    const auto make = [&](size_t documents) {
      std::vector<std::vector<std::string>> text(documents);
      for (auto& document : text) {
        for (uint64_t n = random.Below(40); n > 0; --n) {
          document.push_back(std::string(1, static_cast<char>('a' + random.Below(4))));
        }
      }
      return text;
    };
    const auto probe = make(3), text = make(4);
    constexpr size_t kN = 4;
    const auto run = [](const std::vector<std::string>& words, size_t at) {
      return std::vector<std::string>(words.begin() + static_cast<std::ptrdiff_t>(at),
                                      words.begin() + static_cast<std::ptrdiff_t>(at + kN));
    };
    std::set<std::vector<std::string>> in_text;
    NgramOverlap overlap(kN);
    for (const auto& document : probe) {
      for (const std::string& word : document) overlap.AddProbeUnit(word, "u");
      overlap.EndProbeDocument();
    }
    for (const auto& document : text) {
      for (const std::string& word : document) overlap.AddText(word);
      overlap.EndTextDocument();
      for (size_t i = 0; i + kN <= document.size(); ++i) in_text.insert(run(document, i));
    }
    size_t expected = 0;
    for (const auto& document : probe) {
      for (size_t i = 0; i + kN <= document.size(); ++i) {
        expected += in_text.contains(run(document, i));
      }
    }
    INFO("trial " << trial);
    CHECK(overlap.Count().shared_runs == expected);
  }
}

}  // namespace
}  // namespace headscope
