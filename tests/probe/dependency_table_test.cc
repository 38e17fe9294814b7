// The dependency table's units and decisions, on heads of which everything is known.
#include "probe/dependency_table.h"

#include <algorithm>
#include <cmath>

#include "model/base/random.h"
#include "probe/head_probe.h"
#include "probe/holm.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

constexpr const char* kForward = "see/VERB/0/root red/ADJ/3/amod dog/NOUN/1/obj";
constexpr const char* kBackward = "red/ADJ/2/amod dog/NOUN/3/obj see/VERB/0/root";

// How many of each kind of sentence a document has.
struct PlantedDocument {
  size_t forward, backward;
};

// 16 documents; the object of most sentences is two behind its verb, but documents differ.
std::vector<PlantedDocument> Documents(uint64_t seed) {
  RandomSequence random({seed});
  std::vector<PlantedDocument> documents;
  for (size_t d = 0; d < 16; ++d) {
    const size_t forward = 5 + random.Below(11);
    documents.push_back({forward, 17 - forward});
  }
  return documents;
}

// Every sentence `copies` times.
Treebank MakeDocuments(const std::vector<PlantedDocument>& documents, size_t copies) {
  std::vector<std::vector<std::string>> sentences;
  for (const PlantedDocument& document : documents) {
    sentences.emplace_back(copies * document.forward, kForward);
    sentences.back().insert(sentences.back().end(), copies * document.backward, kBackward);
  }
  return MakeTreebank(sentences);
}

size_t NumSentencesOf(const std::vector<PlantedDocument>& documents) {
  size_t sum = 0;
  for (const PlantedDocument& document : documents) sum += document.forward + document.backward;
  return sum;
}

// Head 0: two words to the left, the objects' best offset; but in one sentence of `every` (0: none)
// the object points to its verb, wherever it is. Heads 1 to 3: noise, the same for copies of a
// sentence.
class ObjectHeads final : public PlantedPasses {
 public:
  ObjectHeads(const Treebank& dev, const Treebank& test, size_t every, size_t copies)
      : PlantedPasses(2, 2, 16), dev_(dev), test_(test), every_(every), copies_(copies) {}

 private:
  PlantedPatterns::Value ValueFor(std::span<const WordInput> inputs) override {
    const Treebank& treebank = inputs.size() == dev_.NumSentences() ? dev_ : test_;
    std::vector<const Sentence*> sentences;
    for (const Document& document : treebank.documents) {
      for (const Sentence& sentence : document.sentences) sentences.push_back(&sentence);
    }
    const uint64_t file = &treebank == &dev_ ? 0 : 1;
    return [=, this](size_t head, size_t item, size_t from, size_t to) {
      const size_t sentence = item / copies_;
      if (head != 0) {
        const RandomStream stream{9, Purpose::kTest, static_cast<uint32_t>(2 * head + file)};
        return static_cast<float>(stream.Uniform(100 * sentence + 10 * from + to));
      }
      if (from == 0 || to == 0) return 0.01f;
      const auto& words = sentences[item]->words;
      if (from > words.size()) return 0.01f;
      const bool finds = every_ != 0 && sentence % every_ == 0;
      const bool points = words[from - 1].deprel == "obj" && finds
                              ? words[from - 1].head == static_cast<int>(to)
                              : from == to + 2;
      return points ? 0.9f : (to == 1 ? 0.05f : 0.02f);  // no ties where it points nowhere
    };
  }

  const Treebank &dev_, &test_;
  size_t every_, copies_;
};

HeadProbeResults Probe(size_t every, size_t copies) {
  const auto dev_documents = Documents(1);
  auto test_documents = Documents(2);
  // The source tells the files by their numbers of sentences.
  if (NumSentencesOf(dev_documents) == NumSentencesOf(test_documents)) ++test_documents[0].forward;
  const Treebank dev = MakeDocuments(dev_documents, copies);
  const Treebank test = MakeDocuments(test_documents, copies);
  ObjectHeads source(dev, test, every, copies);
  HeadProbeOptions options;
  options.random_models = options.permuted_models = 0;
  options.minimum_instances = 50;
  options.sign_flips = 999;
  ThreadPool pool(2);
  HeadProbeResults results;
  results.model.layers = results.model.heads = 2;
  ProbePatterns(
      source, {}, EncodeParts, dev, test, options, pool, [](const std::string&) {}, results);
  return results;
}

