// Parity with HuggingFace's BertForSequenceClassification, on the goldens of
// tests/goldens/make_classifier_goldens.py, and the files that it opens.
#include "model/classifier.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "model/base/elementary.h"
#include "model/base/file.h"
#include "model/config_json.h"
#include "model/ops/cross_entropy.h"
#include "model/safetensors.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"
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

TEST_CASE("A classifier's logits and gradients are HuggingFace's", "[classifier][parity]") {
  const PretrainedClassifier model = LoadClassifier(GoldenPath("classifier"));
  CHECK(model.labels == std::vector<std::string>{"no", "maybe", "yes"});
  const SafetensorsFile golden(GoldenPath("classifier/parity.safetensors"));
  RaggedBatch batch;
  batch.ids = Integers<int32_t>(golden, "ids");
  batch.segments = Integers<int32_t>(golden, "segments");
  batch.offsets = Integers<uint32_t>(golden, "offsets");
  batch.sequence_ids = {0, 1, 2};
  const auto labels = Integers<int32_t>(golden, "labels");
  for (const size_t threads : {1, 3}) {
    ThreadPool pool(threads);
    Compute compute(pool);
    const Encoder encoder(model.config);
    Activations acts(model.config, Activations::Mode::kTraining);
    acts.Prepare(batch);
    encoder.Forward(compute, model.parameters, batch, {}, acts);
    ClassifierHead head(model.config, 3);
    const Matrix logits = head.Forward(compute, model.parameters, batch, {}, acts);
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
    CHECK(compared == 25);
  }
}

TEST_CASE("A saved classifier is read back bit for bit, under HuggingFace's names",
          "[classifier]") {
  const PretrainedClassifier model = LoadClassifier(GoldenPath("classifier"));
  const TemporaryDirectory folder;
  SavePretrained(model.config, model.parameters, {}, folder.Root(), true, model.labels);
  const PretrainedClassifier again = LoadClassifier(folder.Root());
  CHECK(again.labels == model.labels);
  CHECK(again.config == model.config);
  CHECK(std::equal(again.parameters.Data().begin(), again.parameters.Data().end(),
                   model.parameters.Data().begin()));
  const SafetensorsFile ours(folder.Path("model.safetensors"));
  const SafetensorsFile theirs(GoldenPath("classifier/model.safetensors"));
  CHECK(ours.Entries().size() == theirs.Entries().size());
  for (const SafetensorsEntry& entry : theirs.Entries()) {
    CHECK(ours.Find(entry.name).shape == entry.shape);
  }
  const std::string config = ReadFile(folder.Path("config.json"));
  CHECK_THAT(config, ContainsSubstring("BertForSequenceClassification"));
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
