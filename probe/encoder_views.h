// The word vectors of a corpus as one encoder sees it: the trained one, one of random weights, or
// the trained one given each sentence's words in random order (every word keeps its own vector).
#pragma once

#include <cstdint>
#include <span>

#include "model/ops/gemm.h"
#include "model/pretrained.h"
#include "probe/coreference_scores.h"
#include "probe/probe_corpus.h"
#include "probe/probing_task.h"
#include "probe/word_features.h"

namespace headscope {

enum class EncoderKind : size_t { kTrained, kRandom, kShuffledWords };
inline constexpr const char* kEncoderKindNames[] = {"trained", "random", "shuffled words"};

struct EncoderView {
  EncoderKind kind = EncoderKind::kTrained;
  uint64_t seed = 1;  // of the random weights or orders
};

// Features of the three files at some layers, standardised layer by layer on the training file.
class ViewFeatures {
 public:
  ViewFeatures(Compute& compute, const PretrainedModel& model, const WordEncoder& encode,
               const ProbeCorpus& corpus, const EncoderView& view, std::span<const size_t> layers,
               const WordFeatureOptions& options);
  // Of layers[k].
  LayerFeatures Layer(size_t k) const { return {train_.Layer(k), dev_.Layer(k), test_.Layer(k)}; }

 private:
  WordFeatures train_, dev_, test_;
};

}  // namespace headscope
