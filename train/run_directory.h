// A run on disk:
//
//   config.toml    the resolved config; `headscope train --config` repeats the run with it
//   manifest.json  commit, compiler, SIMD target, threads, seed, hashes of the data
//   metrics.jsonl  one JSON object per line; a function of config, data and seed alone (law L1)
//   timing.jsonl   wall-clock figures, which are not
//   model/         the latest saved model, in HuggingFace's layout
//   checkpoints/   step-N/model, where they are asked for
//   state/         state.safetensors, for an exact resume
//   lock           held while a process works in the folder
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/base/file.h"

namespace headscope {

class RunDirectory {
 public:
  // A new run: the folder must be absent or empty (but for what a run leaves that was killed before
  // its first state). An existing one: it must hold a config and a state. Throws Error otherwise,
  // and when another process holds the lock. A new run in whose folder nothing was written takes it
  // away again: what is refused leaves nothing behind.
  static RunDirectory Create(const std::string& path) { return RunDirectory(path, false); }
  static RunDirectory Open(const std::string& path) { return RunDirectory(path, true); }
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::string& Path() const { return path_; }
  std::string ConfigPath() const { return path_ + "/config.toml"; }
  std::string ManifestPath() const { return path_ + "/manifest.json"; }
  std::string MetricsPath() const { return path_ + "/metrics.jsonl"; }
  std::string TimingPath() const { return path_ + "/timing.jsonl"; }
  std::string ModelPath() const { return path_ + "/model"; }
  std::string StatePath() const { return path_ + "/state/state.safetensors"; }

 private:
  RunDirectory(const std::string& path, bool existing);
  const std::string& Prepare(bool existing);

  std::string path_;
  bool is_new_;
  std::vector<std::string> made_;  // folders that were not there before, innermost first
  DirectoryLock lock_;
};

// A file of JSON lines that grows. Lines reach the file at once; Sync makes them survive a power
// cut.
class JsonLines {
 public:
  explicit JsonLines(const std::string& path);
  ~JsonLines();
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;

  // Throws Error (disk full, …) naming the file.
  void Append(const std::string& line);
  void Sync();

 private:
  std::string path_;
  int descriptor_ = -1;
};

// Removes the lines whose "step" is above `step` and a last line that is torn: they were written
// after the state that a run goes on from (all lines for step 0, whose held-out loss comes after
// its state). A file that is absent stays so. Throws Error naming the line for one that is no JSON
// object with a step.
void CutLinesAfterStep(const std::string& path, uint64_t step);

}  // namespace headscope
