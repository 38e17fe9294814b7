#include "bench/gemm_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/measurement.h"
#include "bench/provenance.h"
#include "model/base/error.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLarge = 256;
constexpr double kAsFast = 0.97;

// JSON knows no NaN.
Json NumberOrNull(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

std::string NumberOrDash(double value, const char* format) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

Json ToJson(const GemmMeasurement& measurement) {
  const GemmShape& shape = measurement.shape;
  const ProductSpeed& speed = measurement.speed;
  return {{"size", measurement.size},
          {"product", shape.name},
          {"form", GemmFormName(shape.form)},
          {"m", shape.m},
          {"n", shape.n},
          {"k", shape.k},
          {"repetitions", speed.ours.size()},
          {"disturbed", speed.disturbed},
          {"roof_gflops", NumberOrNull(Median(speed.roof))},
          {"headscope_gflops", NumberOrNull(Median(speed.ours))},
          {"openblas_gflops", NumberOrNull(Median(speed.openblas))},
          {"onednn_gflops", NumberOrNull(Median(speed.onednn))},
          {"over_openblas", NumberOrNull(speed.OverOpenBlas())},
          {"over_onednn", NumberOrNull(speed.OverOneDnn())},
          {"over_better", NumberOrNull(speed.OverBetter())},
          {"share_of_roof", NumberOrNull(speed.ShareOfRoof())}};
}

bool IsLarge(const GemmShape& shape) { return std::min({shape.m, shape.n, shape.k}) >= kLarge; }

}  // namespace

std::vector<FormShare> LargeProductShares(const std::vector<GemmMeasurement>& measurements) {
  std::vector<FormShare> result;
  for (const GemmForm form : {GemmForm::kNN, GemmForm::kNT, GemmForm::kTN}) {
    std::vector<double> shares;
    for (const GemmMeasurement& measurement : measurements) {
      if (measurement.shape.form != form || !IsLarge(measurement.shape)) continue;
      if (measurement.speed.WasMeasured()) shares.push_back(measurement.speed.ShareOfRoof());
    }
    if (shares.empty()) continue;
    result.push_back({form, shares.size(), GeometricMean(shares),
                      *std::min_element(shares.begin(), shares.end())});
  }
  return result;
}

GemmSummary Summarise(const std::vector<GemmMeasurement>& measurements) {
  GemmSummary summary;
  std::vector<double> openblas, onednn, shares;
  for (const auto& [size, shape, speed] : measurements) {
    summary.disturbed += speed.disturbed;
    if (!speed.WasMeasured()) {
      ++summary.unmeasured;
      continue;
    }
    openblas.push_back(speed.OverOpenBlas());
    if (!speed.onednn.empty()) onednn.push_back(speed.OverOneDnn());
    shares.push_back(speed.ShareOfRoof());
    summary.slower_than_better += speed.OverBetter() < kAsFast;
    summary.roofs.insert(summary.roofs.end(), speed.roof.begin(), speed.roof.end());
  }
  summary.measured = shares.size();
  if (summary.measured == 0) {
    Fail(
        "no repetition was free of other processes: measure on an idle machine, or one thread "
        "with --cpu-time");
  }
  summary.over_openblas = GeometricMean(openblas);
  summary.over_onednn = GeometricMean(onednn);
  summary.share_of_roof = GeometricMean(shares);
  return summary;
}

std::string GemmTableHead() {
  return fmt::format("{:<5} {:<18} form {:>5} {:>5} {:>5} {:>9} {:>9} {:>7} {:>10} {:>10} {:>7}\n",
                     "size", "product", "m", "n", "k", "headscope", "OpenBLAS", "oneDNN",
                     "/OpenBLAS", "/better", "of roof");
}

std::string GemmTableRow(const GemmMeasurement& measurement) {
  const GemmShape& shape = measurement.shape;
  const ProductSpeed& speed = measurement.speed;
  return fmt::format(
      "{:<5} {:<18}  {}  {:>5} {:>5} {:>5} {:>9} {:>9} {:>7} {:>10} {:>10} {:>7}\n",
      measurement.size, shape.name, GemmFormName(shape.form), shape.m, shape.n, shape.k,
      NumberOrDash(Median(speed.ours), "{:.1f}"), NumberOrDash(Median(speed.openblas), "{:.1f}"),
      NumberOrDash(Median(speed.onednn), "{:.1f}"), NumberOrDash(speed.OverOpenBlas(), "{:.3f}"),
      NumberOrDash(speed.OverBetter(), "{:.3f}"),
      NumberOrDash(100 * speed.ShareOfRoof(), "{:.1f}%"));
}

std::string GemmSummaryText(const std::vector<GemmMeasurement>& measurements) {
  const GemmSummary summary = Summarise(measurements);
  std::string text = fmt::format(
      "geometric mean of {} products: {:.3f} of OpenBLAS, {} of oneDNN, {:.1f}% of the roof\n"
      "{} of them below {:.2f} of the better library\n",
      summary.measured, summary.over_openblas, NumberOrDash(summary.over_onednn, "{:.3f}"),
      100 * summary.share_of_roof, summary.slower_than_better, kAsFast);
  for (const FormShare& share : LargeProductShares(measurements)) {
    text +=
        fmt::format("{} with m, n, k >= {}: {:.1f}% of the roof over {} products, lowest {:.1f}%\n",
                    GemmFormName(share.form), kLarge, 100 * share.geometric_mean, share.products,
                    100 * share.lowest);
  }
  text += fmt::format("{}; {} repetitions disturbed by other processes and dropped",
                      RoofLine(summary.roofs), summary.disturbed);
  if (summary.unmeasured != 0) {
    text += fmt::format("; {} products had no other and are missing", summary.unmeasured);
  }
  return text + "\n";
}

Json GemmJson(const std::vector<GemmMeasurement>& measurements) {
  const GemmSummary summary = Summarise(measurements);
  Json shares = Json::array(), products = Json::array();
  for (const FormShare& share : LargeProductShares(measurements)) {
    shares.push_back({{"form", GemmFormName(share.form)},
                      {"products", share.products},
                      {"geometric_mean", share.geometric_mean},
                      {"lowest", share.lowest}});
  }
  for (const GemmMeasurement& measurement : measurements) products.push_back(ToJson(measurement));
  return {{"roof", RoofJson(summary.roofs)},
          {"disturbed_repetitions", summary.disturbed},
          {"geometric_mean",
           {{"products", summary.measured},
            {"over_openblas", summary.over_openblas},
            {"over_onednn", NumberOrNull(summary.over_onednn)},
            {"share_of_roof", summary.share_of_roof}}},
          {"products_below_0.97_of_better", summary.slower_than_better},
          {"share_of_roof_from_256", shares},
          {"products", products}};
}

}  // namespace headscope
