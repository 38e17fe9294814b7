// What `headscope bench gemm` makes of its measurements: a table and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bench/gemm_shapes.h"
#include "bench/product_speed.h"

namespace headscope {

struct GemmMeasurement {
  std::string size;  // of the model
  GemmShape shape;
  ProductSpeed speed;
};

// The large products of one form: those whose m, n and k are all at least 256.
struct FormShare {
  GemmForm form;
  size_t products = 0;
  double geometric_mean = 0.0, lowest = 0.0;  // share of the roof
};
std::vector<FormShare> LargeProductShares(const std::vector<GemmMeasurement>& measurements);

struct GemmSummary {
  size_t measured = 0, unmeasured = 0;                                 // products
  size_t disturbed = 0;                                                // repetitions
  double over_openblas = 0.0, over_onednn = 0.0, share_of_roof = 0.0;  // geometric means
  size_t slower_than_better = 0;  // products below 0.97 of the better library
  std::vector<double> roofs;
};
// Throws Error when nothing was measured.
GemmSummary Summarise(const std::vector<GemmMeasurement>& measurements);

std::string GemmTableHead();
std::string GemmTableRow(const GemmMeasurement& measurement);
std::string GemmSummaryText(const std::vector<GemmMeasurement>& measurements);
nlohmann::ordered_json GemmJson(const std::vector<GemmMeasurement>& measurements);

}  // namespace headscope
