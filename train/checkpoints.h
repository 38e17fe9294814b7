// Snapshots of a model while it is trained: RUN/checkpoints/step-N/model, the same files as
// RUN/model has.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace headscope {

// After which steps a snapshot is kept; before the first and after the last step in any case.
class CheckpointPlan {
 public:
  // "": none at all. "every:N": every N steps. "log": after 1, 2, 4, … 512 steps, from then on two
  // to every doubling (724, 1024, 1448, …), where heads appear. Throws Error for anything else.
  explicit CheckpointPlan(const std::string& text);
  bool IsDue(uint64_t step, uint64_t last) const;

 private:
  bool none_ = false;
  uint64_t every_ = 0;  // 0: log
};

// write(folder) writes the model's files. The snapshot appears under its name whole or not at all;
// one that is there already stays, since a resumed run comes to the same bits.
void SaveCheckpoint(const std::string& run, uint64_t step,
                    const std::function<void(const std::string& folder)>& write);

struct Checkpoint {
  uint64_t step = 0;
  std::string model;  // its folder
};
// Those of a run by ascending step. Throws Error when there are none.
std::vector<Checkpoint> ListCheckpoints(const std::string& run);

}  // namespace headscope
