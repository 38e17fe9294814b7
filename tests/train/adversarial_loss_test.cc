// Wiegreffe & Pinter's adversary: its gradient is exact by the patterns and by the outputs, and a
// model trained by it says the same by other attention.
#include "train/adversarial_loss.h"

#include <algorithm>
#include <cmath>

#include "model/base/random.h"
#include "model/classifier.h"
#include "tests/support/catch.h"
#include "tests/support/cue_word_runs.h"
#include "tests/support/dual.h"
#include "tests/support/small_classifier.h"
#include "train/classification_objective.h"
#include "train/divergence.h"

namespace headscope {
namespace {

const std::vector<std::string> kTwoLabels{"x", "y"};

// Each of whole layers, and of some heads: of the last layer's, of both layers', of the first's.
std::vector<AttentionScope> Scopes(const ModelConfig& model) {
  std::vector<AttentionScope> scopes;
  for (const bool each_head : {false, true}) {
    for (const bool all_layers : {false, true}) {
      scopes.push_back(WholeLayers(model, all_layers, each_head));
    }
    for (const char* sites : {"L1H1-2", "L0H2,L1H0,L1H2", "L0H0-1"}) {
      scopes.push_back(ScopeOfSites(model, sites, each_head));
    }
  }
  return scopes;
}

// A base model on disk, and other weights of its shape.
struct BaseAndOther {
  TemporaryDirectory folder;
  ModelConfig model = TwoLayersThreeHeads();
  ParameterSet weights{std::make_shared<const ParameterLayout>(ClassifierLayout(model, 2))};
  std::unique_ptr<BaseModel> base;
  EncodedSet set = ThreeTexts();
  LabelledBatch labelled = MakeLabelledBatch(set, std::vector<uint32_t>{0, 1, 2});
  ThreadPool pool{2};
  Compute compute{pool};

