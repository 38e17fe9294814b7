// Asks one question of every layer of an encoder, and of what it must beat: encoders of random
// weights, the same encoder on words in random order, a control task, shuffled labels, baselines
// without an encoder. Each with several seeds, all with intervals; and what the labels cost in an
// online code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
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
  bool single_layers = true;   // whether layers are read one by one
  bool mix = false;            // whether a mix of all layers is read, where the task has one
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

// One question of several that share the encoder's passes over one corpus.
struct StudyRequest {
  std::string name;  // of its fits in a journal
  const ProbingTask* task = nullptr;
  // What concerns the reading (seed, pooling, batch_pieces, gemm, memory_mib) is taken from the
  // first request.
  ProbingOptions options;
  // Where given, options.layers is not looked at: the layer is the one that this probe of an
  // earlier request (its index) has best on dev; the first where that request does not ask it of
  // layers.
  struct BestOf {
    size_t request;
    std::string probe;
  };
  std::optional<BestOf> best_of = {};
};

// A fit that was done, or found in the journal.
struct FitEvent {
  size_t request;
  const std::string& probe;
  bool reused;
};

class FitJournal;

struct StudyHooks {
  // Told after every fit, one at a time.
  std::function<void(const FitEvent&)> progress = [](const FitEvent&) {};
  std::function<bool()> stop = [] { return false; };  // asked before every fit
  FitJournal* journal = nullptr;
  // What a fit takes in relation to others: the longest are begun first.
  std::function<double(size_t request, const std::string& probe)> cost = [](size_t, const auto&) {
    return 1.0;
  };
};

// Thrown when `stop` said so: what was fitted is in the journal.
struct StudyInterrupted {};

// The number of fits that ProbeEncoder will make (an online code counts as one).
size_t CountFits(const ProbingTask& task, const ModelConfig& config, const ProbingOptions& options);
// Those of each probe: (probe, fits).
std::vector<std::pair<std::string, size_t>> CountFitsByProbe(const ProbingTask& task,
                                                             const ModelConfig& config,
                                                             const ProbingOptions& options);

// How often an encoder reads the corpus for the layers asked: more than once where the vectors of
// all of them exceed memory_mib.
size_t ReadingPasses(const ProbeCorpus& corpus, const ModelConfig& config,
                     const ProbingOptions& options);
// Whether the vectors of all layers lie in memory together, as a mix of them must.
bool MixFits(const ProbeCorpus& corpus, const ModelConfig& config, const ProbingOptions& options);

// Fills `results` [requests] but for contrasts, facts of the program and the files' hashes. Fits
// run one to a thread, so that nothing depends on the number of threads; each encoder's vectors are
// read off once for all requests, and the trained one's once more for layers that had to be chosen
// if they do not all lie in memory. Memory: the model, memory_mib (or one layer) of word vectors,
// one batch's activations, and what a fit takes per thread. Throws Error; throws StudyInterrupted.
void ProbeEncoder(ThreadPool& pool, const PretrainedModel& model, const WordEncoder& encode,
                  const ProbeCorpus& corpus, std::span<const StudyRequest> requests,
                  const StudyHooks& hooks, std::span<ProbingResults> results);

// Told after every fit.
using FitProgress = std::function<void(size_t done, size_t total)>;

// The same for one question, with its contrasts.
void ProbeEncoder(ThreadPool& pool, const PretrainedModel& model, const WordEncoder& encode,
                  const ProbeCorpus& corpus, const ProbingTask& task, const ProbingOptions& options,
                  const FitProgress& progress, ProbingResults& results);

}  // namespace headscope
