#include "train/masked_lm_objective.h"

#include <cmath>
#include <memory>

#include "model/bert_parameters.h"
#include "tests/support/catch.h"
#include "train/trainer.h"

namespace headscope {
namespace {

class OneBatch final : public MaskedBatchSource {
 public:
  explicit OneBatch(MaskedBatch batch) : batch_(std::move(batch)) {}
  const MaskedBatch& At(uint64_t) override { return batch_; }

 private:
  MaskedBatch batch_;
};

class Silent final : public TrainingObserver {
 public:
  void OnStep(const TrainingState&, const LossSum& loss) override { last_loss = loss.Mean(); }
  void OnTrainingMetrics(const TrainingState&, double) override {}
  void OnHeldOutMetrics(const TrainingState&) override {}
  void OnSave(const TrainingState&) override {}
  double last_loss = 0.0;
};

constexpr int32_t kVocabulary = 500;
constexpr int32_t kMask = 4;

// Random sequences of which every sixth piece is masked.
MaskedBatch RandomBatch(uint32_t key, size_t sequences, size_t length) {
  const RandomStream stream{3, Purpose::kTest, key};
  MaskedBatch masked;
  uint64_t draw = 0;
  for (uint32_t s = 0; s < sequences; ++s) {
    std::vector<int32_t> ids(length);
    for (int32_t& id : ids) id = 5 + static_cast<int32_t>(stream.Below(draw++, kVocabulary - 5));
    masked.batch.Add(ids, s);
  }
  for (uint32_t row = 2; row < masked.batch.NumTokens(); row += 6) {
    masked.positions.push_back(row);
    masked.labels.push_back(masked.batch.ids[row]);
    masked.batch.ids[row] = kMask;
  }
  return masked;
}

ModelConfig SmallModel() {
  ModelConfig model = ModelConfigOfSize("nano", kVocabulary);
  model.max_position_embeddings = 32;
  model.hidden_dropout_prob = model.attention_probs_dropout_prob = 0.0f;
  return model;
}

struct Fixture {
  ThreadPool pool{1};
  Compute compute{pool};
  ModelConfig model = SmallModel();
  Encoder encoder{model};
  TrainingState state{std::make_shared<const ParameterLayout>(BertLayout(model))};

