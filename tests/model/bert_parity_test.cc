// Parity with PyTorch and HuggingFace's BertForMaskedLM, on the goldens of
// tests/goldens/make_bert_goldens.py: a batch of five sequences of different lengths, which
// HuggingFace computes padded and in double precision.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "model/activations.h"
#include "model/encoder.h"
#include "model/ops/adamw.h"
#include "model/ops/cross_entropy.h"
#include "model/pretrained.h"
#include "model/safetensors.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"

namespace headscope {
namespace {

class Golden {
 public:
  Golden() : file_(GoldenPath("bert_parity/parity.safetensors")) {}
  std::vector<float> Floats(const std::string& name) const {
    std::vector<float> values(file_.Find(name).NumElements());
    file_.ReadFloats(name, values);
    return values;
  }
  template <typename T>
  std::vector<T> Integers(const std::string& name) const {
    std::vector<T> values;
    for (const int64_t value : file_.ReadIntegers(name)) values.push_back(static_cast<T>(value));
    return values;
  }
  RaggedBatch Batch() const {
    RaggedBatch batch;
    batch.ids = Integers<int32_t>("ids");
    batch.segments = Integers<int32_t>("segments");
    batch.offsets = Integers<uint32_t>("offsets");
    batch.sequence_ids.resize(batch.NumSequences());
    std::iota(batch.sequence_ids.begin(), batch.sequence_ids.end(), 0u);
    return batch;
  }

 private:
  SafetensorsFile file_;
};

// The largest difference; infinite when a value is NaN.
double MaxDifference(std::span<const float> found, std::span<const float> expected) {
  REQUIRE(found.size() == expected.size());
  double most = 0.0;
  for (size_t i = 0; i < found.size(); ++i) {
    const double difference = std::abs(static_cast<double>(found[i]) - expected[i]);
    if (!(difference <= most)) most = std::isnan(difference) ? HUGE_VAL : difference;
  }
  return most;
}

std::vector<float> Flattened(ConstMatrix matrix) {
  std::vector<float> values;
  for (size_t row = 0; row < matrix.rows; ++row) {
    values.insert(values.end(), matrix.Row(row), matrix.Row(row) + matrix.cols);
  }
  return values;
}

double Norm(std::span<const float> values) {
  double sum = 0.0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  return std::sqrt(sum);
}

// One model, its gradients and its Adam moments, on the golden's batch.
class Training {
 public:
  Training()
      : model_(LoadPretrained(GoldenPath("bert_parity"))),
        batch_(golden_.Batch()),
        rows_(golden_.Integers<uint32_t>("rows")),
        labels_(golden_.Integers<int32_t>("labels")),
        pool_(2),
        compute_(pool_),
        encoder_(model_.config),
        acts_(model_.config, Activations::Mode::kTraining),
        gradients_(model_.parameters.SharedLayout()),
        first_moments_(model_.parameters.SharedLayout()),
        second_moments_(model_.parameters.SharedLayout()) {}

  // Mean loss over the masked-LM rows; `gradients` are then those of this loss.
  double ForwardBackward() {
    acts_.Prepare(batch_, rows_.size());
    encoder_.Forward(compute_, model_.parameters, batch_, {}, acts_);
    encoder_.MlmForward(compute_, model_.parameters, rows_, {}, acts_);
    const Matrix logits = acts_.Rows(Hook::kLogits);
    std::vector<float> losses(rows_.size()), log_sum_exp(rows_.size());
    CrossEntropyForward(pool_, logits, labels_, losses.data(), log_sum_exp.data());

    std::vector<float> dlogits_data(logits.rows * logits.cols);
    const Matrix dlogits(dlogits_data.data(), logits.rows, logits.cols);
    const float scale = 1.0f / static_cast<float>(rows_.size());
    CrossEntropyBackward(pool_, logits, labels_, log_sum_exp.data(), scale, dlogits);
    gradients_.SetZero();
    std::vector<float> dx_data(batch_.NumTokens() * model_.config.hidden_size);
    const Matrix dx(dx_data.data(), batch_.NumTokens(), model_.config.hidden_size);
    encoder_.MlmBackward(compute_, model_.parameters, rows_, acts_, dlogits, dx, gradients_);
    encoder_.Backward(compute_, model_.parameters, batch_, {}, acts_, dx, gradients_);
    return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
  }

  double GradientNorm() {
    const std::span<const float> all = gradients_.Data();
    return std::sqrt(SumOfSquares(pool_, all.data(), all.size()));
  }

