#include "probe/head_probe.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "model/base/random.h"
#include "probe/head_atlas_tables.h"
#include "probe/head_tables.h"
#include "probe/results.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// Sentences in which offsets and nearest classes mislead: the object is 2 or 3 words behind its
// verb, and another verb may lie between. "they saw [red] cars [slept]"
std::vector<std::string> ManySentences(uint64_t seed, size_t count) {
  RandomSequence random({seed});
  std::vector<std::string> sentences;
  for (size_t k = 0; k < count; ++k) {
    switch (random.Below(3)) {
      case 0:
        sentences.push_back("they/PRON/2/nsubj saw/VERB/0/root un-real/ADJ/4/amod cars/NOUN/2/obj");
        break;
      case 1:
        sentences.push_back("cars/NOUN/3/obj they/PRON/3/nsubj saw/VERB/0/root slept/VERB/3/conj");
        break;
      default:
        sentences.push_back("saw/VERB/0/root slept/VERB/4/acl bad/ADJ/4/amod cars/NOUN/1/obj");
    }
  }
  return sentences;
}

// 2 layers of 2 heads: noise, but L1H0 points every word at its head and L0H1 every head at its
// dependents. The patterns know which treebank they are asked about by its number of sentences.
class SyntaxHeads final : public PlantedPasses {
 public:
  SyntaxHeads(std::vector<const Treebank*> treebanks, bool noise_only, uint64_t seed)
      : PlantedPasses(2, 2, 32),
        treebanks_(std::move(treebanks)),
        noise_only_(noise_only),
        seed_(seed) {}

 private:
  PlantedPatterns::Value ValueFor(std::span<const WordInput> inputs) override {
    const Treebank* treebank = nullptr;
    for (const Treebank* candidate : treebanks_) {
      if (candidate->NumSentences() == inputs.size()) treebank = candidate;
    }
    return [=, this](size_t head, size_t item, size_t from, size_t to) {
      return Value(treebank, inputs[item], head, item, from, to);
    };
  }
  float Value(const Treebank* treebank, const WordInput& input, size_t head, size_t item,
              size_t from, size_t to) const {
    const RandomStream stream{seed_, Purpose::kTest, static_cast<uint32_t>(head)};
    const float noise = static_cast<float>(stream.Uniform(item * 10000 + from * 100 + to)) * 0.1f;
    if (noise_only_ || treebank == nullptr || (head != 1 && head != 2)) return noise;
    const int i = WordOf(input, from), j = WordOf(input, to);
    if (i < 0 || j < 0) return 0.9f;  // CLS and SEP take much, and are dropped
    const auto& words = treebank->documents[0].sentences[item].words;
    const bool points = head == 2 ? words[static_cast<size_t>(i)].head == j + 1
                                  : words[static_cast<size_t>(j)].head == i + 1;
    return points ? 0.8f : noise;
  }
  static int WordOf(const WordInput& input, size_t piece) {
    for (size_t w = 0; w < input.NumWords(); ++w) {
      if (piece >= input.starts[w] && piece < input.starts[w + 1]) return static_cast<int>(w);
    }
    return -1;
  }

  std::vector<const Treebank*> treebanks_;
  bool noise_only_;
  uint64_t seed_;
};

// Heads that know syntax, or (`noise_only`) none that does, beside five that do not.
HeadProbeResults ProbePlanted(size_t threads, bool noise_only = false, uint64_t source_seed = 1) {
  const Treebank dev = MakeTreebank({ManySentences(1, 400)});
  const Treebank test = MakeTreebank({ManySentences(2, 350)});
  HeadProbeOptions options;
  options.random_models = 3;
  options.permuted_models = 2;
  options.sign_flips = 200;
  ThreadPool pool(threads);
  SyntaxHeads source({&dev, &test}, noise_only, source_seed);
  HeadProbeResults results;
  results.model.layers = results.model.heads = 2;
  const RandomSource random = [&](NullModel kind, size_t k) {
    const uint64_t seed = kind == NullModel::kRandom ? 10 : 20;
    return std::make_unique<SyntaxHeads>(std::vector<const Treebank*>{&dev, &test}, true, seed + k);
  };
  ProbePatterns(
      source, random, EncodeParts, dev, test, options, pool, [](const std::string&) {}, results);
  return results;
}

const RelationResult& Row(const HeadProbeResults& results, const std::string& relation) {
  for (const RelationResult& row : results.relations) {
    if (row.relation == relation) return row;
  }
  FAIL("no row for " << relation);
  return results.relations[0];
}

