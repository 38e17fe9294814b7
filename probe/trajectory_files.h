// What a probe writes when it was asked of the snapshots of a run.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "probe/trajectory.h"
#include "train/checkpoints.h"

namespace headscope {

// The snapshots of a run, or the one model. Throws Error unless exactly one of both is named.
std::vector<Checkpoint> CheckpointsOf(const std::string& model, const std::string& run);

struct TrajectoryFindings {
  std::string title, preface;
  ProbeFacts facts;
  Trajectory trajectory;
  std::vector<std::pair<uint64_t, std::string>> results;  // of each step: its results.json
};

// trajectory.csv, results.json (charts, then every step's own results) and report.html; prints the
// tables. `format`: of results.json.
void WriteTrajectoryFindings(const std::string& out, const std::string& format,
                             const TrajectoryFindings& findings);

}  // namespace headscope
