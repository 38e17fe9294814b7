#include "probe/coreference_task.h"

#include <algorithm>
#include <map>
#include <set>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "probe/joined_segments.h"
#include "probe/word_label_task.h"
#include "tests/probe/planted_features.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

Mention SpanOf(size_t sentence, size_t first, size_t last, size_t head, const std::string& entity) {
  Mention mention;
  mention.sentence = sentence;
  mention.first = first;
  mention.last = last;
  mention.head = head;
  mention.entity = entity;
  return mention;
}

// Ann(A) saw [the dogs](D). | She(A) fed them(D). | Ann(A) slept.
Document AnnsDogs() {
  Document document = MakeTreebank({{"Ann/PROPN/2/nsubj/Number=Sing saw/VERB/0/root the/DET/4/det "
                                     "dogs/NOUN/2/obj/Number=Plur",
                                     "She/PRON/2/nsubj/Number=Sing|Person=3 fed/VERB/0/root "
                                     "them/PRON/2/obj/Number=Plur|Person=3",
                                     "ann/PROPN/2/nsubj slept/VERB/0/root"}})
                          .documents[0];
  document.has_coreference = true;
  document.mentions = {SpanOf(0, 0, 0, 0, "A"), SpanOf(0, 2, 3, 3, "D"), SpanOf(1, 0, 0, 0, "A"),
                       SpanOf(1, 2, 2, 2, "D"), SpanOf(2, 0, 0, 0, "A")};
  return document;
}

Treebank OneDocument(Document document) {
  Treebank treebank;
  treebank.path = "planted.conllu";
  treebank.documents.push_back(std::move(document));
  return treebank;
}

Treebank Joined(const Treebank& treebank, size_t pieces = 64) {
  return JoinSegments(
             treebank, EncodeForms,
             {.segment_pieces = pieces, .max_pieces = 64, .scheme = CoreferenceScheme::kGum})
      .treebank;
}

// Documents of two sentences with five mentions of two or three entities, words "a0" … as forms.
Treebank RandomEntities(size_t documents, uint64_t seed) {
  RandomSequence draws({.seed = seed, .purpose = Purpose::kTest});
  Treebank treebank;
  treebank.path = "random.conllu";
  for (size_t d = 0; d < documents; ++d) {
    Document document;
    document.has_coreference = true;
    for (size_t s = 0; s < 2; ++s) {
      std::string text;
      for (size_t w = 0; w < 5; ++w) {
        text += "a" + std::to_string(draws.Below(40)) + "/NOUN/" + std::to_string(w) + "/dep ";
        document.mentions.push_back(
            SpanOf(s, w, w, w, std::string(1, static_cast<char>('A' + draws.Below(3)))));
      }
      document.sentences.push_back(MakeSentence(text));
    }
    treebank.documents.push_back(std::move(document));
  }
  return treebank;
}

// The document of word `w` of the split, and the entity of the mention whose head it is, or "".
std::pair<const Document*, std::string> EntityOf(const ProbeSplit& split, size_t w) {
  const auto after = std::ranges::upper_bound(split.starts, w);
  const auto s = static_cast<size_t>(after - split.starts.begin()) - 1;
  const Document* const document = split.documents[s];
  for (const Mention& mention : document->mentions) {
    if (&document->sentences[mention.sentence] == split.sentences[s] &&
        split.starts[s] + mention.head == w) {
      return {document, mention.entity};
    }
  }
  return {document, ""};
}

double RatioOf(const FitScores& scores, size_t metric) {
  double numerator = 0.0, denominator = 0.0;
  for (size_t i = metric; i < scores.numerators.size(); i += 7) {
    numerator += scores.numerators[i];
    denominator += scores.denominators[i];
  }
  return numerator / denominator;
}

FitScores Fit(const CoreferenceTask& task, const LayerFeatures& features,
              const FitRequest& request) {
  ThreadPool pool(1);
  Compute compute(pool);
  return task.Fit(compute, features, request);
}

TEST_CASE("Segments become sentences whose mentions still cover the same words", "[probe][coref]") {
  const Document document = AnnsDogs();
  const Treebank joined = Joined(OneDocument(document), 9);  // [CLS] 4 + 3 words [SEP] | 2 words
  REQUIRE(joined.documents.size() == 1);
  REQUIRE(joined.documents[0].sentences.size() == 2);
  CHECK(joined.documents[0].sentences[0].words.size() == 7);
  REQUIRE(joined.documents[0].mentions.size() == 5);
  for (size_t m = 0; m < 5; ++m) {
    const Mention &old = document.mentions[m], &moved = joined.documents[0].mentions[m];
    const auto form = [](const Document& of, size_t sentence, size_t word) {
      return of.sentences[sentence].words[word].form;
    };
    CHECK(form(document, old.sentence, old.first) ==
          form(joined.documents[0], moved.sentence, moved.first));
    CHECK(form(document, old.sentence, old.last) ==
          form(joined.documents[0], moved.sentence, moved.last));
    CHECK(form(document, old.sentence, old.head) ==
          form(joined.documents[0], moved.sentence, moved.head));
  }
  CHECK(joined.documents[0].sentences[0].words[4].head == 6);  // She, of fed
  CHECK_THROWS_WITH(Joined(MakeTreebank({{"a/NOUN/0/root"}})),
                    ContainsSubstring("planted.conllu: expected documents with coreference"));
}

