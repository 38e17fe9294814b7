#include "train/adamw.h"

#include <cmath>
#include <limits>
#include <vector>

#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// Two tensors that decay, one that does not, a frozen one in between, one with frozen rows, and an
// alias.
std::shared_ptr<const ParameterLayout> DecayingLayout() {
  auto layout = std::make_shared<ParameterLayout>();
  layout->Add({.name = "a.weight", .shape = {7, 5}, .init = Init::kNormal, .decays = true});
  layout->Add({.name = "b.weight", .shape = {3, 5}, .init = Init::kNormal, .decays = true});
  layout->Add({.name = "frozen.weight",
               .shape = {4, 5},
               .init = Init::kNormal,
               .decays = true,
               .trainable = false});
  layout->Add({.name = "c.bias", .shape = {9}});
  layout->Add({.name = "partly.weight",
               .shape = {6, 5},
               .init = Init::kNormal,
               .decays = true,
               .frozen = {{5, 15}, {25, 30}}});
  layout->Add({.name = "tied.weight", .shape = {7, 5}, .alias_of = "a.weight"});
  return layout;
}

// Rows 1, 2 and 5 of the one that has any.
bool IsFrozenPart(const ParameterSpec& spec, size_t i) {
  const size_t row = i / 5;
  return spec.name == "partly.weight" && (row == 1 || row == 2 || row == 5);
}

void FillRandom(uint32_t key, ParameterSet& set) {
  const RandomStream stream{5, Purpose::kTest, key};
  for (size_t i = 0; i < set.Data().size(); ++i) {
    set.Data()[i] = static_cast<float>(stream.Normal(i));
  }
}

TEST_CASE("AdamW on a layout follows torch.optim.AdamW's formula in double", "[adamw]") {
  const auto layout = DecayingLayout();
  const AdamWConfig config{.beta1 = 0.9, .beta2 = 0.98, .epsilon = 1e-6, .weight_decay = 0.1};
  const AdamW adamw(config, *layout);
  ThreadPool pool(2);
  ParameterSet parameters(layout), gradients(layout);
  AdamMoments moments(layout);
  FillRandom(0, parameters);
  std::vector<double> p(parameters.Data().begin(), parameters.Data().end()), m(p.size()),
      v(p.size());
  const std::vector<float> start(parameters.Data().begin(), parameters.Data().end());

  const double lr = 3e-3, scale = 0.4;
  for (int step = 1; step <= 20; ++step) {
    FillRandom(static_cast<uint32_t>(step), gradients);
    adamw.Update(pool, static_cast<uint64_t>(step), lr, scale, gradients, parameters, moments);
    for (const ParameterSpec& spec : layout->Specs()) {
      if (!spec.trainable || !spec.alias_of.empty()) continue;
      for (size_t i = spec.offset; i < spec.offset + spec.size; ++i) {
        if (IsFrozenPart(spec, i - spec.offset)) continue;
        const double g = static_cast<double>(gradients.Data()[i]) * scale;
        if (spec.decays) p[i] -= lr * config.weight_decay * p[i];
        m[i] = config.beta1 * m[i] + (1 - config.beta1) * g;
        v[i] = config.beta2 * v[i] + (1 - config.beta2) * g * g;
        const double m_hat = m[i] / (1 - std::pow(config.beta1, step));
        const double v_hat = v[i] / (1 - std::pow(config.beta2, step));
        p[i] -= lr * m_hat / (std::sqrt(v_hat) + config.epsilon);
      }
    }
  }
  for (size_t i = 0; i < p.size(); ++i) {
    CHECK_THAT(static_cast<double>(parameters.Data()[i]), WithinAbs(p[i], 2e-6));
  }
  const ParameterSpec& frozen = layout->Find("frozen.weight");
  for (size_t i = frozen.offset; i < frozen.offset + frozen.size; ++i) {
    CHECK(parameters.Data()[i] == start[i]);
    CHECK(moments.first.Data()[i] == 0.0f);
  }
  const ParameterSpec& partly = layout->Find("partly.weight");
  for (size_t i = 0; i < partly.size; ++i) {
    const size_t at = partly.offset + i;
    CHECK((parameters.Data()[at] == start[at]) == IsFrozenPart(partly, i));
    CHECK((moments.second.Data()[at] == 0.0f) == IsFrozenPart(partly, i));
  }
}

TEST_CASE("The clipping norm is that of the trainable tensors", "[adamw]") {
  const auto layout = DecayingLayout();
  ThreadPool pool(1);
  ParameterSet gradients(layout);
  FillRandom(3, gradients);
  double sum = 0.0;
  for (const char* name : {"a.weight", "b.weight", "c.bias", "partly.weight"}) {
    const ParameterSpec& spec = layout->Find(name);
    for (size_t i = 0; i < spec.size; ++i) {
      if (IsFrozenPart(spec, i)) continue;
      sum += std::pow(static_cast<double>(gradients.Data()[spec.offset + i]), 2);
    }
  }
  CHECK_THAT(GlobalNorm(pool, gradients), WithinRel(std::sqrt(sum), 1e-6));
}

TEST_CASE("Clipping scales as torch's clip_grad_norm_ does", "[adamw]") {
  CHECK(ClippingScale(0.5, 1.0) == 1.0);
  CHECK_THAT(ClippingScale(4.0, 1.0), WithinRel(1.0 / (4.0 + 1e-6), 1e-15));
  CHECK_THAT(ClippingScale(1.0, 1.0), WithinRel(1.0 / (1.0 + 1e-6), 1e-15));
  CHECK(ClippingScale(1e9, 0.0) == 1.0);
  CHECK(ClippingScale(0.0, 1.0) == 1.0);
}

TEST_CASE("The first value that is not finite is named with its place", "[adamw]") {
  ParameterSet values(DecayingLayout());
  CHECK(FirstNonFinite(values).empty());
  values.At("c.bias")(0, 4) = -std::numeric_limits<float>::infinity();
  CHECK(FirstNonFinite(values) == "c.bias[4] is -inf");
  values.At("b.weight")(2, 3) = std::numeric_limits<float>::quiet_NaN();
  CHECK(FirstNonFinite(values) == "b.weight[2, 3] is nan");
}

}  // namespace
}  // namespace headscope
