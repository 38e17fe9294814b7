// Has the model learned to use context at all? A masked language model stays for long on the
// plateau of word frequencies, where attention has learned nothing and every table about heads is
// noise. The check compares its held-out loss with that of a twin trained for the same steps with
// uniform attention.
#pragma once

#include <string>

#include "probe/head_results.h"

namespace headscope {

// Training and held-out losses of RUN/metrics.jsonl. Empty when there is no such file. Throws Error
// naming the line that is no JSON object with a step.
struct RunLosses {
  std::vector<CurvePoint> training, held_out;
};
RunLosses ReadRunLosses(const std::string& run);

// The run directory that holds a model: the folder above it when that has a metrics.jsonl; empty
// when there is none.
std::string RunOfModel(const std::string& model_directory);
// DIR/model when DIR is a run directory, else DIR.
std::string ModelOfPath(const std::string& path);

// `twin` is a run directory, or empty: then RUN/twin where it exists. Fills the curve as well.
ContextCheck CheckContext(const std::string& model_directory, const std::string& twin,
                          bool has_mlm_head, TrainingCurve& curve);
// The same from losses: the last step at which both have a held-out loss decides; where the twin
// was not yet trained as far as the model, it can only decide for it.
ContextCheck CompareWithTwin(const std::vector<CurvePoint>& held_out,
                             const std::vector<CurvePoint>& twin_held_out);

}  // namespace headscope