TEST_CASE("Pairs of mentions: every coreferent one, and as many others of the segment",
          "[probe][coref]") {
  PlantedFeatures files(Joined(OneDocument(AnnsDogs())), Joined(OneDocument(AnnsDogs())),
                        Joined(OneDocument(AnnsDogs()), 9));
  const MentionPairs pairs = PairsOf(files.corpus.train, 1, 0);
  REQUIRE(pairs.spans.size() == 5);
  CHECK(pairs.spans[1].first == 2);
  CHECK(pairs.spans[1].last == 3);
  CHECK(pairs.NumPositive() == 4);  // of Ann's three mentions and the dogs' two
  REQUIRE(pairs.pairs.size() == 8);
  std::set<std::pair<uint32_t, uint32_t>> seen;
  const std::string entities = "ADADA";
  for (size_t k = 0; k < 8; ++k) {
    const auto [a, b] = pairs.pairs[k];
    CHECK(a < b);
    CHECK(seen.emplace(a, b).second);
    CHECK((entities[a] == entities[b]) == (pairs.labels[k] == 1));
  }
  // Another seed draws others; the segment that ends before the last sentence has but two positive
  // pairs, and the last none.
  CHECK(PairsOf(files.corpus.test, 1, 2).starts == std::vector<size_t>{0, 4, 4});
  REQUIRE(pairs.ranked.size() == 3);  // She, them, ann
  CHECK(pairs.ranked[1].num_pairs == 3);
  CHECK(pairs.candidate_is_right == std::vector<char>{1, 0, 0, 1, 0, 1, 0, 1, 0});
}

TEST_CASE("Baselines of coreference, counted by hand", "[probe][coref]") {
  PlantedFeatures files(Joined(OneDocument(AnnsDogs())), Joined(OneDocument(AnnsDogs())),
                        Joined(OneDocument(AnnsDogs())));
  const CoreferenceTask task(files.corpus, {});
  const std::vector<TaskBaseline> baselines = task.Baselines();
  REQUIRE(baselines.size() == 7);
  const auto find = [&](const std::string& name) {
    for (const TaskBaseline& baseline : baselines) {
      if (baseline.name == name) return baseline.scores;
    }
    FAIL("no baseline " + name);
    return FitScores();
  };
  // Ann … ann is the one positive pair of equal heads; no negative pair has them.
  CHECK_THAT(RatioOf(find("same head word"), 0), WithinAbs(5.0 / 8, 1e-12));
  CHECK_THAT(RatioOf(find("same head word"), 1), WithinAbs(2.0 / 5, 1e-12));
  CHECK_THAT(RatioOf(find("same head word"), 2), WithinAbs(1.0 / 3, 1e-12));
  CHECK_THAT(RatioOf(find("distance; nearest mention"), 2), WithinAbs(0.0, 1e-12));
  // The number of "ann" is not told, so that "them" agrees; its words say who it is.
  CHECK_THAT(RatioOf(find("nearest agreeing"), 2), WithinAbs(2.0 / 3, 1e-12));
  CHECK_THAT(RatioOf(find("four sieves"), 2), WithinAbs(1.0, 1e-12));
  CHECK_THAT(RatioOf(find("random mention"), 2),
             WithinAbs((1.0 / 2 + 1.0 / 3 + 2.0 / 4) / 3, 1e-12));
  CHECK_THAT(RatioOf(find("random mention"), 4), WithinAbs((1.0 / 2 + 1.0 / 3) / 2, 1e-12));
  CHECK_THAT(RatioOf(find("random mention"), 5), WithinAbs(1.0 / 2, 1e-12));
  CHECK_THAT(RatioOf(find("majority"), 0), WithinAbs(0.5, 1e-12));
  CHECK(task.UniformBits(std::vector<uint32_t>{0}) == 8.0);
  // Scores of the candidates of She, them and ann: Ann and the dogs tie for She.
  const std::vector<float> scores = {1, 1, 3, 2, 1, 0, 1, 2, 1};
  CHECK(task.RightOf(scores) == std::vector<double>{0.5, 0.0, 1.0});
}

