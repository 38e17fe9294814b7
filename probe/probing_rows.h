// From the outcomes of fits to rows with intervals.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "probe/encoder_views.h"
#include "probe/online_code.h"
#include "probe/probing_results.h"
#include "probe/probing_task.h"

namespace headscope {

// What differs by nothing but its seed.
struct CellKey {
  // Of probes that see no layer's vectors; -1 in results.
  static constexpr size_t kNoLayer = ~size_t{0};
  // Of probes that mix all layers; -2 in results.
  static constexpr size_t kMix = ~size_t{0} - 1;

  std::string probe;
  EncoderKind encoder = EncoderKind::kTrained;
  ProbeTarget target = ProbeTarget::kLabels;
  size_t layer = 0;
  bool code = false;

  auto operator<=>(const CellKey&) const = default;
};

struct FitOutcome {
  FitScores scores;
  OnlineCode code;
};

using Cells = std::map<CellKey, std::vector<FitOutcome>>;  // outcomes by ascending seed

// Every metric of every cell with its interval over seeds and clusters; "selectivity" of every
// metric's headline (labels - control, paired by cluster); of online codes "code bits",
// "compression" and, of the labels, "control / labels", by Student's t over seeds, as "penalty C"
// that dev chose and "C at the edge"; the baselines.
std::vector<ProbingRow> ProbingRows(const ProbingTask& task, const Cells& cells);

}  // namespace headscope