TEST_CASE("Planted syntax heads are found, scored and told from their nulls", "[probe]") {
  const HeadProbeResults results = ProbePlanted(2);
  REQUIRE(results.relations.size() == 5);  // obj, nsubj, amod, conj, acl: about 115 of each
  const RelationResult& obj = Row(results, "obj");
  CHECK(obj.accuracy.n == 350);
  CHECK(obj.dev_n == 400);
  CHECK(obj.accuracy.value == 1.0);
  CHECK(obj.dev_accuracy == 1.0);
  // Both planted heads have 100% on dev: L0H1 by columns, L1H0 by rows; the first in order is L0H1.
  CHECK(obj.head.Name() == "L0H1");
  CHECK(obj.direction == Direction::kHeadToDependent);
  CHECK(obj.offset_accuracy.value < 0.5);
  CHECK(obj.over_offset.Above());
  CHECK(obj.rule_upos == "VERB");
  CHECK(obj.rule_accuracy.value < 0.5);  // right in one pattern of three, on either side
  CHECK(obj.accuracy_where_rule_wrong.value == 1.0);
  CHECK(obj.accuracy_where_rule_wrong.n ==
        350 - static_cast<uint64_t>(obj.rule_accuracy.value * 350 + 0.5));
  CHECK(obj.over_rule.Above());
  REQUIRE(obj.random_models.values.size() == 3);
  CHECK(obj.random_models.high < 0.6);
  CHECK(obj.random_models.low > 0.1);
  REQUIRE(obj.permuted_models.values.size() == 2);
  CHECK(obj.permuted_models.high < 0.6);
  CHECK(obj.permuted_models.values != obj.random_models.values);
  // amod: always the next word, which is the nearest noun to the right: neither null is beaten.
  const RelationResult& amod = Row(results, "amod");
  CHECK(amod.offset == 1);
  CHECK(amod.offset_accuracy.value == 1.0);
  CHECK(amod.rule_accuracy.value == 1.0);
  CHECK_FALSE(amod.over_offset.Above());
  CHECK_FALSE(amod.over_rule.Above());
  CHECK(amod.accuracy_where_rule_wrong.n == 0);
  CHECK_FALSE(results.coreference.has_value());
  REQUIRE(results.examples.empty());  // no sentence has 8 words
}

TEST_CASE("Trees of models that know nothing are chosen and scored as the model's are", "[probe]") {
  const TreeResults planted = ProbePlanted(2).atlas.trees;
  const TreeResults second = ProbePlanted(2, true, 11).atlas.trees;  // of the random ones
  for (size_t m = 0; m < kNumTreeMeasures; ++m) {
    INFO(kTreeMeasureNames[m]);
    const bool with_punctuation = m >= static_cast<size_t>(TreeMeasure::kUasWithPunctuation);
    for (size_t r = 0; r < planted.rows[m].size(); ++r) {
      const TreeRow &row = planted.rows[m][r], &alone = second.rows[m][r];
      INFO(row.family);
      if (with_punctuation || (row.family != "single head" && row.family != "layer mean")) {
        CHECK(row.random_models.values.empty());
        CHECK(row.permuted_models.values.empty());
        continue;
      }
      REQUIRE(row.random_models.values.size() == 3);
      REQUIRE(row.permuted_models.values.size() == 2);
      CHECK(row.permuted_models.values[0] != row.random_models.values[0]);
      CHECK(row.random_models.high < row.score.low);
      CHECK(row.random_models.low > 0.05);
      CHECK(row.random_models.values[1] == alone.score.value);
    }
  }
  const auto names = NullTreeRows(planted);
  REQUIRE(names.size() == 4);
  CHECK(names[0].name == "random models, single head");
  CHECK(names[3].name == "permuted weights, layer mean");
}

