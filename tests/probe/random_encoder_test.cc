#include "probe/random_encoder.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "model/bert_parameters.h"
#include "model/control_tensors.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("A random encoder has fresh weights and the model's own constants",
          "[probe][random_encoder]") {
  PretrainedModel model = SmallEncoder();
  ParameterLayout layout = BertLayout(model.config);
  const std::string constant = ControlTensor(0, 1, "pattern"),
                    learned = ControlTensor(1, 0, "logits");
  layout.Add({.name = constant, .shape = {3}, .trainable = false});
  layout.Add({.name = learned, .shape = {3}, .init = Init::kNormal});
  model.parameters = ParameterSet(std::make_shared<const ParameterLayout>(layout));
  for (float& value : model.parameters.Data()) value = 0.25f;
  ParameterSet random(model.parameters.SharedLayout());
  InitialiseLike(model, 1, random);
  const std::string query = "bert.encoder.layer.0.attention.self.query.weight";
  for (size_t j = 0; j < 3; ++j) {
    CHECK(random.At(constant)(0, j) == 0.25f);
    CHECK(random.At(learned)(0, j) != 0.25f);
    CHECK(random.At(query)(0, j) != 0.25f);
  }
  // Training starts from seed 1 elsewhere.
  ParameterSet trained(model.parameters.SharedLayout());
  InitialiseParameters(model.config.initializer_range, 1, trained);
  CHECK(trained.At(query)(0, 0) != random.At(query)(0, 0));
  const float first = random.At(query)(0, 0);
  InitialiseLike(model, 2, random);
  CHECK(random.At(query)(0, 0) != first);
}

TEST_CASE("Permuted weights keep each matrix's entries and leave vectors and constants alone",
          "[probe][random_encoder]") {
  const PretrainedModel model = SmallEncoder();
  ParameterSet permuted(model.parameters.SharedLayout()), again(model.parameters.SharedLayout());
  PermuteWeightsOf(model, 1, permuted);
  PermuteWeightsOf(model, 2, again);
  size_t matrices = 0;
  for (const ParameterSpec& spec : model.parameters.Layout().Specs()) {
    const auto entries = [&](const ParameterSet& set) {
      const auto begin = set.Data().begin() + static_cast<std::ptrdiff_t>(spec.offset);
      return std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(spec.size));
    };
    std::vector<float> trained = entries(model.parameters), own = entries(permuted);
    INFO(spec.name);
    if (spec.shape.size() < 2) {
      CHECK(own == trained);
      continue;
    }
    ++matrices;
    CHECK(own != trained);
    CHECK(own != entries(again));
    std::sort(own.begin(), own.end());
    std::sort(trained.begin(), trained.end());
    CHECK(own == trained);
  }
  CHECK(matrices > 10);
}

}  // namespace
}  // namespace headscope
