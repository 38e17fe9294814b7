// Measures what a masked LM loses with its heads, and sets it beside what they know.
#pragma once

#include "datasets/conllu.h"
#include "datasets/wordpiece.h"
#include "model/base/thread_pool.h"
#include "model/ops/gemm.h"
#include "model/pretrained.h"
#include "probe/head_results.h"
#include "probe/importance.h"
#include "probe/progress.h"

namespace headscope {

struct ImportanceOptions {
  size_t sentences = 200;  // of each file, evenly spread; 0: no importance is measured
  ImportanceProtocol protocol = ImportanceProtocol::kPaper;
  uint64_t seed = 1;  // of the masks and the random order
  size_t batch_pieces = 2048;
  GemmBackend gemm = GemmBackend::kHeadscope;
};

// Numbers of heads removed in a pruning curve: steps of 5%, as Michel et al. have them.
inline constexpr size_t kMostCurvePoints = 20;

// Mask gradients on dev, ablations and the pruning curve on test; 15% of words masked. The joint
// table is left empty.
ImportanceResults MeasureImportance(const PretrainedModel& model, const WordPiece& word_piece,
                                    const Treebank& dev, const Treebank& test,
                                    const ImportanceOptions& options, ThreadPool& pool,
                                    const Progress& progress);

// What the heads know (`results`) beside what the model loses with them.
JointTable MakeJointTable(const HeadProbeResults& results, const ImportanceResults& importance);

// Whether importance can be measured, or why not: no masked-LM head, or patterns that do not depend
// on scores.
bool HasImportance(const PretrainedModel& model, std::string& why_not);

}  // namespace headscope
