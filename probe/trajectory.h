// How what a model knows grows while it is trained: the same study of several snapshots, as curves
// over steps.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "probe/erasure_results.h"
#include "probe/head_results.h"
#include "probe/probing_results.h"

namespace headscope {

struct TrajectoryCurve {
  std::string name;  // "layer 2"
  bool is_null = false;
  std::vector<std::pair<uint64_t, Estimate>> points;  // (step, score), ascending
};

// Curves that are drawn together.
struct TrajectoryChart {
  std::string title;   // "linear probe"
  std::string metric;  // "accuracy", shown in percent; "nats"
  std::vector<TrajectoryCurve> curves;
  bool InNats() const { return metric == "nats"; }
};

struct Trajectory {
  std::vector<TrajectoryChart> charts;
  // Where the curve goes on; makes chart and curve when they are new.
  void Add(const std::string& chart, const std::string& metric, const std::string& curve,
           bool is_null, uint64_t step, const Estimate& estimate);
};

// A chart for each probe: its headline at every layer and at the layer that is best on dev, there
// the control task and the nulls too, and the baselines without an encoder.
void AddToTrajectory(uint64_t step, const ProbingResults& results, Trajectory& trajectory);
// Charts of the most frequent relations (the head that dev chose at that step), of trees and of
// coreference, each with its nulls.
void AddToTrajectory(uint64_t step, const HeadProbeResults& results, Trajectory& trajectory);
// Charts of every measure at every layer erased, a curve for each method; of the masked LM the rise
// of its loss.
void AddToTrajectory(uint64_t step, const ErasureResults& results, Trajectory& trajectory);

std::string TrajectoryCsv(const Trajectory& trajectory);
// An array of charts.
std::string TrajectoryJson(const Trajectory& trajectory);
// A figure and a table for each chart.
std::string TrajectoryHtml(const Trajectory& trajectory);
std::string TrajectoryText(const Trajectory& trajectory);

}  // namespace headscope
