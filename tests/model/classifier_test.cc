// Parity with HuggingFace's BertForSequenceClassification and BertForTokenClassification, on the
// goldens of tests/goldens/make_classifier_goldens.py, and the files that they open.
#include "model/classifier.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "model/base/elementary.h"
#include "model/base/file.h"
#include "model/config_json.h"
#include "model/ops/cross_entropy.h"
#include "model/safetensors.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"
#include "tests/support/reference_bert.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

template <typename T>
std::vector<T> Integers(const SafetensorsFile& file, const std::string& name) {
  std::vector<T> values;
  for (const int64_t value : file.ReadIntegers(name)) values.push_back(static_cast<T>(value));
  return values;
}

std::vector<float> Floats(const SafetensorsFile& file, const std::string& name) {
  std::vector<float> values(file.Find(name).NumElements());
  file.ReadFloats(name, values);
  return values;
}

void CheckParity(const std::string& folder, ClassifierKind kind, size_t tensors) {
  const PretrainedClassifier model = LoadClassifier(GoldenPath(folder));
  CHECK(model.labels == std::vector<std::string>{"no", "maybe", "yes"});
  REQUIRE(model.kind == kind);
  const SafetensorsFile golden(GoldenPath(folder + "/parity.safetensors"));
  RaggedBatch batch;
  batch.ids = Integers<int32_t>(golden, "ids");
  batch.segments = Integers<int32_t>(golden, "segments");
  batch.offsets = Integers<uint32_t>(golden, "offsets");
  batch.sequence_ids = {0, 1, 2};
  const auto labels = Integers<int32_t>(golden, "labels");
  std::vector<uint32_t> queries;
  if (kind == ClassifierKind::kToken) queries = Integers<uint32_t>(golden, "queries");
  for (const size_t threads : {1u, 3u}) {
    ThreadPool pool(threads);
    Compute compute(pool);
    const Encoder encoder(model.config);
    Activations acts(model.config, Activations::Mode::kTraining);
    acts.Prepare(batch);
    encoder.Forward(compute, model.parameters, batch, {}, acts);
    ClassifierHead head(model.config, 3, kind);
    const Matrix logits = head.Forward(compute, model.parameters, batch, queries, {}, acts);
    const std::vector<float> expected = Floats(golden, "logits");
    for (size_t i = 0; i < expected.size(); ++i) {
      CHECK_THAT(logits.data[i], WithinAbs(expected[i], 1e-5));
    }

    std::vector<float> losses(3), log_sum_exp(3), dx(batch.NumTokens() * model.config.hidden_size);
    CrossEntropyForward(pool, logits, labels, losses.data(), log_sum_exp.data());
    CHECK_THAT((losses[0] + losses[1] + losses[2]) / 3.0f,
               WithinAbs(Floats(golden, "loss")[0], 1e-5));
    CrossEntropyBackward(pool, logits, labels, log_sum_exp.data(), 1.0f / 3.0f, logits);
    ParameterSet gradients(model.parameters.SharedLayout());
    std::fill(dx.begin(), dx.end(), std::nanf(""));
    const Matrix dx_matrix(dx.data(), batch.NumTokens(), model.config.hidden_size);
    head.Backward(compute, model.parameters, batch, {}, acts, logits, dx_matrix, gradients);
    encoder.Backward(compute, model.parameters, batch, {}, acts, dx_matrix, gradients);
    size_t compared = 0;
    for (const ParameterSpec& spec : gradients.Layout().Specs()) {
      const std::vector<float> wanted = Floats(golden, "grad." + spec.name);
      double squared = 0.0, norm = 0.0;
      for (size_t i = 0; i < wanted.size(); ++i) {
        const double g = static_cast<double>(gradients.Data()[spec.offset + i]);
        squared += (g - wanted[i]) * (g - wanted[i]);
        norm += static_cast<double>(wanted[i]) * wanted[i];
      }
      INFO(spec.name);
      // The gradient of a key's bias is zero but for rounding.
      CHECK(std::sqrt(squared) <= 1e-4 * std::sqrt(norm) + 1e-7);
      ++compared;
    }
    CHECK(compared == tensors);
  }
}

