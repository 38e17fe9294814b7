// Whole trainings under the regimes of attention: the same bits however they run, frozen tensors
// untouched, and a model on disk that is run as it was trained.
#include <cmath>
#include <cstring>

#include "model/attention_regime.h"
#include "model/encoder.h"
#include "model/pretrained.h"
#include "tests/support/catch.h"
#include "tests/support/small_training.h"

namespace headscope {
namespace {

struct RegimeTraining : SmallTraining {
  explicit RegimeTraining(const std::string& attention) {
    config.attention = attention;
    config.steps = 12;
    config.Validate();
  }
};

bool SameBytes(ConstMatrix a, ConstMatrix b) {
  return a.rows * a.cols == b.rows * b.cols &&
         std::memcmp(a.data, b.data, a.rows * a.cols * sizeof(float)) == 0;
}

std::string Self(size_t layer, const char* tensor) {
  return "bert.encoder.layer." + std::to_string(layer) + ".attention.self." + tensor;
}

constexpr const char* kRegimes[] = {"random:entropy=0.5", "positional", "permuted@L0H1,L1",
                                    "frozen-qk@L0 uniform@L1H0"};

TEST_CASE(
    "Trainings under every regime have the same bits for every number of threads and "
    "interruption",
    "[attention][same-bits]") {
  for (const char* attention : kRegimes) {
    INFO(attention);
    RegimeTraining training(attention);
    const std::string expected = HashesOf(training.Run("one", 1));
    CHECK(HashesOf(training.Run("three", 3)) == expected);
    int asked = 0;
    training.Run("stopped", 2, false, [&] { return asked++ == 7; });
    CHECK(HashesOf(training.Run("stopped", 1, true)) == expected);
  }
}

TEST_CASE("Regimes make different models", "[attention]") {
  RegimeTraining training("learned");
  std::vector<std::string> hashes;
  for (const char* attention : {"learned", "uniform", "random", "random:scale=3", "permuted",
                                "permuted:fixed", "permuted:specials", "frozen-qk", "positional"}) {
    training.config.attention = attention;
    const std::string run = training.Run("run" + std::to_string(hashes.size()), 1);
    hashes.push_back(Sha256OfFile(run + "/model/model.safetensors"));
    CHECK(std::count(hashes.begin(), hashes.end(), hashes.back()) == 1);
  }
}

TEST_CASE("Frozen queries and keys keep their bytes while all else learns", "[attention]") {
  RegimeTraining training("frozen-qk@L1");
  const PretrainedModel trained = LoadPretrained(training.Run("run", 1) + "/model");
  ParameterSet initial(trained.parameters.SharedLayout());
  InitialiseParameters(trained.config.initializer_range, training.config.seed, initial);
  for (const ParameterSpec& spec : initial.Layout().Specs()) {
    const bool frozen = spec.name == Self(1, "query.weight") ||
                        spec.name == Self(1, "query.bias") || spec.name == Self(1, "key.weight") ||
                        spec.name == Self(1, "key.bias");
    INFO(spec.name);
    CHECK(SameBytes(initial.At(spec.name), trained.parameters.At(spec.name)) == frozen);
  }
}

TEST_CASE("Frozen tensors have no part in the gradient's norm", "[attention]") {
  // With all queries and keys frozen, the first norm is smaller than with none.
  const auto first_norm = [](const char* attention) {
    RegimeTraining training(attention);
    training.config.steps = 1;
    training.config.log_every = 1;
    const std::string metrics = ReadFile(training.Run("run", 1) + "/metrics.jsonl");
    const std::string key = "\"grad_norm\":";
    return std::stod(metrics.substr(metrics.find(key) + key.size()));
  };
  const double learned = first_norm("learned"), frozen = first_norm("frozen-qk");
  CHECK(frozen < learned);
  CHECK(frozen > 0.5 * learned);
}

TEST_CASE("Queries and keys of another run are copied and then frozen", "[attention]") {
  RegimeTraining training("learned");
  const std::string source = training.Run("source", 1) + "/model";
  training.config.attention = "frozen-qk:" + source;
  training.config.seed = 9;
  const PretrainedModel first = LoadPretrained(source);
  const PretrainedModel second = LoadPretrained(training.Run("copy", 1) + "/model");
  for (const size_t layer : {0, 1}) {
    for (const char* tensor : {"query.weight", "key.weight", "query.bias", "key.bias"}) {
      CHECK(SameBytes(first.parameters.At(Self(layer, tensor)),
                      second.parameters.At(Self(layer, tensor))));
    }
    CHECK_FALSE(SameBytes(first.parameters.At(Self(layer, "value.weight")),
                          second.parameters.At(Self(layer, "value.weight"))));
  }
}

TEST_CASE("A trained model is run under its regime when it is loaded", "[attention]") {
  RegimeTraining training("positional:-1@L0");
  const PretrainedModel model = LoadPretrained(training.Run("run", 1) + "/model");
  REQUIRE(model.attention != nullptr);
  ThreadPool pool(1);
  Compute compute(pool);
  const std::string hook = HookName(Hook::kPattern, 0);
  Activations acts(model.config, Activations::Mode::kInference, {hook});
  RaggedBatch batch;
  batch.Add(std::vector<int32_t>{2, 9, 8, 7, 3}, 0);
  acts.Prepare(batch);
  ForwardOptions options;
  options.attention = ControlOf(model.attention);
  Encoder(model.config).Forward(compute, model.parameters, batch, options, acts);
  const Matrix pattern = acts.Square(Hook::kPattern, 0, 1, 0);
  for (size_t i = 0; i < 5; ++i) CHECK(pattern(i, i == 0 ? 0 : i - 1) == 1.0f);
}

}  // namespace
}  // namespace headscope
