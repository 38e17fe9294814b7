// What is kept of an experiment: results.json and results.csv.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probe/claim_ledger.h"
#include "probe/experiment_cells.h"
#include "probe/head_results.h"
#include "probe/verdict.h"

namespace headscope {

struct ExperimentResults {
  Experiment experiment;
  std::vector<Cell> cells;
  std::vector<Decision> decisions;
  std::vector<ClaimRecord> records = {};  // of each decision's claim; none: not kept
};

// Of one arm: the mean of a measure over its seeds with its 95% t-interval, in the measure's unit.
struct ArmMeasure {
  std::string arm, measure;
  Estimate value;
};
// Arms in the experiment's order, of each its measures by name.
std::vector<ArmMeasure> MeasuresOfArms(const ExperimentResults& results);

// Arms down, measures across: those that the experiment names, or all. Nothing where an arm does
// not have a measure.
struct MeasureMatrix {
  std::vector<std::string> measures;
  std::vector<std::vector<std::optional<Estimate>>> rows;  // [arm][measure]
};
MeasureMatrix MatrixOf(const ExperimentResults& results);

// R of every arm, see ArmRatio; nothing where it is undefined. Seeds that an arm lacks are left
// out.
std::vector<std::optional<Estimate>> RatiosOfArms(const ExperimentResults& results,
                                                  const ArmRatio& ratio);

// Functions of the experiment and its cells alone, so that equal runs give equal bytes.
std::string ExperimentJson(const ExperimentResults& results);
// manifest.json: the command, the program, and how many cells which builds of it have made.
std::string ExperimentManifest(const ProbeFacts& facts, const std::vector<Cell>& cells);
// A line for every cell and measure: arm,seed,measure,value,unit.
std::string ExperimentCsv(const ExperimentResults& results);

}  // namespace headscope
