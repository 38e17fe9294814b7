#include "probe/trajectory.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "probe/svg.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

ProbingResults ResultsAt(double accuracy, size_t best) {
  ProbingResults results;
  results.metrics = {"accuracy"};
  results.probes = {"linear"};
  results.layers = {0, 1};
  results.chosen_layers = {{"linear", best, 0.5}};
  const auto row = [&](const char* encoder, const char* target, int layer, double value) {
    results.rows.push_back({"linear",
                            encoder,
                            target,
                            layer,
                            "accuracy",
                            {value, value - 0.01, value + 0.01, 3},
                            {value},
                            10});
  };
  row("trained", "labels", 0, accuracy - 0.1);
  row("trained", "labels", 1, accuracy);
  row("trained", "control", 0, 0.2);
  row("trained", "control", 1, 0.3);
  row("random", "labels", 1, 0.4);
  results.rows.push_back(
      {"majority", "none", "labels", -1, "accuracy", {0.17, 0.16, 0.18, 1}, {}, 10});
  return results;
}

const TrajectoryCurve& CurveNamed(const Trajectory& trajectory, const std::string& name) {
  for (const TrajectoryCurve& curve : trajectory.charts.at(0).curves) {
    if (curve.name == name) return curve;
  }
  FAIL("no curve " << name);
  return trajectory.charts.at(0).curves.at(0);
}

TEST_CASE("A trajectory follows every layer and the one that dev chose at that step",
          "[trajectory]") {
  Trajectory trajectory;
  AddToTrajectory(0, ResultsAt(0.5, 0), trajectory);
  AddToTrajectory(64, ResultsAt(0.8, 1), trajectory);
  REQUIRE(trajectory.charts.size() == 1);
  const auto values = [&](const char* name) {
    std::vector<double> all;
    for (const auto& [step, score] : CurveNamed(trajectory, name).points)
      all.push_back(score.value);
    return all;
  };
  CHECK(values("layer 0") == std::vector<double>{0.4, 0.8 - 0.1});
  CHECK(values("layer 1") == std::vector<double>{0.5, 0.8});
  CHECK(values("best layer on dev") == std::vector<double>{0.4, 0.8});
  CHECK(values("control task") == std::vector<double>{0.2, 0.3});
  CHECK(values("random encoder") == std::vector<double>{0.4});  // layer 0 had none
  CHECK(CurveNamed(trajectory, "majority").is_null);
  const std::string csv = TrajectoryCsv(trajectory);
  CHECK_THAT(csv, ContainsSubstring("\"linear probe\",accuracy,\"layer 1\",0,64,0.8,"));
  const auto json = nlohmann::json::parse(TrajectoryJson(trajectory));
  CHECK(json.at(0).at("curves").at(1).at("points").at(1).at("step") == 64);
  const std::string html = TrajectoryHtml(trajectory);
  CHECK_THAT(html, ContainsSubstring("<polygon"));
  CHECK_THAT(html, ContainsSubstring("80.0 [79.0, 81.0]"));
}

TEST_CASE("Erasures of snapshots are a chart for each measure, the rise of the loss in nats",
          "[trajectory][erase]") {
  Trajectory trajectory;
  for (const uint64_t step : {0u, 64u}) {
    const double value = step == 0 ? 0.25 : 0.75;
    ErasureResults results;
    const auto row = [&](const char* method, const char* measure, int at, const char* kind,
                         double of) {
      results.rows.push_back({1, method, measure, at, kind, {of, of - 0.1, of + 0.1, 3}, {of}, 9});
    };
    row("none", "arcs bilinear", 2, "value", value);
    row("leace", "arcs bilinear", 2, "value", value / 2);
    row("leace", "arcs bilinear", 2, "change", -value / 2);
    row("random leace", "arcs bilinear", 2, "value", value - 0.05);
    row("none", "masked-LM loss", -1, "value", 5.0);
    row("leace", "masked-LM loss", -1, "value", 5.0 + value);
    row("leace", "masked-LM loss", -1, "change", value);
    AddToTrajectory(step, results, trajectory);
  }
  REQUIRE(trajectory.charts.size() == 2);
  const TrajectoryChart &arcs = trajectory.charts[0], &loss = trajectory.charts[1];
  CHECK(arcs.title == "layer 1 erased: arcs bilinear, layer 2");
  CHECK(arcs.metric == "UAS");
  REQUIRE(arcs.curves.size() == 3);
  CHECK(arcs.curves[1].name == "leace");
  CHECK(arcs.curves[1].points[1].second.value == 0.375);
  CHECK_FALSE(arcs.curves[1].is_null);
  CHECK(arcs.curves[2].is_null);
  CHECK(loss.title == "layer 1 erased: masked-LM loss, rise");
  REQUIRE(loss.curves.size() == 1);
  const std::string text = TrajectoryText(trajectory);
  CHECK_THAT(text, ContainsSubstring("37.5 [27.5, 47.5]"));
  CHECK_THAT(text, ContainsSubstring("rise: nats on test\n"));
  CHECK_THAT(text, ContainsSubstring("0.750 [0.650, 0.850]"));
  CHECK_THAT(TrajectoryHtml(trajectory), ContainsSubstring("0.750"));
}

TEST_CASE("A chart by steps puts doublings at equal distances, and bands where intervals are",
          "[trajectory][svg]") {
  const double infinity = std::numeric_limits<double>::infinity();
  const LineSeries series{"a",
                          "#000",
                          false,
                          {{0, 1}, {1, 1}, {2, 1}, {4, 2}},
                          {{0.5, 1.5}, {0.5, 1.5}, {-infinity, infinity}, {1.5, 2.5}}};
  const std::string svg = LineChart("steps", "y", {series}, XScale::kSteps);
  // Places 0, 1, 2, 3 of the 555 pixels from 55 on: 185 apart.
  CHECK_THAT(svg, ContainsSubstring("<polyline points=\"55.0,"));
  for (const char* x : {" 240.0,", " 425.0,", " 610.0,"}) CHECK_THAT(svg, ContainsSubstring(x));
  const size_t band = svg.find("<polygon points=\"");
  REQUIRE(band != std::string::npos);
  const std::string corners = svg.substr(band, svg.find('"', band + 20) - band);
  CHECK(std::count(corners.begin(), corners.end(), ',') == 6);  // there and back, without the third
  CHECK(LineChart("x", "y", {{"a", "#000", false, {{0, 1}, {4, 2}}}}).find("<polygon") ==
        std::string::npos);
}

}  // namespace
}  // namespace headscope