TEST_CASE("Vectors that hold the entity are resolved; others are not; words alone do the control",
          "[probe][coref]") {
  PlantedFeatures files(Joined(RandomEntities(80, 1)), Joined(RandomEntities(20, 2)),
                        Joined(RandomEntities(20, 3)));
  const CoreferenceTask task(files.corpus, {.span = SpanVector::kMean});
  // Each document has its own random vector for each entity: no entity is seen in training.
  const RandomStream stream{.seed = 5, .purpose = Purpose::kTest};
  std::map<std::pair<const Document*, std::string>, uint64_t> numbers;
  const LayerFeatures of_entities =
      files.Features(16, [&](const ProbeSplit& split, size_t w, size_t j) {
        const uint64_t number = numbers.emplace(EntityOf(split, w), numbers.size()).first->second;
        return static_cast<float>(stream.Normal(number * 16 + j));
      });
  for (const char* probe : {"linear", "mlp1"}) {
    const FitScores scores = Fit(task, of_entities, {probe, ProbeTarget::kLabels, 1});
    INFO(probe);
    CHECK(RatioOf(scores, 0) > 0.9);
    CHECK(RatioOf(scores, 1) > 0.9);
    CHECK(RatioOf(scores, 2) > 0.9);
    const double noise = RatioOf(Fit(task, of_entities, {probe, ProbeTarget::kControl, 1}), 0);
    CHECK(noise < 0.6);
  }
  const LayerFeatures random = files.Features(16, [&](const ProbeSplit&, size_t w, size_t j) {
    return static_cast<float>(stream.Normal(1000000 + w * 16 + j));
  });
  const FitScores chance = Fit(task, random, {"linear", ProbeTarget::kLabels, 1});
  CHECK_THAT(RatioOf(chance, 0), WithinAbs(0.5, 0.1));
  CHECK(RatioOf(Fit(task, of_entities, {"linear", ProbeTarget::kShuffledLabels, 1}), 0) < 0.7);
}

TEST_CASE("Control labels of coreference belong to ordered pairs of head word types",
          "[probe][coref]") {
  PlantedFeatures files(Joined(RandomEntities(60, 1)), Joined(RandomEntities(20, 2)),
                        Joined(RandomEntities(20, 3)));
  const CoreferenceTask task(files.corpus, {});
  const CoreferenceTask::Labels labels = task.LabelsOf(ProbeTarget::kControl, 3);
  std::map<std::pair<uint32_t, uint32_t>, int32_t> of_types;
  const auto check = [&](const ProbeSplit& split, uint32_t file, const std::vector<int32_t>& own) {
    const MentionPairs pairs = PairsOf(split, 1, file);
    REQUIRE(pairs.labels.size() == own.size());
    for (size_t k = 0; k < own.size(); ++k) {
      const std::pair types(split.types[pairs.spans[pairs.pairs[k].a].head],
                            split.types[pairs.spans[pairs.pairs[k].b].head]);
      CHECK(of_types.emplace(types, own[k]).first->second == own[k]);
    }
  };
  check(files.corpus.train, 0, labels.train);
  check(files.corpus.dev, 1, labels.dev);
  check(files.corpus.test, 2, labels.test);
  const auto ones = std::count(labels.train.begin(), labels.train.end(), 1);
  CHECK_THAT(double(ones) / double(labels.train.size()), WithinAbs(0.5, 0.05));
  CHECK(task.LabelsOf(ProbeTarget::kControl, 4).train != labels.train);
}

TEST_CASE("A probe of pairs is that of vectors written out side by side, bit for bit",
          "[probe][coref]") {
  const size_t n = 300, width = 5;
  const RandomStream stream{.seed = 8, .purpose = Purpose::kTest};
  std::vector<float> x(40 * width);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(stream.Normal(i));
  std::vector<RowPair> pairs;
  std::vector<int32_t> labels;
  std::vector<uint32_t> rows;
  for (uint32_t k = 0; k < n; ++k) {
    const RowPair pair{static_cast<uint32_t>(stream.Below(1000 + k, 40)),
                       static_cast<uint32_t>(stream.Below(2000 + k, 40))};
    const float *a = &x[pair.a * width], *b = &x[pair.b * width];
    pairs.push_back(pair);
    labels.push_back(a[0] * b[0] + 0.3f * a[1] > 0.0f ? 1 : 0);
    rows.push_back(static_cast<uint32_t>((k * 7) % n));
  }
  ThreadPool pool(1);
  Compute compute(pool);
  for (const bool with_product : {true, false}) {
    std::vector<float> written;
    for (const RowPair& pair : pairs) {
      const float *a = &x[pair.a * width], *b = &x[pair.b * width];
      written.insert(written.end(), a, a + width);
      written.insert(written.end(), b, b + width);
      for (size_t j = 0; with_product && j < width; ++j) written.push_back(a[j] * b[j]);
    }
    const ProbeRows paired{ConstMatrix(x.data(), 40, width), labels, rows, {pairs, with_product}};
    const ProbeRows plain{ConstMatrix(written.data(), n, written.size() / n), labels, rows};
    for (const char* name : {"linear", "mlp1"}) {
      const auto scores = [&](const ProbeRows& data) {
        const auto probe = MakeWordProbe(name, 2, 8);
        probe->Fit(compute, data, data, {.seed = 1, .purpose = Purpose::kTest});
        return ScoreProbe(compute, *probe, data);
      };
      const ProbeScores of_pairs = scores(paired), of_plain = scores(plain);
      CHECK(of_pairs.nats == of_plain.nats);
      // ln 2 without what they say together
      if (with_product) CHECK(of_pairs.MeanNats() < 0.6);
    }
  }
}

}  // namespace
}  // namespace headscope