TEST_CASE("results.json is the same for any number of threads and holds every count", "[probe]") {
  const std::string one = ResultsJson(ProbePlanted(1));
  CHECK(one == ResultsJson(ProbePlanted(2)));
  CHECK(one == ResultsJson(ProbePlanted(3)));
  const auto json = nlohmann::json::parse(one);
  CHECK(json["head_names"] == std::vector<std::string>{"L0H0", "L0H1", "L1H0", "L1H1"});
  CHECK(json["test_counts"]["obj"]["n"] == 350);
  CHECK(json["test_counts"]["obj"]["head->dep"][1] == 350.0);
  CHECK(json["test_counts"]["obj"]["dep->head"][2] == 350.0);
  CHECK(json["test_counts"]["obj"]["dep->head"][0] < 200.0);
  CHECK(json["relations"][0]["accuracy"]["high"] == 1.0);
  CHECK(json["coreference"].is_null());
  // One document: its sentences are the units.
  CHECK(json["options"]["clusters"] == "sentences");
  CHECK(json["options"]["num_clusters"] == 350);
  const auto& obj = json["relations"][0];
  CHECK(obj["relation"] == "obj");
  CHECK(obj["clusters"] == 350);
  CHECK(obj["over_offset"]["difference"]["value"] ==
        1.0 - obj["offset_accuracy"]["value"].get<double>());
  CHECK(obj["over_offset"]["p_holm"] < 1e-9);
  CHECK(obj["above_rule"] == true);
  CHECK(obj["any_head"]["head"] == "L0H1");
  CHECK(obj["any_head"]["direction"] == "head->dep");
  CHECK(obj["any_head"]["p"] == 1.0 / 201.0);
  CHECK(obj["any_head"]["p_holm"] >= obj["any_head"]["p"]);
}

TEST_CASE("Uniform maps score 1 / k on every relation", "[probe]") {
  const Treebank treebank = MakeTreebank({ManySentences(3, 30)});
  HeadProbeOptions options;
  options.random_models = options.permuted_models = 0;
  options.sign_flips = 50;
  options.minimum_instances = 1;
  ThreadPool pool(1);
  PlantedPatterns source(1, 1, 32, [](size_t, size_t, size_t, size_t) { return 0.125f; });
  HeadProbeResults results;
  ProbePatterns(
      source, {},
      [](const std::vector<std::string>& words) {
        std::vector<std::string> whole;
        for (std::string word : words) {
          std::erase(word, '-');
          whole.push_back(word);
        }
        return EncodeParts(whole);
      },
      treebank, treebank, options, pool, [](const std::string&) {}, results);
  for (const RelationResult& row : results.relations) {
    CHECK_THAT(row.accuracy.value, WithinRel(1.0 / 3.0, 1e-12));  // four words, one's own is 0
  }
  for (size_t a = 0; a < results.upos.tags.size(); ++a) {
    for (size_t b = 0; b < results.upos.tags.size(); ++b) {
      const double lift = results.upos.heads[0].lift[a * results.upos.tags.size() + b];
      if (lift == lift) CHECK_THAT(lift, WithinRel(1.0, 1e-12));
    }
  }
}

TEST_CASE("Sentences beyond the model's positions are left out, counted and told", "[probe]") {
  Treebank treebank = MakeTreebank({ManySentences(3, 20)});
  treebank.documents[0].sentences.push_back(MakeSentence(
      "a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a/NOUN/2/nsubj b-b-b-b-b-b-b-b-b-b-b-b-b-b-b/VERB/0/root"));
  HeadProbeOptions options;
  options.random_models = options.permuted_models = 0;
  options.sign_flips = 50;
  ThreadPool pool(1);
  PlantedPatterns source(1, 1, 32, [](size_t, size_t, size_t, size_t) { return 0.1f; });
  HeadProbeResults results;
  ProbePatterns(
      source, {}, EncodeParts, treebank, treebank, options, pool, [](const std::string&) {},
      results);
  CHECK(results.test.skipped_sentences == 1);
  CHECK(results.test.skipped_words == 2);
  CHECK(results.test.sentences == 21);
  REQUIRE(results.notes.size() == 3);  // dev, test, no coreference
  CHECK_THAT(results.notes[1], ContainsSubstring("1 of 21 sentences (2 words)"));
}

TEST_CASE("Tables are withheld where context was not learned, and results.json keeps them",
          "[probe]") {
  HeadProbeResults results = ProbePlanted(1);
  results.context.message = "context learned: …";
  results.context.state = ContextState::kLearned;
  CHECK_THAT(HeadTables(results), ContainsSubstring("L0H1"));
  CHECK_THAT(HeadTables(results), ContainsSubstring("100.0 [100.0, 100.0]"));
  CHECK_THAT(HeadTables(results), ContainsSubstring("(units: 350 sentences)"));
  CHECK_THAT(HeadTables(results), ContainsSubstring("L0H1 p 0.0"));
  results.context.state = ContextState::kNotLearned;
  results.context.message = "context not learned: …";
  CHECK_THAT(HeadTables(results), ContainsSubstring("context not learned"));
  CHECK_THAT(HeadTables(results), !ContainsSubstring("L0H1"));
  const auto json = nlohmann::json::parse(ResultsJson(results));
  CHECK(json["context"]["state"] == "not learned");
  CHECK(json["relations"].size() == 5);
}

}  // namespace
}  // namespace headscope
