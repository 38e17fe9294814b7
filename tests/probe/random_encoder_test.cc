#include "probe/random_encoder.h"

#include <memory>

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

}  // namespace
}  // namespace headscope
