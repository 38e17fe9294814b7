#include "probe/arm_plot.h"

#include <algorithm>
#include <cmath>
#include <regex>

#include "tests/support/catch.h"

namespace headscope {
namespace {

struct Place {
  double x, y;
};

// Where the elements that match are; `pattern` has two groups.
std::vector<Place> PlacesOf(const std::string& svg, const std::string& pattern) {
  std::vector<Place> places;
  const std::regex regex(pattern);
  for (std::sregex_iterator at(svg.begin(), svg.end(), regex), end; at != end; ++at) {
    places.push_back({std::stod((*at)[1]), std::stod((*at)[2])});
  }
  return places;
}

ArmPoint At(const std::string& label, double x, double y) {
  return {label, {x, x, x, 1}, {y, y, y, 1}, {}};
}

const std::string kMean = R"re(<circle cx="([0-9.]+)" cy="([0-9.]+)" r="4")re";

TEST_CASE("Arms stand where their two measures are, and a line joins them in its order",
          "[experiment][report]") {
  const std::vector<ArmPoint> points = {
      {"a", {3.0, 2.5, 99.0, 2}, {10.0, 8.0, 12.0, 2}, {{2.75, 9.0}, {3.25, 11.0}}},
      At("b", 5.0, 0.0),
      At("<c>", 4.0, 5.0),
  };
  const std::string svg = ArmPlot(points, {1, 0}, "loss, nats", "lead, %");
  const std::vector<Place> means = PlacesOf(svg, kMean);
  REQUIRE(means.size() == 3);
  CHECK(means[0].x < means[1].x);  // more to the right
  CHECK(means[0].y < means[1].y);  // more is higher up
  // Halfway in both measures, halfway on the page.
  CHECK_THAT(means[2].x, WithinAbs((means[0].x + means[1].x) / 2, 0.11));
  CHECK_THAT(means[2].y, WithinAbs((means[0].y + means[1].y) / 2, 0.11));
  const std::vector<Place> seeds =
      PlacesOf(svg, R"re(<circle cx="([0-9.]+)" cy="([0-9.]+)" r="2.5")re");
  REQUIRE(seeds.size() == 2);
  const double unit = (means[1].x - means[0].x) / 2.0;  // of the loss
  CHECK_THAT(seeds[0].x, WithinAbs(means[0].x - unit / 4, 0.11));
  CHECK_THAT(seeds[1].x, WithinAbs(means[0].x + unit / 4, 0.11));
  CHECK(seeds[0].y > seeds[1].y);
  const std::vector<Place> interval =
      PlacesOf(svg, R"re(<line x1="([0-9.]+)" y1="[0-9.]+" x2="([0-9.]+)" [^>]*stroke-opacity)re");
  REQUIRE(interval.size() >= 1);
  CHECK_THAT(interval[0].x, WithinAbs(means[0].x - unit / 2, 0.11));
  CHECK(interval[0].y > means[1].x);  // cut at the frame, beyond all means
  CHECK(interval[0].y < means[1].x + unit);
  CHECK_THAT(svg, ContainsSubstring(fmt::format("points=\"{:.1f},{:.1f} {:.1f},{:.1f} \"",
                                                means[1].x, means[1].y, means[0].x, means[0].y)));
  CHECK_THAT(svg, ContainsSubstring("&lt;c&gt;") && ContainsSubstring("loss, nats"));
  CHECK_THAT(svg, !ContainsSubstring("<c>"));
  CHECK(ArmPlot({}, {}, "x", "y").empty());
}

TEST_CASE("Names of arms that nearly coincide do not lie on each other", "[experiment][report]") {
  std::vector<ArmPoint> points = {At("far", 0.0, 0.0)};
  for (const char* name : {"one", "another", "third", "fourth"}) {
    points.push_back(At(name, 5.6 + 0.01 * static_cast<double>(points.size()), 4.0));
  }
  const std::string svg = ArmPlot(points, {}, "x", "y");
  const std::vector<Place> means = PlacesOf(svg, kMean);
  const auto name_at = [&](const std::string& name) {
    const auto places =
        PlacesOf(svg, R"re(<text x="([0-9.]+)" y="([0-9.]+)" text-anchor="start" >)re" + name);
    REQUIRE(places.size() == 1);
    return places[0];
  };
  CHECK_THAT(name_at("far").y, WithinAbs(means[0].y + 4, 0.11));  // beside its mean
  std::vector<double> heights;
  for (const char* name : {"one", "another", "third", "fourth"}) {
    heights.push_back(name_at(name).y);
    CHECK(std::abs(heights.back() - means[1].y) < 50);  // near what it names
  }
  std::ranges::sort(heights);
  for (size_t i = 1; i < heights.size(); ++i) CHECK(heights[i] - heights[i - 1] >= 10.9);
}

}  // namespace
}  // namespace headscope
