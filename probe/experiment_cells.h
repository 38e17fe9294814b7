// The cells of an experiment, arm x seed, each a fine-tuning (without a task: a training of a
// masked LM) in a folder of its own. What is done is not done again; what was interrupted goes on
// where it stopped.
//
//     DIR/pretraining/HASH/   the masked LM that arms start from, one for each different config
//     DIR/ARM/seed-K/         the run, and cell.json: what came of it
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "probe/experiment.h"

namespace headscope {

struct Cell {
  std::string arm;
  uint64_t seed = 0;
  uint64_t best_step = 0;     // of the model, chosen on dev; of a masked LM the last
  double dev_accuracy = 0.0;  // percent; of a masked LM none
  std::map<std::string, double> measures = {};  // on test, see measure.h
  std::string task_sha256 = {};
  std::set<std::string> families = {};  // of model_measures.h, that were asked for
  std::string build = {};               // the program that measured it; no part of a result
};

struct CellOptions {
  std::string directory;
  std::string data_folder;
  size_t threads = 1;
  std::FILE* out = stderr;                         // progress lines of the trainings
  std::function<void(const std::string&)> report;  // told what begins, a line at a time
  std::function<bool()> stop;
};

// Every cell, seeds 1 … experiment.seeds of each arm, seed by seed. Nothing when it was stopped.
// Throws Error when a cell in the folder is one of another experiment.
std::optional<std::vector<Cell>> RunCells(const Experiment& experiment, const CellOptions& options);

// The cells that are done, without running any.
std::vector<Cell> DoneCells(const Experiment& experiment, const std::string& directory);

// How many cells of the experiment's arms and seeds the folder has, whatever they were measured by.
size_t NumCellsThere(const Experiment& experiment, const std::string& directory);

}  // namespace headscope
