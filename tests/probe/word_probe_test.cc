#include "probe/word_probe.h"

#include <cmath>
#include <numeric>

#include "model/base/error.h"
#include "model/base/random.h"
#include "probe/linear_probe.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("A probe's name is what it is made by", "[probe][word_probe]") {
  for (const char* name : {"linear", "linear rank 4", "linear C 0.03", "linear rank 1 C 1e-05",
                           "mlp1", "mlp2 units 45 decay 0.1 dropout 0.4"}) {
    CHECK(ParseWordProbe(name).Name() == name);
  }
  const WordProbe probe = ParseWordProbe("mlp2 dropout 0.40 units 45 decay 0");
  CHECK(probe == WordProbe{.kind = "mlp2", .units = 45, .dropout = 0.4});
  CHECK(probe.Name() == "mlp2 units 45 dropout 0.4");
  for (const char* name :
       {"quadratic", "linear rank", "linear rank 0", "linear rank 2.5", "linear rank -1",
        "linear C 0", "linear C x", "linear C nan", "linear units 3", "mlp1 rank 2",
        "mlp1 dropout 1", "mlp1 decay -1", "mlp1 units 100001"}) {
    INFO(name);
    CHECK_THROWS_WITH(ParseWordProbe(name), ContainsSubstring("expected"));
  }
  CHECK_THROWS_WITH(ParseWordProbe("linear rank 0"),
                    ContainsSubstring("expected rank from 1 to 100000, found \"0\""));
}

TEST_CASE("A sweep is every combination of the values that concern a probe, each once",
          "[probe][word_probe]") {
  CHECK(SweptProbes({"linear", "mlp1"}, {}) == Names{"linear", "mlp1"});
  CHECK(SweptProbes({"linear", "mlp1"}, {.rank = {"2", "4"}, .penalty = {"0.03", "0.3"}}) ==
        Names{"linear rank 2 C 0.03", "linear rank 2 C 0.3", "linear rank 4 C 0.03",
              "linear rank 4 C 0.3", "mlp1"});
  CHECK(SweptProbes({"linear", "mlp1"}, {.units = {"4", "45"}, .dropout = {"0", "0.2", "0.20"}}) ==
        Names{"linear", "mlp1 units 4", "mlp1 units 4 dropout 0.2", "mlp1 units 45",
              "mlp1 units 45 dropout 0.2"});
  CHECK(SweptProbes({"mlp2"}, {.weight_decay = {"0.1"}}) == Names{"mlp2 decay 0.1"});
}

TEST_CASE("A linear probe has the rank and the penalty of its name", "[probe][word_probe]") {
  // Three labels that two numbers tell.
  std::vector<float> features;
  std::vector<int32_t> labels;
  std::vector<uint32_t> rows(300);
  std::iota(rows.begin(), rows.end(), 0u);
  const RandomStream stream{.seed = 2, .purpose = Purpose::kTest};
  for (size_t i = 0; i < rows.size(); ++i) {
    const float x = static_cast<float>(stream.Normal(2 * i)),
                y = static_cast<float>(stream.Normal(2 * i + 1));
    features.insert(features.end(), {x, y});
    labels.push_back(x > 0.5f ? 0 : y > 0.0f ? 1 : 2);
  }
  const ProbeRows data{ConstMatrix(features.data(), rows.size(), 2), labels, rows};
  ThreadPool pool(1);
  Compute compute(pool);
  const auto fitted = [&](const char* name) {
    std::unique_ptr<Probe> probe = MakeWordProbe(name, 3, 8);
    probe->Fit(compute, data, data, stream);
    auto* linear = dynamic_cast<LinearProbe*>(probe.get());
    REQUIRE(linear != nullptr);
    probe.release();
    return std::unique_ptr<LinearProbe>(linear);
  };
  const auto minor = [](ConstMatrix w) {  // of the first two rows: 0 if they are parallel
    return std::abs(static_cast<double>(w(0, 0) * w(1, 1) - w(0, 1) * w(1, 0)));
  };
  const auto chosen = fitted("linear"), fixed = fitted("linear C 0.007");
  CHECK(chosen->HadChoice());
  CHECK(chosen->ChosenC() == 0.3);  // labels without noise: the weakest there is
  CHECK(chosen->ChoseEdge());
  CHECK_FALSE(fixed->HadChoice());
  CHECK(fixed->ChosenC() == 0.007);
  CHECK(minor(chosen->Weights()) > 0.1);
  CHECK(minor(fitted("linear rank 1")->Weights()) < 1e-4);
  CHECK_THROWS_WITH(MakeWordProbe("linear rank 1", 3, 8, 2), ContainsSubstring("--layers mix"));
}

}  // namespace
}  // namespace headscope