const RelationResult& RowOf(const HeadProbeResults& results, const std::string& relation) {
  for (const RelationResult& row : results.relations) {
    if (row.relation == relation) return row;
  }
  FAIL("no row for " << relation);
  return results.relations[0];
}

void CheckSame(const Estimate& one, const Estimate& other) {
  CHECK_THAT(one.value, WithinAbs(other.value, 1e-12));
  CHECK_THAT(one.low, WithinAbs(other.low, 1e-9));
  CHECK_THAT(one.high, WithinAbs(other.high, 1e-9));
}

TEST_CASE("Every sentence of a document written three times tells nothing more of any head",
          "[probe][statistics]") {
  const HeadProbeResults one = Probe(4, 1), three = Probe(4, 3);
  CHECK(one.clusters.name == "documents");
  CHECK(one.clusters.count == 16);
  REQUIRE(one.relations.size() == three.relations.size());
  for (size_t r = 0; r < one.relations.size(); ++r) {
    const RelationResult &a = one.relations[r], &b = three.relations[r];
    INFO(a.relation);
    CHECK(b.accuracy.n == 3 * a.accuracy.n);
    CHECK(a.clusters == 16);
    CheckSame(a.accuracy, b.accuracy);
    CheckSame(a.offset_accuracy, b.offset_accuracy);
    CheckSame(a.rule_accuracy, b.rule_accuracy);
    CheckSame(a.over_offset.difference, b.over_offset.difference);
    CHECK_THAT(a.over_offset.p, WithinRel(b.over_offset.p, 1e-6));
    CHECK_THAT(a.over_rule.p, WithinRel(b.over_rule.p, 1e-6));
    CHECK(a.any_head.p == b.any_head.p);
  }
  for (size_t m = 0; m < kNumTreeMeasures; ++m) {
    for (size_t row = 0; row < 5; ++row) {  // the sixth is random
      CheckSame(one.atlas.trees.rows[m][row].score, three.atlas.trees.rows[m][row].score);
    }
  }
  for (size_t head = 0; head < 4; ++head) {
    for (size_t k = 0; k < kNumSurfaces; ++k) {
      CheckSame(one.atlas.surface[head].means[k], three.atlas.surface[head].means[k]);
    }
    const auto &a = one.upos.heads[head].lift_error, &b = three.upos.heads[head].lift_error;
    for (size_t k = 0; k < a.size(); ++k) {
      if (!std::isnan(a[k])) CHECK_THAT(a[k], WithinAbs(b[k], 1e-7));
    }
    const auto& follows = one.atlas.kinds[head].relations;
    REQUIRE(follows.size() == three.atlas.kinds[head].relations.size());
    for (size_t k = 0; k < follows.size(); ++k) {
      CheckSame(follows[k].excess, three.atlas.kinds[head].relations[k].excess);
    }
  }
}

TEST_CASE("A head is above its offset by the paired difference, where intervals overlap",
          "[probe][statistics]") {
  const HeadProbeResults results = Probe(4, 1);
  const RelationResult& row = RowOf(results, "obj");
  CHECK(row.head.Name() == "L0H0");
  CHECK(row.offset == -2);
  // One sentence of four gains where the object stands before its verb.
  CHECK_THAT(row.over_offset.difference.value,
             WithinAbs(row.accuracy.value - row.offset_accuracy.value, 1e-12));
  CHECK(row.accuracy.low < row.offset_accuracy.high);  // documents differ more than the two do
  CHECK(row.over_offset.difference.low > 0.0);
  CHECK(row.over_offset.p < 0.001);
  CHECK(row.over_offset.Above());
  CHECK(row.any_head.head.Name() == "L0H0");
  CHECK(row.any_head.direction == Direction::kDependentToHead);
  CHECK(row.any_head.p <= 0.005);
  // Nothing is above an offset that is always right; what is below has no flag.
  const RelationResult& amod = RowOf(results, "amod");
  CHECK(amod.offset_accuracy.value == 1.0);
  CHECK(amod.over_offset.difference.value < 0.0);
  CHECK(amod.over_offset.p < 0.05);
  CHECK_FALSE(amod.over_offset.Above());
  CHECK(amod.any_head.p > 0.9);
}

