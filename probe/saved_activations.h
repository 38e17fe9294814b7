// Word vectors as probes read them, in files for Python: FOLDER/train.safetensors, dev, test.
//
//   layer.0 … layer.L  [words, C]        as the encoder gives them (probes standardise them)
//   starts             [sentences + 1]   int64: first word of every sentence, and the end
#pragma once

#include <span>
#include <string>

#include "model/ops/gemm.h"
#include "model/pretrained.h"
#include "probe/coreference_scores.h"
#include "probe/probe_corpus.h"
#include "probe/word_features.h"

namespace headscope {

// Of the trained encoder at some layers. Memory: the vectors of one file at one layer. Throws
// Error.
void SaveWordVectors(Compute& compute, const PretrainedModel& model, const WordEncoder& encode,
                     const ProbeCorpus& corpus, std::span<const size_t> layers,
                     const WordFeatureOptions& options, const std::string& folder);

}  // namespace headscope