  explicit Fixture(uint64_t seed = 1) {
    InitialiseParameters(model.initializer_range, seed, state.parameters);
  }
};

TEST_CASE("An untrained model is as good as guessing among the vocabulary", "[objective]") {
  for (const uint64_t seed : {1u, 2u, 3u}) {
    Fixture f(seed);
    OneBatch unused(RandomBatch(0, 1, 8));
    const std::vector<MaskedBatch> held_out{RandomBatch(1, 40, 24), RandomBatch(2, 40, 24)};
    const LearnedAttention attention;
    MaskedLmObjective objective(f.encoder, attention, 1, unused, held_out);
    const LossSum loss = objective.Evaluate(f.compute, f.state.parameters);
    CHECK(loss.predictions == 320);
    CHECK(loss.tokens == 2 * 40 * 24);
    CHECK_THAT(loss.Mean(), WithinAbs(std::log(kVocabulary), 0.05));
  }
}

TEST_CASE("One batch is learnt by heart in 300 steps", "[objective][slow]") {
  Fixture f;
  OneBatch batch(RandomBatch(0, 5, 24));
  const LearnedAttention attention;
  MaskedLmObjective objective(f.encoder, attention, 1, batch, {});
  TrainerConfig config;
  config.schedule = {.peak = 4e-3, .warmup = 20, .steps = 300, .decay = Decay::kLinear};
  Silent silent;
  Train(f.compute, config, objective, f.state, silent, [] { return false; });
  CHECK(silent.last_loss < 0.01);
}

// The gradient is that of the mean over the masked positions, against central differences of
// Evaluate on the same batch.
TEST_CASE("The objective's gradient is the slope of its mean loss", "[objective]") {
  Fixture f;
  const MaskedBatch batch = RandomBatch(0, 6, 12);
  OneBatch source(batch);
  const LearnedAttention attention;
  MaskedLmObjective objective(f.encoder, attention, 1, source, {batch});
  ParameterSet gradients(f.state.parameters.SharedLayout());
  const LossSum loss = objective.Accumulate(f.compute, f.state.parameters, 1, gradients);
  CHECK_THAT(loss.Mean(),
             WithinRel(objective.Evaluate(f.compute, f.state.parameters).Mean(), 1e-9));

  // Along the gradient itself the slope is the gradient's squared norm.
  double squared = 0.0;
  for (const float g : gradients.Data()) squared += static_cast<double>(g) * static_cast<double>(g);
  const auto loss_at = [&](double distance) {
    ParameterSet moved(f.state.parameters.SharedLayout());
    for (size_t i = 0; i < moved.Data().size(); ++i) {
      moved.Data()[i] =
          f.state.parameters.Data()[i] + static_cast<float>(distance) * gradients.Data()[i];
    }
    return objective.Evaluate(f.compute, moved).Mean();
  };
  const double h = 1e-3;
  CHECK_THAT((loss_at(h) - loss_at(-h)) / (2 * h), WithinRel(squared, 1e-3));
}

// Takes down what it is shown.
class Witness final : public AttentionObjective {
 public:
  Encoder::PatternGradient Accumulate(Compute&, const ParameterSet&, uint64_t, const RaggedBatch&,
                                      Activations&, ParameterSet&) override {
    return {};
  }
  void BeginEvaluation() override { masked.clear(), whole.clear(); }
  void Evaluate(Compute&, const ParameterSet&, const RaggedBatch& batch, Activations&) override {
    masked.push_back(batch.ids);
  }
  bool SeesWhole() const override { return true; }
  void EvaluateWhole(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                     Activations& acts) override {
    whole.push_back(batch.ids);
    // The patterns are those of the whole batch.
    const ModelConfig model = SmallModel();
    Activations own(model, Activations::Mode::kTraining);
    own.Prepare(batch);
    Encoder(model).Forward(compute, parameters, batch, {}, own);
    const ConstMatrix found = acts.Square(Hook::kPattern, 1, 0, 2);
    const ConstMatrix wanted = own.Square(Hook::kPattern, 1, 0, 2);
    are_of_whole = std::equal(found.data, found.data + found.rows * found.cols, wanted.data);
  }
  std::vector<std::vector<int32_t>> masked, whole;
  bool are_of_whole = false;
};

TEST_CASE("Who asks for it is shown held-out batches masked and whole", "[objective]") {
  Fixture f;
  MaskedBatch batch = RandomBatch(1, 4, 12);
  const std::vector<int32_t> masked = batch.batch.ids;
  std::vector<int32_t> whole = masked;
  for (size_t i = 0; i < batch.positions.size(); ++i) whole[batch.positions[i]] = batch.labels[i];
  REQUIRE(whole != masked);
  OneBatch source(batch);
  const LearnedAttention attention;
  auto owned = std::make_unique<Witness>();
  Witness& witness = *owned;
  AttentionObjectives all;
  all.Add(std::move(owned));
  MaskedLmObjective objective(f.encoder, attention, 1, source, {batch}, &all);
  const double loss = objective.Evaluate(f.compute, f.state.parameters).Mean();
  CHECK(witness.masked == std::vector<std::vector<int32_t>>{masked});
  CHECK(witness.whole == std::vector<std::vector<int32_t>>{whole});
  CHECK(witness.are_of_whole);
  MaskedLmObjective alone(f.encoder, attention, 1, source, {batch});
  CHECK(alone.Evaluate(f.compute, f.state.parameters).Mean() == loss);
}

TEST_CASE("A batch without masked positions teaches nothing and is no error", "[objective]") {
  Fixture f;
  MaskedBatch batch = RandomBatch(0, 2, 10);
  batch.positions.clear();
  batch.labels.clear();
  OneBatch source(batch);
  const LearnedAttention attention;
  MaskedLmObjective objective(f.encoder, attention, 1, source, {});
  ParameterSet gradients(f.state.parameters.SharedLayout());
  const LossSum loss = objective.Accumulate(f.compute, f.state.parameters, 1, gradients);
  CHECK(loss.predictions == 0);
  CHECK(loss.tokens == 20);
  for (const float g : gradients.Data()) CHECK(g == 0.0f);
}

}  // namespace
}  // namespace headscope