  BaseAndOther() {
    InitialiseParameters(0.4f, 8, weights);
    SavePretrained(model, weights, {}, folder.Path("base/model"), true, kTwoLabels);
    base = std::make_unique<BaseModel>(folder.Path("base"), 1);
    base->Run(compute, labelled);
    InitialiseParameters(0.4f, 3, weights);
  }
};

TEST_CASE("Kullback-Leibler divergence has its known values and an exact slope", "[adversary]") {
  const std::vector<double> p{0.2, 0.5, 0.3}, q{0.25, 0.15, 0.6};
  CHECK(KullbackLeibler(p, p) == 0.0);
  CHECK_THAT(
      KullbackLeibler(p, q),
      WithinAbs(0.2 * std::log(0.8) + 0.5 * std::log(10.0 / 3) + 0.3 * std::log(0.5), 1e-12));
  // Nothing below 1e-12 is seen.
  CHECK_THAT(KullbackLeibler(std::vector<double>{1, 0}, std::vector<double>{0, 1}),
             WithinAbs(12 * std::log(10.0), 1e-9));
  CHECK_THAT(KullbackLeiblerSlope(0.2, 0.25), WithinAbs(std::log(0.8) + 1, 1e-12));
  CHECK_THAT(KullbackLeiblerSlope(0.0, 0.5), WithinAbs(std::log(2e-12), 1e-9));
}

TEST_CASE("A warm start has the base's weights, and more in queries and keys", "[adversary]") {
  BaseAndOther both;
  const ParameterSet before = [&] {
    ParameterSet copy(both.weights.SharedLayout());
    std::copy(both.weights.Data().begin(), both.weights.Data().end(), copy.Data().begin());
    return copy;
  }();
  both.base->WarmStart(both.weights);
  const PretrainedClassifier base = LoadClassifier(both.folder.Path("base/model"));
  size_t more = 0;
  for (const ParameterSpec& spec : both.weights.Layout().Specs()) {
    const bool scores = spec.name.find("query") != std::string::npos ||
                        spec.name.find("self.key") != std::string::npos;
    more += scores;
    const float* const from =
        base.parameters.Data().data() + base.parameters.Layout().Find(spec.name).offset;
    INFO(spec.name);
    for (size_t i = 0; i < spec.size; ++i) {
      const float expected = from[i] + (scores ? before.Data()[spec.offset + i] : 0.0f);
      REQUIRE(both.weights.Data()[spec.offset + i] == expected);
    }
  }
  CHECK(more == 8);
}

TEST_CASE("The adversary's gradient by the patterns equals exact differentiation", "[adversary]") {
  BaseAndOther both;
  Activations acts(both.model, Activations::Mode::kTraining,
                   MatchHookNames(both.model, {"*.hook_pattern"}));
  acts.Prepare(both.labelled.batch);
  const RandomStream stream{3, Purpose::kTest};
  uint64_t draw = 0;
  const auto square = [&](size_t l, size_t h) { return acts.Square(Hook::kPattern, l, h, 1); };
  for (size_t l = 0; l < 2; ++l) {
    for (size_t h = 0; h < 3; ++h) {
      for (size_t i = 0; i < 49; ++i) {
        square(l, h).data[i] = static_cast<float>(0.01 + stream.Uniform(draw++) / 8);
      }
    }
  }
  for (const AttentionScope& scope : Scopes(both.model)) {
    const AdversarialLoss loss(both.model, {.lambda = 0.7, .scope = scope}, *both.base);
    const auto gradient = loss.Gradient(both.labelled, acts, 2.0);
    // Of sequence 1: the last layer's first row, and every row of the layer below.
    const size_t rows_of[] = {scope.heads[0].empty() ? 0u : 7u, scope.heads[1].empty() ? 0u : 1u};
    const auto rows_in_scope = static_cast<double>(rows_of[0] + rows_of[1]);
    for (const size_t layer : {0u, 1u}) {
      const std::vector<size_t>& heads = scope.heads[layer];
      const auto count = static_cast<double>(heads.size());
      for (const size_t head : {0u, 1u, 2u}) {
        const Matrix pattern = square(layer, head);
        std::vector<float> found(49, 0.0f);
        gradient({Hook::kPattern, layer, head, 1}, pattern, Matrix(found.data(), 7, 7));
        const auto definition = [&](const std::vector<Dual>& x) {
          Dual sum = 0.0;
          for (size_t i = 0; i < rows_of[layer] * 7; ++i) {
            const auto own = [&](size_t h) {
              return h == head ? x[i] : Dual(static_cast<double>(square(layer, h).data[i]));
            };
            const auto other = [&](size_t h) {
              return Dual(static_cast<double>(both.base->Pattern(layer, h, 1)(i / 7, i % 7)));
            };
            Dual a = 0.0, b = 0.0;
            for (const size_t h : heads) {
              if (scope.each_head) sum = sum + own(h) * log(own(h) / other(h)) / count;
              a = a + own(h) / count;
              b = b + other(h) / count;
            }
            if (!scope.each_head) sum = sum + a * log(a / b);
          }
          return std::vector<Dual>{Dual(-2.0 * 0.7 / rows_in_scope) * sum};
        };
        std::vector<double> point(49);
        for (size_t i = 0; i < 49; ++i) point[i] = static_cast<double>(pattern.data[i]);
        const std::vector<double> exact = ExactGradient(definition, point, {1.0});
        CHECK(LargestDifference(found, exact) < 1e-6);
        const bool none =
            std::all_of(found.begin(), found.end(), [](float g) { return g == 0.0f; });
        CHECK(none == (std::find(heads.begin(), heads.end(), head) == heads.end()));
      }
    }
  }
}

TEST_CASE("The adversary's gradient by the logits equals exact differentiation", "[adversary]") {
  BaseAndOther both;
  const AdversarialLoss loss(
      both.model, {.lambda = 0.0, .scope = WholeLayers(both.model, false, false)}, *both.base);
  const std::vector<float> logits{0.3f, -0.4f, -1.2f, 0.9f, 2.0f, 2.5f};
  Predictions outputs{.num_labels = 2, .labels = {0, 1, 0}, .probabilities = {}};
  AppendSoftmax(ConstMatrix(logits.data(), 3, 2), outputs);
  std::vector<float> found(6);
  loss.LogitGradient(outputs, 0.5, Matrix(found.data(), 3, 2));
  const auto definition = [&](const std::vector<Dual>& z) {
    Dual sum = 0.0;
    for (size_t s = 0; s < 3; ++s) {
      const Dual p = exp(z[2 * s]) / (exp(z[2 * s]) + exp(z[2 * s + 1]));
      const Dual difference = p - Dual(both.base->Outputs().Of(s)[0]);  // of two labels: the TVD
      sum = sum + (difference.value < 0 ? Dual(0.0) - difference : difference);
    }
    return std::vector<Dual>{Dual(0.5) * sum};
  };
  const std::vector<double> point(logits.begin(), logits.end());
  CHECK(LargestDifference(found, ExactGradient(definition, point, {1.0})) < 1e-7);
}

TEST_CASE("The gradient of the adversary's loss is its slope", "[adversary]") {
  BaseAndOther both;
  const Encoder encoder(both.model);
  const LearnedAttention attention;
  for (const AttentionScope& scope : Scopes(both.model)) {
    const AdversarialLoss loss(both.model, {.lambda = 2.0, .scope = scope}, *both.base);
    ClassificationObjective objective(encoder, 2, ClassifierKind::kSequence, attention, 1, both.set,
                                      3, both.set, {.adversary = &loss, .base = both.base.get()});
    ParameterSet gradients(both.weights.SharedLayout()), unused(both.weights.SharedLayout());
    objective.Accumulate(both.compute, both.weights, 1, gradients);
    double squared = 0.0;
    for (const float g : gradients.Data()) {
      squared += static_cast<double>(g) * static_cast<double>(g);
    }
    const auto loss_at = [&](double distance) {
      ParameterSet moved(both.weights.SharedLayout());
      for (size_t i = 0; i < moved.Data().size(); ++i) {
        moved.Data()[i] =
            both.weights.Data()[i] + static_cast<float>(distance) * gradients.Data()[i];
      }
      return objective.Accumulate(both.compute, moved, 1, unused).Mean();
    };
    const double h = 1e-3;
    CHECK_THAT((loss_at(h) - loss_at(-h)) / (2 * h), WithinRel(squared, 4e-3));
    // An evaluation is by the same loss.
    CHECK_THAT(objective.Evaluate(both.compute, both.weights).Mean(),
               WithinRel(loss_at(0.0), 1e-9));
  }
}

TEST_CASE("Chosen heads are measured as their definition says", "[adversary]") {
  BaseAndOther both;
  Activations acts(both.model, Activations::Mode::kInference,
                   MatchHookNames(both.model, {"*.hook_pattern"}));
  acts.Prepare(both.labelled.batch);
  Encoder(both.model).Forward(both.compute, both.weights, both.labelled.batch, {}, acts);
  const Predictions outputs = both.base->Outputs();
  for (const bool each_head : {false, true}) {
    const AttentionScope chosen = ScopeOfSites(both.model, "L0H2,L1H0,L1H2", each_head);
    ModelDivergence divergence;
    AddDivergences(both.model, both.labelled, outputs, acts, *both.base, &chosen, divergence);
    REQUIRE(divergence.names.size() == 1 + 2 * 4 + 2);
    CHECK(divergence.names[9] == "jsd:sites");
    CHECK(divergence.names[10] == "kl:sites");
    for (size_t s = 0; s < 3; ++s) {
      const size_t length = both.labelled.batch.Length(s);
      const auto rows_of = [&](size_t layer, std::vector<size_t> heads, size_t row) {
        std::vector<double> p(length), q(length);
        for (const size_t h : heads) {
          for (size_t j = 0; j < length; ++j) {
            p[j] += static_cast<double>(acts.Square(Hook::kPattern, layer, h, s)(row, j)) /
                    static_cast<double>(heads.size());
            q[j] += static_cast<double>(both.base->Pattern(layer, h, s)(row, j)) /
                    static_cast<double>(heads.size());
          }
        }
        return std::pair(p, q);
      };
      const auto kl = [](const std::vector<double>& p, const std::vector<double>& q) {
        double sum = 0.0;
        for (size_t j = 0; j < p.size(); ++j) sum += p[j] * std::log(p[j] / q[j]);
        return sum;
      };
      const auto jsd = [&](const std::vector<double>& p, const std::vector<double>& q) {
        std::vector<double> middle(p.size());
        for (size_t j = 0; j < p.size(); ++j) middle[j] = (p[j] + q[j]) / 2;
        return (kl(p, middle) + kl(q, middle)) / 2;
      };
      const auto expected = [&](const auto& measure) {
        double sum = 0.0;
        for (size_t row = 0; row < length; ++row) {
          const auto [p, q] = rows_of(0, {2}, row);
          sum += measure(p, q);
        }
        if (each_head) {
          for (const size_t h : {0u, 2u}) {
            const auto [p, q] = rows_of(1, {h}, 0);
            sum += measure(p, q) / 2;
          }
        } else {
          const auto [p, q] = rows_of(1, {0, 2}, 0);
          sum += measure(p, q);
        }
        return sum / static_cast<double>(length + 1);
      };
      CHECK_THAT(divergence.values[9][s], WithinAbs(expected(jsd), 1e-9));
      CHECK_THAT(divergence.values[10][s], WithinAbs(expected(kl), 1e-9));
    }
  }
}

TEST_CASE("An adversary moves the heads that it is to move", "[adversary][slow]") {
  CueWordRuns runs(300, 8, 16);
  runs.Run("base");
  runs.config.adversary_of = runs.folder.Path("base");
  runs.config.adversary_warm_start = true;
  runs.config.adversary_sites = "L1H1";
  runs.config.lambda = 0.05;
  const FinetuneResult adversary = runs.Run("adversary");
  CHECK(adversary.test.NumCorrect() > adversary.test.Size() * 9 / 10);
  REQUIRE(adversary.from_base.names.back() == "kl:sites");
  CHECK(adversary.from_base.Mean(9) > 0.4);

  runs.config.adversary_sites = "L2";
  CHECK_THROWS_WITH(runs.Run("layers"),
                    ContainsSubstring("--adversary-sites: expected layers 0 to 1, found 2"));
  runs.config.adversary_sites = "L0";
  runs.config.adversary_all_layers = true;
  CHECK_THROWS_WITH(runs.Run("all"), ContainsSubstring("one of it and --adversary-all-layers"));
  runs.config.adversary_all_layers = false;
  runs.config.attention = "uniform@L0";
  CHECK_THROWS_WITH(runs.Run("uniform"), ContainsSubstring("cannot be trained (uniform@L0)"));
  runs.config.adversary_of = "";
  runs.config.adversary_warm_start = false;
  runs.config.lambda = 0.0;
  CHECK_THROWS_WITH(runs.Run("alone"), ContainsSubstring("--adversary-sites: expected a model"));
}

TEST_CASE("An adversary says what its base says, by other attention", "[adversary][slow]") {
  CueWordRuns runs(300, 8, 16);
  const TemporaryDirectory& folder = runs.folder;
  FinetuneConfig& config = runs.config;
  const FinetuneResult base = runs.Run("base");
  CHECK(base.from_base.Empty());
  CHECK(ReadFile(folder.Path("base/config.toml")).find("adversary") == std::string::npos);

  // Of itself: the same training.
  config.compare_with = folder.Path("base");
  const FinetuneResult same = runs.Run("same");
  REQUIRE_FALSE(same.from_base.Empty());
  for (size_t i = 0; i < same.from_base.names.size(); ++i) CHECK(same.from_base.Mean(i) == 0.0);
  config.seed = 2;
  const FinetuneResult other = runs.Run("other");

  config.compare_with = "";
  config.adversary_of = folder.Path("base");
  config.seed = 1;
  config.lambda = 0.05;
  const FinetuneResult adversary = runs.Run("adversary");
  REQUIRE(adversary.from_base.names[5] == "jsd:L1");
  CHECK(base.test.NumCorrect() > base.test.Size() * 9 / 10);
  CHECK(adversary.test.NumCorrect() > adversary.test.Size() * 9 / 10);
  CHECK(adversary.from_base.Mean(0) < 0.1);
  CHECK(adversary.from_base.Mean(5) > 0.3);
  CHECK(adversary.from_base.Mean(5) > 1.5 * other.from_base.Mean(5));
  // TVD as the predictions say it.
  double tvd = 0.0;
  for (size_t i = 0; i < base.test.Size(); ++i) {
    tvd += std::abs(base.test.Of(i)[0] - adversary.test.Of(i)[0]);
  }
  CHECK_THAT(adversary.from_base.Mean(0),
             WithinAbs(tvd / static_cast<double>(base.test.Size()), 1e-6));

  config.compare_with = config.adversary_of;
  CHECK_THROWS_WITH(runs.Run("both"),
                    ContainsSubstring("one of --adversary-of and --compare-with"));
  config.compare_with = "";
  config.attention = "uniform@L1";
  CHECK_THROWS_WITH(runs.Run("uniform"), ContainsSubstring("cannot be trained (uniform@L1)"));
  config.attention = "learned";
  config.vocab = folder.Path("vocab.txt");
  WriteFileAtomically(config.vocab, ReadFile(folder.Path("base/model/vocab.txt")) + "zzz\n");
  CHECK_THROWS_WITH(runs.Run("words"), ContainsSubstring("expected the vocabulary"));
  config.vocab = "";
  config.size = "mini";
  CHECK_THROWS_WITH(runs.Run("shape"), ContainsSubstring("expected 4 layers, found 2"));
  config.size = "nano";
  config.adversary_of = "";
  CHECK_THROWS_WITH(runs.Run("alone"), ContainsSubstring("--adversary-of"));
}

}  // namespace
}  // namespace headscope