TEST_CASE("A head that does as its offset does is not above it, nor is any other",
          "[probe][statistics]") {
  const HeadProbeResults results = Probe(0, 1);
  const RelationResult& row = RowOf(results, "obj");
  CHECK(row.over_offset.difference.value == 0.0);
  CHECK(row.over_offset.p == 1.0);
  CHECK_FALSE(row.over_offset.Above());
  CHECK(row.any_head.p > 0.05);
}

TEST_CASE("Any head's p is that of the maximum over heads and directions, documents as units",
          "[probe][statistics]") {
  const auto dev_documents = Documents(1);
  auto test_documents = Documents(3);
  ++test_documents[0].forward;
  const Treebank dev = MakeDocuments(dev_documents, 1), test = MakeDocuments(test_documents, 1);
  ObjectHeads source(dev, test, 30, 1);
  ThreadPool pool(1);
  const ProbeNames names = NamesOf(dev, test);
  const ProbeTreebank dev_prepared = PrepareTreebank(dev, names, EncodeParts, 16);
  const ProbeTreebank test_prepared = PrepareTreebank(test, names, EncodeParts, 16);
  const DependencyNulls nulls = CountNulls(dev_prepared, names);
  const DependencyPass on_dev = ScoreTreebank(pool, source, dev_prepared, names, nullptr, nullptr);
  const auto chosen = ChooseHeads(on_dev.counts);
  const DependencyPass on_test =
      ScoreTreebank(pool, source, test_prepared, names, &chosen, nullptr);
  const MaximumNullOptions sign_flips{499, 4, 43};
  const auto rows = DependencyTable(
      pool, {names, on_dev, test_prepared, on_test, chosen, nulls, 2, 50, sign_flips});
  const size_t obj = names.relations.IndexOf("obj");
  REQUIRE(nulls.OffsetOf(obj).offset == -2);
  REQUIRE(on_test.units.size() == test_documents.size());
  std::vector<double> differences;
  for (size_t d = 0; d < test_documents.size(); ++d) {
    for (size_t c = 0; c < 8; ++c) {
      differences.push_back(on_test.units[d][obj * 8 + c] -
                            static_cast<double>(test_documents[d].forward));
    }
  }
  const auto tests = SignFlipMaximum(pool, 8, differences, sign_flips);
  const auto row = std::find_if(rows.begin(), rows.end(), [](const RelationResult& candidate) {
    return candidate.relation == "obj";
  });
  REQUIRE(row != rows.end());
  double smallest = 1.0;
  for (const FamilywiseTest& one : tests) smallest = std::min(smallest, one.familywise_p);
  CHECK(row->any_head.p == smallest);
  CHECK(tests[0].familywise_p == smallest);
  CHECK(tests[0].p < smallest);  // or the maximum would be nothing to this test
}

TEST_CASE("Holm's family are the relations of the table", "[probe][statistics]") {
  const HeadProbeResults results = Probe(4, 1);
  std::vector<double> p, adjusted;
  for (const RelationResult& row : results.relations) {
    p.push_back(row.any_head.p);
    adjusted.push_back(row.any_head.p_holm);
  }
  REQUIRE(p.size() == 2);
  CHECK(adjusted == HolmAdjusted(p));
  CHECK(adjusted[0] + adjusted[1] > p[0] + p[1]);
}

TEST_CASE("Where there are too many sentences for a table each, neighbours flip together",
          "[probe][statistics]") {
  Clusters few(0), many(0);
  for (size_t s = 0; s < 7; ++s) few.Add(0);
  for (size_t s = 0; s < 5000; ++s) many.Add(0);
  const FlipUnits of_few(few), of_many(many);
  CHECK(of_few.Count() == 7);
  for (size_t s = 0; s < 7; ++s) CHECK(of_few.Of(s) == s);
  CHECK(of_many.Count() == kMostFlipUnits);
  CHECK(of_many.Of(0) == 0);
  CHECK(of_many.Of(4999) == kMostFlipUnits - 1);
  size_t steps = 0;
  for (size_t s = 1; s < 5000; ++s) {
    const size_t step = of_many.Of(s) - of_many.Of(s - 1);
    REQUIRE(step <= 1);
    steps += step;
  }
  CHECK(steps == kMostFlipUnits - 1);
}

}  // namespace
}  // namespace headscope
