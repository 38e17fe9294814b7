// Erases a concept (parts of speech, relations) from one layer's vectors and measures what that
// changes: the concept's own probes there and later, other probes (of the other labels, of
// dependency arcs), the masked LM (Elazar et al. 2021 ask this of INLP). Beside LEACE and INLP,
// random subspaces of the same rank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "datasets/wordpiece.h"
#include "model/pretrained.h"
#include "probe/encoder_views.h"
#include "probe/erasure_results.h"
#include "probe/nullspace_projection.h"
#include "probe/probe_corpus.h"
#include "probe/word_label_task.h"

namespace headscope {

struct ErasureOptions {
  WordLabel concept_label = WordLabel::kUpos;            // or kRelation; the other is another probe
  std::vector<size_t> layers;                            // empty: all; each is erased by itself
  std::vector<std::string> probes = {"linear", "mlp1"};  // of the concept, at the erased layer
  bool every_later_layer = false;                        // read all later layers, not only the last
  size_t seeds = 3;                                      // of probes that are random
  size_t draws = 3;                                      // of random subspaces
  size_t hidden_units = 128;
  size_t loss_sentences = 400;  // of the test file; 0: no masked-LM loss
  uint64_t seed = 1;
  InlpOptions inlp = {};
  WordPooling pooling = WordPooling::kMean;
  size_t batch_pieces = 2048;
  GemmBackend gemm = GemmBackend::kHeadscope;
};

using ErasureProgress = std::function<void(size_t done, size_t total)>;

// Erasers are fitted on the words' vectors of the training file and applied to every piece of
// every sentence as soon as the layer is computed, so that all later layers see the change. The
// concept of a relation is the word's own (to its head), read off the word alone by the erasers;
// relation probes read word and head. Memory: the vectors of the
// three files at the layers read. Fills
// all of `results` but facts of the program and the files' hashes. Throws Error.
void StudyErasure(ThreadPool& pool, const PretrainedModel& model, const WordPiece& word_piece,
                  const WordEncoder& encode, const ProbeCorpus& corpus,
                  const ErasureOptions& options, const ErasureProgress& progress,
                  ErasureResults& results);

// An intervention that erases layer `layer`; both arguments must outlive it.
Intervention ErasingLayer(Compute& compute, const AffineEraser& eraser, size_t layer);

}  // namespace headscope
