#include "bench/gemm_report.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

GemmMeasurement Measured(GemmForm form, size_t size, double ours, double openblas, double onednn) {
  GemmMeasurement measurement{"mini", {"qkv", form, size, 512, 256, 1, 1, 1, false}, {}};
  // Clocks drift: only paired ratios are the same in both repetitions.
  for (const double clock : {1.0, 0.5, 0.8}) {
    measurement.speed.roof.push_back(100 * clock);
    measurement.speed.ours.push_back(ours * clock);
    measurement.speed.openblas.push_back(openblas * clock);
    if (onednn > 0) measurement.speed.onednn.push_back(onednn * clock);
  }
  measurement.speed.disturbed = 2;
  return measurement;
}

TEST_CASE("A product is compared with the better library, repetition by repetition", "[bench]") {
  const ProductSpeed speed = Measured(GemmForm::kNN, 256, 88, 80, 110).speed;
  CHECK_THAT(speed.OverOpenBlas(), WithinRel(1.1, 1e-12));
  CHECK_THAT(speed.OverOneDnn(), WithinRel(0.8, 1e-12));
  CHECK_THAT(speed.OverBetter(), WithinRel(0.8, 1e-12));
  CHECK_THAT(speed.ShareOfRoof(), WithinRel(0.88, 1e-12));
}

TEST_CASE("Without oneDNN the better library is OpenBLAS", "[bench]") {
  const ProductSpeed speed = Measured(GemmForm::kNN, 256, 88, 80, 0).speed;
  CHECK(std::isnan(speed.OverOneDnn()));
  CHECK_THAT(speed.OverBetter(), WithinRel(1.1, 1e-12));
}

TEST_CASE("The summary counts what was measured, what was not and what is slow", "[bench]") {
  const std::vector<GemmMeasurement> measurements = {
      Measured(GemmForm::kNN, 256, 90, 60, 90),
      Measured(GemmForm::kNN, 255, 40, 60, 80),
      Measured(GemmForm::kNN, 512, 40, 60, 80),
      Measured(GemmForm::kTN, 300, 80, 40, 80),
      {"mini", {"up", GemmForm::kNT, 999, 999, 999, 1, 1, 1, false}, {}}};
  const GemmSummary summary = Summarise(measurements);
  CHECK(summary.measured == 4);
  CHECK(summary.unmeasured == 1);
  CHECK(summary.disturbed == 8);
  CHECK(summary.slower_than_better == 2);
  CHECK(summary.roofs.size() == 12);
  CHECK_THAT(summary.over_openblas, WithinRel(std::pow(1.5 * 2 / 3 * 2 / 3 * 2, 0.25), 1e-12));

  const std::vector<FormShare> shares = LargeProductShares(measurements);  // m = 255 is not large
  REQUIRE(shares.size() == 2);
  CHECK(shares[0].form == GemmForm::kNN);
  CHECK(shares[0].products == 2);
  CHECK_THAT(shares[0].geometric_mean, WithinRel(0.6, 1e-12));
  CHECK_THAT(shares[0].lowest, WithinRel(0.4, 1e-12));
  CHECK(shares[1].form == GemmForm::kTN);
}

TEST_CASE("JSON has null where a library was absent or a product unmeasured", "[bench]") {
  const nlohmann::ordered_json json =
      GemmJson({Measured(GemmForm::kNT, 256, 90, 60, 0),
                {"mini", {"up", GemmForm::kNT, 9, 9, 9, 1, 1, 1, false}, {}}});
  CHECK(json.at("products").size() == 2);
  CHECK(json.at("products").at(0).at("onednn_gflops").is_null());
  CHECK_THAT(json.at("products").at(0).at("over_better").get<double>(), WithinRel(1.5, 1e-12));
  CHECK(json.at("products").at(1).at("headscope_gflops").is_null());
  CHECK_THAT(json.at("roof").at("median_gflops").get<double>(), WithinRel(80.0, 1e-12));
  CHECK(json.at("disturbed_repetitions") == 2);
}

TEST_CASE("Nothing measured is an error, not a table", "[bench]") {
  CHECK_THROWS_AS(Summarise({{"mini", {"up", GemmForm::kNT, 9, 9, 9, 1, 1, 1, false}, {}}}), Error);
}

}  // namespace
}  // namespace headscope
