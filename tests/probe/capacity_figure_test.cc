#include "probe/capacity_figure.h"

#include "tests/support/catch.h"

namespace headscope {
namespace {

// Each probe's accuracy at layers, its control task a tenth below.
ProbingResults ResultsOf(
    const std::vector<std::pair<std::string, std::vector<std::pair<int, double>>>>& probes) {
  ProbingResults results;
  results.metrics = {"accuracy"};
  for (const auto& [probe, layers] : probes) {
    results.probes.push_back(probe);
    for (const auto& [layer, value] : layers) {
      const auto add = [&](const char* target, const char* metric, double of) {
        results.rows.push_back(
            {probe, "trained", target, layer, metric, {of, of - 0.01, of + 0.01, 2}, {of}, 10});
      };
      add("labels", "accuracy", value);
      add("control", "accuracy", value - 0.1);
      add("labels - control", "selectivity", 0.1);
    }
  }
  return results;
}

TEST_CASE("Probes that differ in one setting are one curve over it", "[probe][capacity]") {
  ProbingResults results = ResultsOf({{"linear", {{1, 0.9}, {2, 0.91}}},
                                      {"linear rank 8", {{2, 0.8}}},
                                      {"linear rank 2", {{2, 0.7}}},
                                      {"mlp1", {{1, 0.92}, {2, 0.93}}},
                                      {"mlp1 dropout 0.4", {{2, 0.95}}},
                                      {"linear C 0.3", {{2, 0.5}}}});
  results.chosen_layers = {{"linear", 2, 0.5}, {"mlp1", 1, 0.5}};
  const std::vector<CapacityCurve> curves = CapacityCurves(results);
  REQUIRE(curves.size() == 2);  // a single penalty is no curve
  CHECK(curves[0].name == "linear rank …");
  REQUIRE(curves[0].points.size() == 2);
  CHECK(curves[0].points[0].value == 2);
  CHECK(curves[0].points[1].probe == "linear rank 8");
  CHECK(curves[1].name == "mlp1 dropout …");
  REQUIRE(curves[1].points.size() == 2);
  CHECK(curves[1].points[0].value == 0.0);  // without it, where dev chose
  CHECK(curves[1].points[0].probe == "mlp1");
  CHECK(curves[1].points[0].layer == 1);
  CHECK(curves[1].points[1].layer == 2);
  const std::string html = CapacityFigures(results);
  CHECK_THAT(html, ContainsSubstring("linear rank …: accuracy on test, its control task and their "
                                     "difference, layer 2"));
  CHECK_THAT(html, ContainsSubstring("each at the layer that dev chose for it"));
  CHECK_THAT(html, ContainsSubstring("selectivity"));
}

TEST_CASE("Two settings give a curve over each at each value of the other; ranks may be names",
          "[probe][capacity]") {
  const auto curves = CapacityCurves(ResultsOf({{"linear rank 2 C 0.3", {{0, 0.5}}},
                                                {"linear rank 2 C 3", {{0, 0.5}}},
                                                {"linear rank 4 C 3", {{0, 0.5}}},
                                                {"rank1", {{0, 0.3}}},
                                                {"rank16", {{0, 0.4}}}}));
  std::vector<std::string> names;
  for (const CapacityCurve& curve : curves) names.push_back(curve.name);
  CHECK(names == std::vector<std::string>{"linear rank 2 C …", "linear rank … C 3", "rank …"});
  CHECK(CapacityFigures(ResultsOf({{"linear", {{0, 0.5}}}, {"bilinear", {{0, 0.5}}}})).empty());
}

}  // namespace
}  // namespace headscope