TEST_CASE("A classifier's logits and gradients are HuggingFace's", "[classifier][parity]") {
  CheckParity("classifier", ClassifierKind::kSequence, 25);
}

TEST_CASE("A token classifier's logits and gradients are HuggingFace's", "[classifier][parity]") {
  CheckParity("token_classifier", ClassifierKind::kToken, 23);
}

// The mean cross entropy at the queries, from the equations.
template <typename S>
S TokenLoss(const ModelConfig& config, const ParameterLayout& layout, const RaggedBatch& batch,
            const std::vector<uint32_t>& queries, const std::vector<int32_t>& labels,
            const std::function<S(size_t)>& element) {
  using std::exp, std::log;
  const testing::ReferenceBert<S> bert(config, layout, element);
  const size_t weight = layout.Find("classifier.weight").offset;
  const size_t bias = layout.Find("classifier.bias").offset;
  S loss = 0;
  for (size_t s = 0; s < queries.size(); ++s) {
    const std::vector<S> x = bert.Encode(batch.Ids(s), false)[queries[s]];
    S sum = 0, own = 0;
    for (size_t k = 0; k < layout.Find("classifier.bias").size; ++k) {
      S logit = element(bias + k);
      for (size_t c = 0; c < x.size(); ++c) {
        logit = logit + element(weight + k * x.size() + c) * x[c];
      }
      sum = sum + exp(logit);
      if (static_cast<size_t>(labels[s]) == k) own = logit;
    }
    loss = loss + log(sum) - own;
  }
  return loss / S(static_cast<double>(queries.size()));
}

TEST_CASE("Every gradient of a token classifier equals exact differentiation", "[classifier]") {
  const ModelConfig config{.vocab_size = 17,
                           .hidden_size = 8,
                           .num_hidden_layers = 1,
                           .num_attention_heads = 2,
                           .intermediate_size = 11,
                           .max_position_embeddings = 7,
                           .has_mlm_head = false};
  const auto layout =
      std::make_shared<const ParameterLayout>(ClassifierLayout(config, 4, ClassifierKind::kToken));
  CHECK(!layout->Contains("bert.pooler.dense.weight"));
  ParameterSet weights(layout), gradients(layout);
  InitialiseParameters(0.3f, 5, weights);
  RaggedBatch batch;
  batch.Add(std::vector<int32_t>{3, 9, 16, 3, 12}, 4);
  batch.Add(std::vector<int32_t>{1, 2}, 5);
  batch.Add(std::vector<int32_t>{0, 2, 4, 6, 8, 10, 12}, 9);
  const std::vector<uint32_t> queries{4, 0, 3};
  const std::vector<int32_t> labels{2, 3, 0};

  ThreadPool pool(2);
  Compute compute(pool);
  const Encoder encoder(config);
  Activations acts(config, Activations::Mode::kTraining);
  acts.Prepare(batch);
  encoder.Forward(compute, weights, batch, {}, acts);
  ClassifierHead head(config, 4, ClassifierKind::kToken);
  const Matrix logits = head.Forward(compute, weights, batch, queries, {}, acts);
  std::vector<float> losses(3), log_sum_exp(3),
      dx(batch.NumTokens() * config.hidden_size, std::nanf(""));
  CrossEntropyForward(pool, logits, labels, losses.data(), log_sum_exp.data());
  CrossEntropyBackward(pool, logits, labels, log_sum_exp.data(), 1.0f / 3.0f, logits);
  const Matrix dx_matrix(dx.data(), batch.NumTokens(), config.hidden_size);
  head.Backward(compute, weights, batch, {}, acts, logits, dx_matrix, gradients);
  encoder.Backward(compute, weights, batch, {}, acts, dx_matrix, gradients);

  const auto slope = [&](size_t parameter) {
    return TokenLoss<Dual>(config, *layout, batch, queries, labels, [&](size_t i) {
      return Dual(weights.Data()[i], i == parameter ? 1 : 0);
    });
  };
  CHECK_THAT((losses[0] + losses[1] + losses[2]) / 3.0f, WithinRel(slope(0).value, 1e-5));
  for (const ParameterSpec& spec : layout->Specs()) {
    double error = 0, norm = 0;
    for (size_t i = spec.offset; i<spec.offset + spec.size; i += spec.size> 60 ? 5 : 1) {
      const double exact = slope(i).slope;
      error += std::pow(exact - static_cast<double>(gradients.Data()[i]), 2);
      norm += exact * exact;
    }
    INFO(spec.name << ": relative L2 error " << std::sqrt(error / norm));
    if (spec.name.find("self.key.bias") != std::string::npos) {
      CHECK(std::sqrt(error) < 1e-6);
    } else {
      CHECK(norm > 0);
      CHECK(std::sqrt(error / norm) < 2e-5);
    }
  }
}