  // As torch.optim.AdamW after clip_grad_norm_(1.0), step counted from 1.
  void Step(int step) {
    AdamWStep update{
        .learning_rate = 1e-3f,
        .beta1 = 0.9f,
        .beta2 = 0.999f,
        .epsilon = 1e-8f,
        .weight_decay = 0.0f,
        .gradient_scale = static_cast<float>(std::min(1.0, 1.0 / (GradientNorm() + 1e-6))),
        .bias_correction1 = static_cast<float>(1.0 - std::pow(0.9, step)),
        .bias_correction2 = static_cast<float>(1.0 - std::pow(0.999, step))};
    for (const ParameterSpec& spec : gradients_.Layout().Specs()) {
      if (!spec.alias_of.empty()) continue;
      update.weight_decay = spec.decays ? 0.01f : 0.0f;
      const auto at = [&](ParameterSet& set) { return set.Data().data() + spec.offset; };
      AdamWUpdate(pool_, update, spec.size, at(gradients_), at(model_.parameters),
                  at(first_moments_), at(second_moments_));
    }
  }

  const Golden& Expected() const { return golden_; }
  const PretrainedModel& Model() const { return model_; }
  const ParameterSet& Gradients() const { return gradients_; }
  const RaggedBatch& Batch() const { return batch_; }
  Compute& Surroundings() { return compute_; }

 private:
  Golden golden_;
  PretrainedModel model_;
  RaggedBatch batch_;
  std::vector<uint32_t> rows_;
  std::vector<int32_t> labels_;
  ThreadPool pool_;
  Compute compute_;
  Encoder encoder_;
  Activations acts_;
  ParameterSet gradients_, first_moments_, second_moments_;
};

TEST_CASE("Hidden states, patterns and logits equal HuggingFace's", "[parity]") {
  Training training;
  const Golden& golden = training.Expected();
  const ModelConfig& config = training.Model().config;
  const RaggedBatch& batch = training.Batch();
  const bool lean = GENERATE(false, true);
  Activations acts(config, lean ? Activations::Mode::kInference : Activations::Mode::kTraining,
                   lean ? AllHookNames(config) : std::vector<std::string>{});
  acts.Prepare(batch, batch.NumTokens());
  const Encoder encoder(config);
  encoder.Forward(training.Surroundings(), training.Model().parameters, batch, {}, acts);
  std::vector<uint32_t> all_rows(batch.NumTokens());
  std::iota(all_rows.begin(), all_rows.end(), 0u);
  encoder.MlmForward(training.Surroundings(), training.Model().parameters, all_rows, {}, acts);

  CHECK(MaxDifference(Flattened(acts.Rows(Hook::kFullEmbed)), golden.Floats("hidden.0")) <= 1e-4);
  for (size_t layer = 0; layer < 2; ++layer) {
    const std::vector<float> hidden = Flattened(acts.Rows(Hook::kNormalizedResidPost, layer));
    CHECK(MaxDifference(hidden, golden.Floats(fmt::format("hidden.{}", layer + 1))) <= 1e-4);
    std::vector<float> patterns;
    for (size_t s = 0; s < batch.NumSequences(); ++s) {
      const std::vector<float> heads = Flattened(acts.At(HookName(Hook::kPattern, layer), s));
      patterns.insert(patterns.end(), heads.begin(), heads.end());
    }
    CHECK(MaxDifference(patterns, golden.Floats(fmt::format("pattern.{}", layer))) <= 1e-4);
  }
  CHECK(MaxDifference(Flattened(acts.Rows(Hook::kLogits)), golden.Floats("logits")) <= 1e-4);
}

TEST_CASE("The loss and the gradient of every tensor equal PyTorch's", "[parity]") {
  Training training;
  const Golden& golden = training.Expected();
  CHECK(std::abs(training.ForwardBackward() - golden.Floats("loss")[0]) <= 1e-5);
  size_t num_compared = 0;
  for (const ParameterSpec& spec : training.Gradients().Layout().Specs()) {
    if (!spec.alias_of.empty()) continue;
    const std::vector<float> expected = golden.Floats("grad." + spec.name);
    std::vector<float> difference(expected);
    const std::span<const float> found =
        training.Gradients().Data().subspan(spec.offset, spec.size);
    REQUIRE(found.size() == expected.size());
    for (size_t i = 0; i < found.size(); ++i) difference[i] -= found[i];
    INFO(spec.name << ": norm " << Norm(expected) << ", difference " << Norm(difference));
    // A key's bias shifts whole rows of scores and so has no gradient at all: 1e-7 is for rounding.
    CHECK(Norm(difference) <= 1e-4 * Norm(expected) + 1e-7);
    ++num_compared;
  }
  CHECK(num_compared == 5 + 2 * 16 + 5);
}

TEST_CASE("Twenty steps of AdamW with clipping lose as PyTorch's do", "[parity]") {
  Training training;
  const std::vector<float> losses = training.Expected().Floats("losses");
  const std::vector<float> norms = training.Expected().Floats("norms");
  REQUIRE(losses.size() == 20);
  for (size_t step = 0; step < losses.size(); ++step) {
    INFO("step " << step);
    CHECK(std::abs(training.ForwardBackward() - losses[step]) <= 1e-3);
    CHECK_THAT(training.GradientNorm(), WithinRel(static_cast<double>(norms[step]), 1e-3));
    training.Step(static_cast<int>(step) + 1);
  }
  CHECK(losses.back() < losses.front() - 1.0f);
}

}  // namespace
}  // namespace headscope
