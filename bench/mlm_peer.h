// PyTorch and HuggingFace doing the work of `bench step`, each in a Python process of its own
// (bench/peers/mlm_step.py), a burst at a time, so that they can be timed in turn with ours.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/measurement.h"
#include "bench/mlm_workload.h"
#include "bench/peer_process.h"
#include "model/config.h"

namespace headscope {

struct MlmPeerOptions {
  std::string python = "python3", script = "bench/peers/mlm_step.py";
};

// The batches as the peers read them, a line of lengths each; the file is removed with this object.
class LengthsFile {
 public:
  explicit LengthsFile(const std::vector<SequenceLengths>& batches);
  LengthsFile(const LengthsFile&) = delete;
  LengthsFile& operator=(const LengthsFile&) = delete;
  ~LengthsFile();
  const std::string& Path() const { return path_; }

 private:
  std::string path_;
};

class MlmPeer {
 public:
  // Starts `variant`; `lengths` is a LengthsFile's path.
  MlmPeer(const MlmPeerOptions& options, const ModelConfig& model, size_t threads, double dropout,
          const std::string& variant, const std::string& lengths);
  // False when it could not be started: the library is not there, or cannot compile.
  bool IsReady() const { return ready_; }
  const std::string& Name() const { return name_; }
  const std::string& Version() const { return version_; }
  double PeakMib() const { return peak_mib_; }  // up to the last burst

  // Throws Error when the process ended or answers anything but the line that is expected.
  Burst Run(size_t steps);

 private:
  std::string name_, version_;
  double peak_mib_ = 0.0;
  PeerProcess process_;
  bool ready_ = false;
};

// Every variant that this machine has; tells `say`, a line each, which it starts and which it
// leaves out. Throws Error when the script is not where the options say.
std::vector<std::unique_ptr<MlmPeer>> StartMlmPeers(
    const MlmPeerOptions& options, const ModelConfig& model, size_t threads, double dropout,
    const std::string& lengths, const std::function<void(const std::string&)>& say);

}  // namespace headscope
