// The masked LM's loss on a file's sentences, by what varies together.
#pragma once

#include <cstdint>
#include <vector>

#include "datasets/wordpiece.h"
#include "model/pretrained.h"
#include "probe/cluster_sums.h"
#include "probe/masked_sentences.h"
#include "probe/probe_corpus.h"

namespace headscope {

struct MaskedLossOptions {
  size_t sentences = 400;  // at most, evenly spread
  uint64_t seed = 1;       // of the masks: 15% of words, whole
  size_t batch_pieces = 2048;
};

class MaskedLosses {
 public:
  // Everything must outlive this object; the model must have a masked-LM head.
  MaskedLosses(const PretrainedModel& model, const WordPiece& word_piece, const WordEncoder& encode,
               const ProbeSplit& split, const MaskedLossOptions& options);

  size_t NumSentences() const { return clusters_.size(); }
  // Each sentence's mean loss in nats under an intervention (null: none), summed; denominators
  // count sentences. The masks are the same every time.
  ClusterSums Under(Compute& compute, const Intervention* intervention);

 private:
  size_t num_clusters_;
  SentenceLosses losses_;
  std::vector<MaskedBatch> batches_;
  std::vector<size_t> clusters_;  // of each sentence with something to predict
};

}  // namespace headscope
