// What a probe of word pairs sees of a corpus: the attention of one encoder, or distances, and the
// words by themselves.
#pragma once

#include <span>
#include <vector>

#include "model/ops/gemm.h"
#include "model/pretrained.h"
#include "probe/encoder_views.h"
#include "probe/pair_maps.h"
#include "probe/probing_task.h"

namespace headscope {

// [words, C] per file: the mean of each word's pieces' embeddings in the trained model, whatever
// the view, standardised on the training file: words without position or context.
class WordVectors {
 public:
  WordVectors(const PretrainedModel& model, const WordEncoder& encode, const ProbeCorpus& corpus);
  LayerFeatures With(const CorpusPairs& pairs) const {
    return {train_.Layer(0), dev_.Layer(0), test_.Layer(0), &pairs};
  }

 private:
  WordFeatures train_, dev_, test_;
};

// Takes them, and scales them on the first.
CorpusPairs ScaledOnTrain(PairMaps train, PairMaps dev, PairMaps test);

// MiB of the attention maps of so many heads on the three files.
size_t MibOfAttention(const ProbeCorpus& corpus, size_t num_heads);

// Every head's attention on the three files, scaled on the first. Throws Error when the maps of all
// three take more than memory_mib (they must lie in memory at once).
CorpusPairs AttentionOf(Compute& compute, const PretrainedModel& model, const WordEncoder& encode,
                        const ProbeCorpus& corpus, const EncoderView& view,
                        const WordFeatureOptions& options, size_t memory_mib);

CorpusPairs DistancesOf(const ProbeCorpus& corpus);

}  // namespace headscope
