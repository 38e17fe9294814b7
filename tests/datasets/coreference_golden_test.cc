// Mentions against an independent reading (tests/goldens/make_conllu_goldens.py), and the corpora's
// words against the tables of their own README.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "datasets/conllu.h"
#include "model/base/file.h"
#include "tests/datasets/conllu_sample.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

std::string DataFolder() {
  const char* folder = std::getenv("HEADSCOPE_DATA");
  return folder != nullptr ? folder : "../shared/data";
}

std::string Listing(const Treebank& treebank) {
  std::ostringstream out;
  for (const Document& document : treebank.documents) {
    for (const Mention& m : document.mentions) {
      out << document.id << '\t' << m.sentence << '\t' << m.first << '\t' << m.last << '\t'
          << m.head << '\t' << m.entity << '\t' << m.type << '\t' << m.link << '\n';
    }
  }
  return out.str();
}

TEST_CASE("Every mention equals the independent reading", "[coreference][golden]") {
  std::istringstream goldens(ReadFile("tests/goldens/conllu_goldens.txt"));
  size_t compared = 0;
  for (std::string name, count, hash; goldens >> name >> count >> hash;) {
    CAPTURE(name);
    const std::string path = DataFolder() + "/ud-english-gum/" + name;
    if (name != "sample" && !std::filesystem::exists(path)) {
      WARN("skipped: " << path << " is absent (set HEADSCOPE_DATA)");
      continue;
    }
    const Treebank treebank =
        name == "sample" ? ParseConllu(name, kConlluSample) : ReadConllu(path);
    CHECK(Sha256(Listing(treebank)) == hash);
    ++compared;
  }
  CHECK(compared >= 1);
}

using Counts = std::map<std::string, size_t>;

Counts CountLabels(const Treebank& treebank) {
  Counts counts;
  for (const Document& document : treebank.documents) {
    for (const Sentence& sentence : document.sentences) {
      for (const Word& word : sentence.words) {
        ++counts[word.upos];
        ++counts[word.deprel];
      }
    }
    for (const Mention& m : document.mentions) {
      ++counts["`" + m.type + "`"];
      ++counts["`" + m.link + "`"];
    }
  }
  return counts;
}

TEST_CASE("Labels, links and types occur as often as the corpora's tables say",
          "[conllu][corpora][slow]") {
  const std::string corpus = GENERATE("gum", "ewt");
  const std::string folder = DataFolder() + "/ud-english-" + corpus + "/";
  if (!std::filesystem::exists(folder)) {
    WARN("skipped: " << folder << " is absent (set HEADSCOPE_DATA)");
    return;
  }
  const std::string stem = folder + "en_" + corpus + "-ud-";
  const Counts train = CountLabels(ReadConllu(stem + "train.conllu"));
  const Counts dev = CountLabels(ReadConllu(stem + "dev.conllu"));
  const Counts test = CountLabels(ReadConllu(stem + "test.conllu"));
  const auto count = [](const Counts& counts, const std::string& label) {
    const auto found = counts.find(label);
    return found == counts.end() ? size_t{0} : found->second;
  };
  std::ifstream readme(folder + "README.md");
  size_t rows = 0;
  for (std::string line; std::getline(readme, line);) {
    std::istringstream cells(line);
    std::string bar, label;
    size_t in_train = 0, in_dev = 0, in_test = 0;
    if (!(cells >> bar >> label >> bar >> in_train >> bar >> in_dev >> bar >> in_test)) continue;
    if (count(train, label) == 0) continue;  // a table of other things
    CAPTURE(label);
    CHECK(count(train, label) == in_train);
    CHECK(count(dev, label) == in_dev);
    CHECK(count(test, label) == in_test);
    ++rows;
  }
  CHECK(rows == (corpus == "gum" ? 17 + 52 + 7 + 10 : 17 + 53));
}

}  // namespace
}  // namespace headscope
