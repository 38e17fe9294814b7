// manifest.json: what made a run, where and when. The only file of a run, beside timing.jsonl, that
// differs between machines.
#pragma once

#include <string>

#include "train/train_config.h"
#include "train/training_data.h"

namespace headscope {

// How one process took part in a run.
struct ProcessRecord {
  size_t threads = 1;
  uint64_t first_step = 0;
  uint64_t last_step = 0;
  double seconds = 0.0;
  std::string end;  // "running", "finished", "interrupted"
};

// Writes the manifest, keeping the records of earlier processes and replacing one that has the same
// start time.
void WriteManifest(const std::string& path, const TrainConfig& config, const TrainingData& data,
                   const ProcessRecord& process, const std::string& started_utc);

// "2026-01-31T23:59:59Z"
std::string UtcNow();

}  // namespace headscope
