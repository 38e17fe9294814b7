// manifest.json: what made a run, where and when. The only file of a run, beside timing.jsonl, that
// differs between machines.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/ops/gemm.h"
#include "train/trainer.h"

namespace headscope {

// What a run is made of, in the words of its manifest.
struct ManifestFacts {
  GemmBackend gemm = GemmBackend::kHeadscope;
  uint64_t seed = 1;
  std::vector<std::pair<std::string, std::string>> files;   // path and SHA-256 of each
  std::vector<std::pair<std::string, std::string>> hashes;  // by name
  std::vector<std::pair<std::string, uint64_t>> counts;     // by name
};

// Keeps a run's manifest: written when a process begins to work on the run and again when it ends.
// Records of earlier processes are kept.
class Chronicle {
 public:
  Chronicle(std::string path, ManifestFacts facts, size_t threads, uint64_t first_step);
  void End(uint64_t step, double seconds, TrainingEnd end);

 private:
  void Write() const;

  // How one process took part in a run.
  struct ProcessRecord {
    size_t threads = 1;
    uint64_t first_step = 0;
    uint64_t last_step = 0;
    double seconds = 0.0;
    std::string end = "running";  // then "finished" or "interrupted"
  };
  std::string path_;
  ManifestFacts facts_;
  ProcessRecord record_;
  std::string started_;
};

// "2026-01-31T23:59:59Z"
std::string UtcNow();

}  // namespace headscope
