// `probe heads`: what a model's attention heads know about dependencies, parts of speech and
// coreference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "datasets/conllu.h"
#include "datasets/wordpiece.h"
#include "model/base/thread_pool.h"
#include "model/pretrained.h"
#include "probe/coreference_scores.h"
#include "probe/head_results.h"
#include "probe/pattern_source.h"
#include "probe/progress.h"

namespace headscope {

// What stands where the attending word is read: the word itself, or [MASK] (masked_patterns.h).
enum class ReadAt { kWords, kMasks };

struct HeadProbeOptions {
  ReadAt read = ReadAt::kWords;
  size_t segment_pieces = 128;  // of coreference segments, CLS and SEP counted
  CoreferenceScheme coreference = CoreferenceScheme::kOntoNotes;
  size_t random_models = 5;
  size_t permuted_models = 3;
  uint64_t seed = 1;  // of the sign flips; both kinds of models have seeds seed, seed + 1, …
  size_t sign_flips = 10000;       // of the maximum over heads
  size_t minimum_instances = 100;  // of a relation or class, in each file
  size_t batch_pieces = 2048;
  GemmBackend gemm = GemmBackend::kHeadscope;
  size_t num_examples = 4;
  std::string twin;  // a run directory; empty: RUN/twin beside the model, if any
};

// Fills everything but facts of the program (ProbeFacts) and the files' hashes.
HeadProbeResults ProbeHeads(const PretrainedModel& model, const WordPiece& word_piece,
                            const Treebank& dev, const Treebank& test,
                            const HeadProbeOptions& options, ThreadPool& pool,
                            const Progress& progress);

// The tables alone, from any source of patterns and its random counterparts: random_source(kind, k)
// makes the k-th of a kind.
using RandomSource = std::function<std::unique_ptr<PatternSource>(NullModel kind, size_t k)>;
void ProbePatterns(PatternSource& source, const RandomSource& random_source,
                   const WordEncoder& encode, const Treebank& dev, const Treebank& test,
                   const HeadProbeOptions& options, ThreadPool& pool, const Progress& progress,
                   HeadProbeResults& results);

}  // namespace headscope