TEST_CASE("A saved classifier is read back bit for bit, under HuggingFace's names",
          "[classifier]") {
  const auto [kind, source, name] = GENERATE(table<ClassifierKind, std::string, std::string>(
      {{ClassifierKind::kSequence, "classifier", "BertForSequenceClassification"},
       {ClassifierKind::kToken, "token_classifier", "BertForTokenClassification"}}));
  const PretrainedClassifier model = LoadClassifier(GoldenPath(source));
  const TemporaryDirectory folder;
  SavePretrained(model.config, model.parameters, {}, folder.Root(), true, model.labels, kind);
  const PretrainedClassifier again = LoadClassifier(folder.Root());
  CHECK(again.kind == kind);
  CHECK(again.labels == model.labels);
  CHECK(again.config == model.config);
  CHECK(std::equal(again.parameters.Data().begin(), again.parameters.Data().end(),
                   model.parameters.Data().begin()));
  const SafetensorsFile ours(folder.Path("model.safetensors"));
  const SafetensorsFile theirs(GoldenPath(source + "/model.safetensors"));
  CHECK(ours.Entries().size() == theirs.Entries().size());
  for (const SafetensorsEntry& entry : theirs.Entries()) {
    CHECK(ours.Find(entry.name).shape == entry.shape);
  }
  const std::string config = ReadFile(folder.Path("config.json"));
  CHECK_THAT(config, ContainsSubstring(name));
}

TEST_CASE("What is no classifier is refused", "[classifier]") {
  CHECK_THROWS_WITH(LoadClassifier(GoldenPath("bert_parity")), ContainsSubstring("id2label"));
  const TemporaryDirectory folder;
  WriteFileAtomically(folder.Path("config.json"), R"({"id2label": {"0": "a", "2": "b"}})");
  CHECK_THROWS_WITH(ReadLabels(folder.Path("config.json")),
                    ContainsSubstring("id2label: expected a name for each of the ids 0 to 1"));
}

TEST_CASE("An encoder's weights are copied, a head's are not", "[classifier]") {
  const PretrainedModel masked_lm = LoadPretrained(GoldenPath("bert_parity"));
  ModelConfig config = masked_lm.config;
  config.has_mlm_head = false;
  ParameterSet classifier(std::make_shared<const ParameterLayout>(ClassifierLayout(config, 4)));
  CopyEncoder(masked_lm, classifier);
  const std::string name = "bert.encoder.layer.1.output.dense.weight";
  CHECK(classifier.At(name)(3, 5) == masked_lm.parameters.At(name)(3, 5));
  CHECK(classifier.At("bert.pooler.dense.weight")(0, 0) == 0.0f);
  CHECK(!classifier.Layout().Contains("cls.predictions.bias"));
}

TEST_CASE("Tanh is tanh", "[elementary]") {
  for (double x = -20.0; x < 20.0; x += 0.00371) {
    CHECK_THAT(Tanh(x), WithinRel(std::tanh(x), 1e-13));
  }
  for (const double x : {1e-300, 1e-9, 3e-4, 0.00999999, 0.01, 0.0100001}) {
    CHECK_THAT(Tanh(x), WithinRel(std::tanh(x), 1e-13));
    CHECK(Tanh(-x) == -Tanh(x));
  }
  CHECK(Tanh(0.0) == 0.0);
  CHECK(Tanh(1e9) == 1.0);
}

}  // namespace
}  // namespace headscope
