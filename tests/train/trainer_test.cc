#include "train/trainer.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "model/base/error.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

std::shared_ptr<const ParameterLayout> BowlLayout() {
  auto layout = std::make_shared<ParameterLayout>();
  layout->Add({.name = "first", .shape = {3}});
  layout->Add({.name = "second", .shape = {2, 2}, .decays = true});
  return layout;
}

// loss = sum of (p - 1)^2 / 2, whose gradient is p - 1; at one step something is made not finite.
class Bowl final : public Objective {
 public:
  enum class Damage { kNone, kLoss, kGradient };
  Damage damage = Damage::kNone;
  uint64_t damaged_step = 0;
  uint64_t last_step = 0;
  std::string sought;

  LossSum Accumulate(Compute&, const ParameterSet& parameters, uint64_t step,
                     ParameterSet& gradients) override {
    last_step = step;
    LossSum loss{.sum = 0.0, .predictions = 1, .tokens = step};
    for (size_t i = 0; i < parameters.Data().size(); ++i) {
      const float error = parameters.Data()[i] - 1.0f;
      gradients.Data()[i] += error;
      loss.sum += 0.5 * static_cast<double>(error * error);
    }
    const float nan = std::numeric_limits<float>::quiet_NaN();
    if (step == damaged_step && damage == Damage::kLoss) loss.sum = static_cast<double>(nan);
    if (step == damaged_step && damage == Damage::kGradient) gradients.At("second")(1, 0) = nan;
    return loss;
  }
  std::string Position() const override { return "after " + std::to_string(last_step); }
  void Seek(const std::string& position) override { sought = position; }
  LossSum Evaluate(Compute& compute, const ParameterSet& parameters) override {
    ParameterSet scratch(parameters.SharedLayout());
    const uint64_t kept = last_step;
    const LossSum loss = Accumulate(compute, parameters, 0, scratch);
    last_step = kept;
    return loss;
  }
};

// Writes down what it is told, and keeps the last saved state.
class Witness final : public TrainingObserver {
 public:
  std::vector<std::string> events;
  std::vector<float> saved;
  uint64_t saved_step = 0;
  std::vector<double> losses;

  void OnStep(const TrainingState&, const LossSum&) override {}
  void OnTrainingMetrics(const TrainingState& state, double) override {
    events.push_back("log " + std::to_string(state.step) + "/" +
                     std::to_string(state.window.steps));
    losses.push_back(state.window.loss.Mean());
  }
  void OnHeldOutMetrics(const TrainingState& state) override {
    events.push_back("eval " + std::to_string(state.held_out_step));
  }
  void OnSave(const TrainingState& state) override {
    events.push_back("save " + std::to_string(state.step));
    saved.assign(state.parameters.Data().begin(), state.parameters.Data().end());
    saved_step = state.step;
  }
};

TrainerConfig TestConfig() {
  TrainerConfig config;
  config.schedule = {.peak = 0.1, .warmup = 3, .steps = 20, .decay = Decay::kLinear};
  config.log_every = 6;
  config.eval_every = 10;
  config.save_every = 8;
  return config;
}

const auto kNeverStop = [] { return false; };

struct BowlTraining {
  ThreadPool pool{1};
  Compute compute{pool};
  Bowl objective;
  Witness witness;
  TrainingState state{BowlLayout()};
};

TEST_CASE("The trainer logs, evaluates and saves when due, and at the end", "[trainer]") {
  BowlTraining f;
  CHECK(Train(f.compute, TestConfig(), f.objective, f.state, f.witness, kNeverStop) ==
        TrainingEnd::kFinished);
  CHECK(f.witness.events == std::vector<std::string>{"save 0", "eval 0", "log 6/6", "save 8",
                                                     "eval 10", "log 12/6", "save 16", "log 18/6",
                                                     "log 20/2", "eval 20", "save 20"});
  CHECK(f.state.step == 20);
  CHECK(f.state.tokens == 20 * 21 / 2);
  CHECK(f.witness.losses.back() < 0.5 * f.witness.losses.front());
  CHECK(f.objective.sought.empty());
}

TEST_CASE("A run stopped anywhere and gone on with is the same run", "[trainer]") {
  BowlTraining whole;
  Train(whole.compute, TestConfig(), whole.objective, whole.state, whole.witness, kNeverStop);
  for (const uint64_t stop_at : {1u, 6u, 7u, 8u, 13u, 19u}) {
    BowlTraining f;
    CHECK(Train(f.compute, TestConfig(), f.objective, f.state, f.witness,
                [&] { return f.state.step == stop_at; }) == TrainingEnd::kInterrupted);
    CHECK(f.state.step == stop_at);
    CHECK(f.witness.saved_step == stop_at);
    CHECK(Train(f.compute, TestConfig(), f.objective, f.state, f.witness, kNeverStop) ==
          TrainingEnd::kFinished);
    CHECK(f.objective.sought == "after " + std::to_string(stop_at));
    CHECK(f.witness.saved == whole.witness.saved);
    CHECK(f.witness.losses == whole.witness.losses);
    CHECK(f.state.tokens == whole.state.tokens);
  }
}

TEST_CASE("What is not finite stops the run before it is used or saved", "[trainer]") {
  BowlTraining f;
  f.objective.damaged_step = 13;
  const auto run = [&] {
    Train(f.compute, TestConfig(), f.objective, f.state, f.witness, kNeverStop);
  };
  SECTION("a gradient") {
    f.objective.damage = Bowl::Damage::kGradient;
    CHECK_THROWS_WITH(run(), ContainsSubstring("step 13") &&
                                 ContainsSubstring("second[1, 0] is nan") &&
                                 ContainsSubstring("gradients"));
  }
  SECTION("a loss") {
    f.objective.damage = Bowl::Damage::kLoss;
    CHECK_THROWS_WITH(run(), ContainsSubstring("step 13") && ContainsSubstring("the loss is nan"));
  }
  CHECK(f.state.step == 12);
  CHECK(f.witness.saved_step == 8);
  CHECK(FirstNonFinite(f.state.parameters).empty());
}

TEST_CASE("A weight that is not finite is never saved", "[trainer]") {
  BowlTraining f;
  TrainerConfig config = TestConfig();
  config.save_every = 1;
  config.schedule = {.peak = 3e38, .warmup = 0, .steps = 20, .decay = Decay::kConstant};
  CHECK_THROWS_WITH(
      Train(f.compute, config, f.objective, f.state, f.witness, kNeverStop),
      ContainsSubstring("step 1: the weight") || ContainsSubstring("step 2: the loss is inf"));
  for (const float value : f.witness.saved) CHECK(std::isfinite(value));
}

}  // namespace
}  // namespace headscope
