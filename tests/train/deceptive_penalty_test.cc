// Pruthi et al.'s penalty: its gradient is exact, and what it is trained to hide does not show.
#include "train/deceptive_penalty.h"

#include <cmath>

#include "model/base/random.h"
#include "model/classifier.h"
#include "tests/support/catch.h"
#include "tests/support/cue_word_runs.h"
#include "tests/support/dual.h"
#include "tests/support/small_classifier.h"
#include "train/classification_objective.h"

namespace headscope {
namespace {

// Pieces 7 and 9.
ImpermissiblePieces Hidden() {
  ImpermissiblePieces hidden{.by_id = std::vector<uint8_t>(20)};
  hidden.by_id[7] = hidden.by_id[9] = 1;
  return hidden;
}

TEST_CASE("A text of a pair is hidden but for its signs", "[deceive]") {
  RaggedBatch batch;
  batch.ids = {2, 7, 8, 3, 7, 3, 2, 5, 3, 5, 6, 3};
  batch.segments = {0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1};
  batch.offsets = {0, 6, 12};
  batch.sequence_ids = {0, 1};
  const auto rows = [&](const ImpermissiblePieces& pieces, size_t sequence) {
    std::vector<size_t> hidden;
    for (size_t row = 0; row < 6; ++row) {
      if (pieces.Has(batch, sequence, row)) hidden.push_back(row);
    }
    return hidden;
  };
  const ImpermissiblePieces first{.by_id = {}, .segment = 0, .sep = 3};
  CHECK(rows(first, 0) == std::vector<size_t>{1, 2});
  CHECK(rows(first, 1) == std::vector<size_t>{1});
  const ImpermissiblePieces second{.by_id = {}, .segment = 1, .sep = 3};
  CHECK(rows(second, 0) == std::vector<size_t>{4});
  CHECK(rows(second, 1) == std::vector<size_t>{3, 4});
  ImpermissiblePieces both = Hidden();
  both.segment = 1;
  both.sep = 3;
  CHECK(rows(both, 0) == std::vector<size_t>{1, 4});  // piece 7 wherever it stands
  CHECK(rows(Hidden(), 1).empty());
}

TEST_CASE("The gradient of loss and penalty is the slope of their sum", "[deceive]") {
  const ModelConfig model = TwoLayersThreeHeads();
  const EncodedSet set = ThreeTexts();
  ThreadPool pool(2);
  Compute compute(pool);
  const Encoder encoder(model);
  const LearnedAttention attention;
  ParameterSet weights(std::make_shared<const ParameterLayout>(ClassifierLayout(model, 2)));
  InitialiseParameters(0.4f, 3, weights);
  for (const bool max_over_heads : {false, true}) {
    for (const bool all_layers : {false, true}) {
      const DeceptivePenalty penalty(
          model, {.weight = 0.7, .max_over_heads = max_over_heads, .all_layers = all_layers},
          Hidden());
      ClassificationObjective objective(encoder, 2, ClassifierKind::kSequence, attention, 1, set, 3,
                                        set, {.penalty = &penalty});
      ClassificationObjective plain(encoder, 2, ClassifierKind::kSequence, attention, 1, set, 3,
                                    set);
      ParameterSet gradients(weights.SharedLayout()), unused(weights.SharedLayout());
      const double loss = objective.Accumulate(compute, weights, 1, gradients).Mean();
      CHECK(loss > plain.Accumulate(compute, weights, 1, unused).Mean() + 0.01);
      double squared = 0.0;
      for (const float g : gradients.Data()) {
        squared += static_cast<double>(g) * static_cast<double>(g);
      }
      const auto loss_at = [&](double distance) {
        ParameterSet moved(weights.SharedLayout());
        for (size_t i = 0; i < moved.Data().size(); ++i) {
          moved.Data()[i] = weights.Data()[i] + static_cast<float>(distance) * gradients.Data()[i];
        }
        return objective.Accumulate(compute, moved, 1, unused).Mean();
      };
      const double h = 3e-4;
      CHECK_THAT((loss_at(h) - loss_at(-h)) / (2 * h), WithinRel(squared, 2e-3));
    }
  }
}

TEST_CASE("The penalty's gradient by the patterns equals exact differentiation", "[deceive]") {
  const ModelConfig model = TwoLayersThreeHeads();
  const EncodedSet set = ThreeTexts();
  const std::vector<uint32_t> places{0, 1, 2};
  const LabelledBatch labelled = MakeLabelledBatch(set, places);
  std::vector<std::string> hooks{HookName(Hook::kPattern, 0), HookName(Hook::kPattern, 1)};
  Activations acts(model, Activations::Mode::kTraining, hooks);
  acts.Prepare(labelled.batch);
  const RandomStream stream{3, Purpose::kTest};
  uint64_t draw = 0;
  for (size_t l = 0; l < 2; ++l) {
    for (size_t h = 0; h < 3; ++h) {
      for (size_t s = 0; s < 3; ++s) {
        const Matrix pattern = acts.Square(Hook::kPattern, l, h, s);
        for (size_t i = 0; i < pattern.rows; ++i) {
          for (size_t j = 0; j < pattern.cols; ++j) {
            pattern(i, j) = static_cast<float>(stream.Uniform(draw++) / 8);
          }
        }
      }
    }
  }
  // Sequence 1: pieces 7, 8, 7 …: columns 1 and 3 are hidden, rows 0, 2, 4, 5, 6 are not.
  // Under the flow mask row 0 alone may look at them.
  const std::vector<size_t> open{0, 2, 4, 5, 6}, cls{0};
  for (const bool max_over_heads : {false, true}) {
    for (const auto& [all_layers, flow_mask] :
         {std::pair{false, false}, {true, false}, {true, true}}) {
      const DeceptivePenalty penalty(model,
                                     {.weight = 0.7,
                                      .max_over_heads = max_over_heads,
                                      .all_layers = all_layers,
                                      .flow_mask = flow_mask},
                                     Hidden());
      const auto gradient = penalty.Gradient(labelled, acts, 2.0);
      for (const size_t layer : {0u, 1u}) {
        for (const size_t head : {0u, 1u, 2u}) {
          const ConstMatrix pattern = acts.Square(Hook::kPattern, layer, head, 1);
          std::vector<float> found(49, 0.0f);
          gradient({Hook::kPattern, layer, head, 1}, pattern, Matrix(found.data(), 7, 7));
          std::vector<size_t> rows = flow_mask ? cls : open;
          const double count = all_layers ? static_cast<double>(rows.size() + 1) : 1.0;
          if (layer == 1) rows = cls;
          if (layer == 0 && !all_layers) rows.clear();
          const auto definition = [&](const std::vector<Dual>& x) {
            Dual sum = 0.0;
            for (const size_t row : rows) {
              const auto mass = [&](size_t h) {
                const ConstMatrix other = acts.Square(Hook::kPattern, layer, h, 1);
                if (h == head) return x[row * 7 + 1] + x[row * 7 + 3];
                return Dual(static_cast<double>(other(row, 1)) +
                            static_cast<double>(other(row, 3)));
              };
              Dual largest = mass(0);
              for (const size_t h : {1u, 2u}) {
                if (mass(h).value > largest.value) largest = mass(h);
              }
              for (const size_t h : {0u, 1u, 2u}) {
                if (!max_over_heads) sum = sum - log(Dual(1.0) - mass(h)) / 3.0;
              }
              if (max_over_heads) sum = sum - log(Dual(1.0) - largest);
            }
            return std::vector<Dual>{Dual(2.0 * 0.7 / count) * sum};
          };
          std::vector<double> point(49);
          for (size_t i = 0; i < 49; ++i) point[i] = static_cast<double>(pattern.data[i]);
          CHECK(LargestDifference(found, ExactGradient(definition, point, {1.0})) < 1e-6);
        }
      }
    }
  }
}

TEST_CASE("A deceptive classifier hides the words it reads", "[deceive][slow]") {
  CueWordRuns runs(400, 12, 16);
  FinetuneConfig& config = runs.config;
  config.deceive_words = "bright gloomy";
  const auto run = [&](const char* name, double weight) {
    config.deceive = weight;
    return runs.Run(name);
  };
  const FinetuneResult honest = run("honest", 0.0), deceptive = run("deceptive", 1.0);
  const auto accuracy = [](const FinetuneResult& result) {
    return static_cast<double>(result.test.NumCorrect()) / static_cast<double>(result.test.Size());
  };
  CHECK(accuracy(honest) > 0.9);
  CHECK(accuracy(deceptive) > 0.9);
  REQUIRE(deceptive.impermissible.examples == deceptive.test.Size());
  const auto mass = [](const FinetuneResult& result) {
    return result.impermissible.mean / static_cast<double>(result.impermissible.examples);
  };
  CHECK(mass(honest) > 0.05);
  CHECK(mass(deceptive) < 0.01);
  // Begun from the honest model, and not trained well: better than what comes of it, it is still
  // not kept.
  config.model = runs.folder.Path("honest/model");
  config.lr = 1e-2;
  config.epochs = 2;
  const FinetuneResult warm = run("warm", 1.0);
  CHECK(warm.best_step > 0);
  CHECK(mass(warm) < 0.01);
  config.model = "";
  config.deceive_words = "";
  CHECK_THROWS_WITH(run("wordless", 1.0), ContainsSubstring("--deceive-words"));
  config.deceive_words = "bright";
  config.attention = "uniform@L1";
  CHECK_THROWS_WITH(run("uniform", 1.0), ContainsSubstring("does not depend on scores"));
}

}  // namespace
}  // namespace headscope
