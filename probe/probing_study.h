// Asks one question of every layer of an encoder, and of what it must beat: encoders of random
// weights, the same encoder on words in random order, a control task, shuffled labels, baselines
// without an encoder. Each with several seeds, all with intervals; and what the labels cost in an
// online code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "datasets/wordpiece.h"
#include "model/base/thread_pool.h"
#include "model/pretrained.h"
#include "probe/probing_results.h"
#include "probe/probing_task.h"
#include "probe/word_features.h"

namespace headscope {

struct ProbingOptions {
  std::vector<std::string> probes = {"linear"};
  std::vector<size_t> layers;  // empty: all
  size_t seeds = 8;            // of probes that are random, and of control tasks
  // Random encoders, orders of words, shuffled labels and online codes: so many draws of each.
  size_t draws = 3;
  bool online_code = true;
  uint64_t seed = 1;  // the first of the seeds
  WordPooling pooling = WordPooling::kMean;
  size_t batch_pieces = 2048;
  GemmBackend gemm = GemmBackend::kHeadscope;
  // Of word vectors in memory; more layers than fit are read off in several passes. One layer is
  // held whatever its size.
  size_t memory_mib = 2048;
};

// Told after every fit.
using FitProgress = std::function<void(size_t done, size_t total)>;

// The number of fits that ProbeEncoder will make (an online code counts as one).
size_t CountFits(const ProbingTask& task, const ModelConfig& config, const ProbingOptions& options);

// Fills `results` but for facts of the program and the files' hashes. Fits run one to a thread, so
// that nothing depends on the number of threads. Memory: the model, memory_mib (or one layer) of
// word vectors, one batch's activations, and a few MiB per thread. Throws Error.
void ProbeEncoder(ThreadPool& pool, const PretrainedModel& model, const WordEncoder& encode,
                  const ProbeCorpus& corpus, const ProbingTask& task, const ProbingOptions& options,
                  const FitProgress& progress, ProbingResults& results);

}  // namespace headscope
