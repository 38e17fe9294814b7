#include "model/encoder.h"

#include <cmath>
#include <limits>

#include "model/attention_regime.h"
#include "model/base/random.h"
#include "model/ops/cross_entropy.h"
#include "tests/support/catch.h"
#include "tests/support/reference_bert.h"

namespace headscope {
namespace {

using testing::ReferenceBert;

// A model of uneven shape, so that no two dimensions can be confused, and a ragged batch with
// targets.
struct Fixture {
  ModelConfig config{.vocab_size = 23,
                     .hidden_size = 12,
                     .num_hidden_layers = 2,
                     .num_attention_heads = 3,
                     .intermediate_size = 19,
                     .max_position_embeddings = 9};
  std::shared_ptr<const ParameterLayout> layout =
      std::make_shared<ParameterLayout>(BertLayout(config));
  ParameterSet weights{layout};
  RaggedBatch batch;
  std::vector<uint32_t> positions{1, 4, 5, 11, 14};
  std::vector<int32_t> labels{7, 0, 22, 13, 13};

  Fixture() {
    // Large, and also in biases and LayerNorms, so that every term of every gradient matters.
    InitialiseParameters(0.3f, 5, weights);
    const RandomStream stream{5, Purpose::kTest};
    for (size_t i = 0; i < weights.Data().size(); ++i) {
      weights.Data()[i] += static_cast<float>(0.2 * stream.Normal(i));
    }
    batch.Add(std::vector<int32_t>{3, 9, 17, 3, 22}, 4);
    batch.Add(std::vector<int32_t>{1}, 5);
    batch.Add(std::vector<int32_t>{0, 2, 4, 6, 8, 10, 12, 14, 16}, 9);
  }
};

struct Result {
  double loss;
  ParameterSet gradients;
};

Result RunFloat(Fixture& f, size_t threads, const ForwardOptions& options) {
  ThreadPool pool(threads);
  Compute compute(pool);
  const Encoder encoder(f.config);
  Activations acts(f.config, Activations::Mode::kTraining);
  acts.Prepare(f.batch, f.positions.size());
  encoder.Forward(compute, f.weights, f.batch, options, acts);
  encoder.MlmForward(compute, f.weights, f.positions, options, acts);
  const size_t m = f.positions.size();
  std::vector<float> loss(m), lse(m);
  const Matrix logits = acts.Rows(Hook::kLogits);
  CrossEntropyForward(pool, logits, f.labels, loss.data(), lse.data());
  CrossEntropyBackward(pool, logits, f.labels, lse.data(), 1.0f / static_cast<float>(m), logits);
  Result result{0, ParameterSet(f.layout)};
  for (const float value : loss) result.loss += value / static_cast<double>(m);
  std::vector<float> dx(f.batch.NumTokens() * f.config.hidden_size,
                        std::numeric_limits<float>::quiet_NaN());
  const Matrix dout(dx.data(), f.batch.NumTokens(), f.config.hidden_size);
  encoder.MlmBackward(compute, f.weights, f.positions, acts, logits, dout, result.gradients);
  encoder.Backward(compute, f.weights, f.batch, options, acts, dout, result.gradients);
  return result;
}

double ReferenceLoss(const Fixture& f, size_t nudged, double step, bool uniform) {
  const ReferenceBert<double> bert(f.config, *f.layout, [&](size_t i) {
    return static_cast<double>(f.weights.Data()[i]) + (i == nudged ? step : 0);
  });
  return bert.Loss(f.batch, f.positions, f.labels, uniform);
}

Dual ReferenceSlope(const Fixture& f, size_t parameter, bool uniform) {
  const ReferenceBert<Dual> bert(f.config, *f.layout, [&](size_t i) {
    return Dual(f.weights.Data()[i], i == parameter ? 1 : 0);
  });
  return bert.Loss(f.batch, f.positions, f.labels, uniform);
}

// Every tensor of the result's gradients against exact slopes; `is_unused` names those that nothing
// reaches.
template <typename Slope, typename IsUnused>
void CompareGradients(const Fixture& f, const Result& result, const Slope& slope,
                      const IsUnused& is_unused) {
  for (const ParameterSpec& spec : f.layout->Specs()) {
    if (!spec.alias_of.empty()) continue;
    double error = 0, norm = 0;
    // Every element of the small tensors, every 7th of the larger: a few seconds in all.
    for (size_t i = spec.offset; i<spec.offset + spec.size; i += spec.size> 60 ? 7 : 1) {
      const double exact = slope(i);
      error += std::pow(exact - static_cast<double>(result.gradients.Data()[i]), 2);
      norm += exact * exact;
    }
    INFO(spec.name << ": relative L2 error " << std::sqrt(error / norm));
    // A shift of all keys changes no softmax: the gradient of a key bias is exactly 0.
    if (is_unused(spec.name) || spec.name.find("self.key.bias") != std::string::npos) {
      CHECK(std::sqrt(error) < 1e-6);
    } else {
      CHECK(norm > 0);
      CHECK(std::sqrt(error / norm) < 2e-5);
    }
  }
}

bool IsOfQueryOrKey(const std::string& name) {
  return name.find("self.query") != std::string::npos || name.find("self.key") != std::string::npos;
}

void CheckGradients(bool uniform) {
  Fixture f;
  const UniformAttention uniform_attention;
  ForwardOptions options;
  if (uniform) options.attention = &uniform_attention;
  const Result result = RunFloat(f, 2, options);
  CHECK_THAT(result.loss, WithinRel(ReferenceLoss(f, 0, 0, uniform), 1e-5));
  CompareGradients(
      f, result, [&](size_t i) { return ReferenceSlope(f, i, uniform).slope; },
      [&](const std::string& name) { return uniform && IsOfQueryOrKey(name); });
}

TEST_CASE("Gradients where each head has a regime of its own equal exact differentiation",
          "[encoder][attention]") {
  // Layer 0: learned, trained logits, uniform. Layer 1: trained logits twice and uniform: no
  // scores.
  Fixture f;
  const AttentionRegime regime("random-trained:length=9@L0H1,L1 uniform@L0H2,L1H1",
                               {.model = f.config});
  f.layout = std::make_shared<const ParameterLayout>(regime.Apply(*f.layout));
  ParameterSet weights(f.layout);
  std::copy(f.weights.Data().begin(), f.weights.Data().end(), weights.Data().begin());
  const RandomStream stream{6, Purpose::kTest};
  for (size_t i = f.weights.Data().size(); i < weights.Data().size(); ++i) {
    weights.Data()[i] = static_cast<float>(stream.Normal(i));
  }
  f.weights = std::move(weights);
  ForwardOptions options;
  options.attention = &regime.Control();
  const Result result = RunFloat(f, 2, options);

  const auto loss = [&](auto zero, size_t nudged) {
    using S = decltype(zero);
    const auto element = [&](size_t i) -> S {
      S value = static_cast<double>(f.weights.Data()[i]);
      if constexpr (std::is_same_v<S, Dual>) value.slope = i == nudged ? 1.0 : 0.0;
      return value;
    };
    ReferenceBert<S> bert(f.config, *f.layout, element);
    bert.fixed_score = [&](size_t l, size_t h, size_t i, size_t j) -> std::optional<S> {
      if ((l == 0 && h == 2) || (l == 1 && h == 1)) return S(0.0);
      if (l == 0 && h == 0) return std::nullopt;
      const std::string name =
          "attention_control.L" + std::to_string(l) + "H" + std::to_string(h) + ".logits";
      return element(f.layout->Find(name).offset + i * 9 + j);
    };
    return bert.Loss(f.batch, f.positions, f.labels);
  };
  CHECK_THAT(result.loss, WithinRel(loss(0.0, 0), 1e-5));
  CompareGradients(
      f, result, [&](size_t i) { return loss(Dual(), i).slope; },
      [](const std::string& name) {
        return name.find("layer.1.") != std::string::npos && IsOfQueryOrKey(name);
      });
  for (const size_t threads : {1u, 5u}) {
    const Result other = RunFloat(f, threads, options);
    CHECK(std::equal(result.gradients.Data().begin(), result.gradients.Data().end(),
                     other.gradients.Data().begin()));
  }
}

TEST_CASE("Every gradient of a two-layer model equals exact differentiation", "[encoder]") {
  CheckGradients(false);
}

TEST_CASE("Gradients under uniform attention equal exact differentiation", "[encoder][slow]") {
  CheckGradients(true);
}

TEST_CASE("The double reference's dual numbers agree with central differences", "[encoder]") {
  const Fixture f;
  const double h = 1e-3;
  for (size_t i = 3; i < f.layout->TotalSize(); i += 97) {
    // Fourth order: (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h.
    const double slope =
        (8 * (ReferenceLoss(f, i, h, false) - ReferenceLoss(f, i, -h, false)) -
         (ReferenceLoss(f, i, 2 * h, false) - ReferenceLoss(f, i, -2 * h, false))) /
        (12 * h);
    CHECK_THAT(ReferenceSlope(f, i, false).slope,
               WithinRel(slope, 1e-7) || WithinAbs(slope, 1e-10));
  }
}

TEST_CASE("Gradients are the same bits for every number of threads", "[encoder][bits]") {
  Fixture f;
  f.config.hidden_dropout_prob = 0.2f;
  ForwardOptions options;
  options.dropout = {7, 3};
  const Result one = RunFloat(f, 1, options);
  for (const size_t threads : {2u, 3u, 5u}) {
    const Result many = RunFloat(f, threads, options);
    CHECK(many.loss == one.loss);
    CHECK(std::equal(one.gradients.Data().begin(), one.gradients.Data().end(),
                     many.gradients.Data().begin()));
  }
}

// Runs one batch and returns the encoder's output rows of the sequence with the given id.
std::vector<float> OutputOf(const Fixture& f, const RaggedBatch& batch, uint32_t sequence_id,
                            const ForwardOptions& options) {
  ThreadPool pool(2);
  Compute compute(pool);
  const std::string hook = HookName(Hook::kNormalizedResidPost, f.config.num_hidden_layers - 1);
  Activations acts(f.config, Activations::Mode::kInference, {hook});
  acts.Prepare(batch);
  Encoder(f.config).Forward(compute, f.weights, batch, options, acts);
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    if (batch.sequence_ids[s] != sequence_id) continue;
    const Matrix rows = acts.At(hook, s);
    return {rows.data, rows.data + rows.rows * rows.cols};
  }
  FAIL("no such sequence");
  return {};
}

TEST_CASE("A sequence's activations do not depend on its batch, dropout included",
          "[encoder][bits]") {
  const Fixture f;
  RaggedBatch alone, reordered;
  alone.Add(f.batch.Ids(2), 9);
  reordered.Add(f.batch.Ids(2), 9);
  reordered.Add(f.batch.Ids(0), 4);
  for (const bool dropout : {false, true}) {
    ForwardOptions options;
    if (dropout) options.dropout = {1, 2};
    const std::vector<float> expected = OutputOf(f, f.batch, 9, options);
    CHECK(OutputOf(f, alone, 9, options) == expected);
    CHECK(OutputOf(f, reordered, 9, options) == expected);
  }
}

TEST_CASE("Keeping everything or only the output gives the same bits", "[encoder][bits]") {
  const Fixture f;
  ThreadPool pool(1);
  Compute compute(pool);
  Activations everything(f.config, Activations::Mode::kInference, AllHookNames(f.config));
  everything.Prepare(f.batch, 0);
  Encoder(f.config).Forward(compute, f.weights, f.batch, {}, everything);
  const Matrix kept = everything.At("blocks.1.hook_normalized_resid_post", 2);
  const std::vector<float> lean = OutputOf(f, f.batch, 9, {});
  CHECK(std::equal(lean.begin(), lean.end(), kept.data));
  // Patterns are distributions; scores explain them.
  const Matrix pattern = everything.At("blocks.1.attn.hook_pattern", 2);
  REQUIRE(pattern.rows == 3 * 9);
  for (size_t i = 0; i < pattern.rows; ++i) {
    double sum = 0;
    for (size_t j = 0; j < pattern.cols; ++j) sum += pattern(i, j);
    CHECK_THAT(sum, WithinAbs(1, 1e-6));
  }
}

TEST_CASE("An intervention changes what follows and sees every hook by name", "[encoder]") {
  const Fixture f;
  std::vector<std::string> seen;
  Intervention ablate = [&](const HookPoint& point, Matrix value) {
    seen.push_back(HookName(point.hook, point.layer));
    if (point.hook != Hook::kZ || point.layer != 1) return;
    for (size_t i = 0; i < value.rows; ++i) std::fill_n(value.Row(i), 4, 0.0f);  // head 0
  };
  ForwardOptions options;
  ThreadPool pool(1);
  Compute compute(pool);
  Activations acts(f.config, Activations::Mode::kInference, AllHookNames(f.config));
  acts.Prepare(f.batch, f.positions.size());
  options.intervention = &ablate;
  const Encoder encoder(f.config);
  encoder.Forward(compute, f.weights, f.batch, options, acts);
  encoder.MlmForward(compute, f.weights, f.positions, options, acts);
  for (const std::string& name : AllHookNames(f.config)) {
    INFO(name);
    CHECK(std::find(seen.begin(), seen.end(), name) != seen.end());
  }
  // z = 0 in head 0 equals zero weights in that head's columns of the output projection.
  Fixture edited;
  const Matrix projection = edited.weights.At("bert.encoder.layer.1.attention.output.dense.weight");
  for (size_t i = 0; i < projection.rows; ++i) std::fill_n(projection.Row(i), 4, 0.0f);
  const std::vector<float> expected = OutputOf(edited, f.batch, 9, {});
  const Matrix ablated = acts.At("blocks.1.hook_normalized_resid_post", 2);
  CHECK(std::equal(expected.begin(), expected.end(), ablated.data));
  CHECK(OutputOf(f, f.batch, 9, {}) != expected);
}

TEST_CASE("A batch that does not fit the model is refused", "[encoder]") {
  const Fixture f;
  RaggedBatch batch;
  batch.Add(std::vector<int32_t>(10, 1), 0);
  CHECK_THROWS_WITH(OutputOf(f, batch, 0, {}), ContainsSubstring("10 pieces"));
  batch.Clear();
  batch.Add(std::vector<int32_t>{23}, 0);
  CHECK_THROWS_WITH(OutputOf(f, batch, 0, {}), ContainsSubstring("piece id 23"));
}

TEST_CASE("Hook names: one list, globs, and what was not kept", "[encoder]") {
  const Fixture f;
  CHECK(MatchHookNames(f.config, {"blocks.*.attn.hook_pattern"}) ==
        std::vector<std::string>{"blocks.0.attn.hook_pattern", "blocks.1.attn.hook_pattern"});
  CHECK_THROWS_WITH(MatchHookNames(f.config, {"blocks.2.*"}), ContainsSubstring("blocks.1.mlp"));
  Activations acts(f.config, Activations::Mode::kInference);
  acts.Prepare(f.batch);
  CHECK_THROWS_WITH(acts.At("blocks.0.attn.hook_z", 0), ContainsSubstring("not kept"));
  CHECK_THROWS_WITH(acts.At("blocks.0.attn.hook_zz", 0), ContainsSubstring("no activation"));
}

}  // namespace
}  // namespace headscope
