// Accuracy, control task and selectivity of probes that differ in one setting alone (rank, units,
// penalty, weight decay, dropout) over that setting: what capacity is worth, and what it memorises
// (Hewitt & Liang 2019, section 4).
#pragma once

#include <string>
#include <vector>

#include "probe/probing_results.h"

namespace headscope {

struct CapacityCurve {
  std::string name;     // "linear rank …"
  std::string setting;  // "rank"
  std::string base;     // the probe without the setting, "linear"
  struct Point {
    double value;
    std::string probe;
    int layer;  // at which it was asked; of several, the one that dev chose
  };
  std::vector<Point> points;  // ascending; two or more
};

// Of the names' settings: "linear rank 4", "rank16", "mlp1 dropout 0.4" (without it: 0).
std::vector<CapacityCurve> CapacityCurves(const ProbingResults& results);

// A figure for each; empty where there is none.
std::string CapacityFigures(const ProbingResults& results);

}  // namespace headscope
