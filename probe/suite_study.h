// The studies of `probe all`, as data: what each asks, of which probes, and how it is run.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/wordpiece.h"
#include "model/base/thread_pool.h"
#include "model/pretrained.h"
#include "probe/probing_study.h"
#include "probe/probing_task.h"
#include "probe/progress.h"

namespace headscope {

struct SuiteOptions {
  std::vector<std::string> studies = {};  // by name; empty: all
  bool full = false;
  size_t seeds = 8;            // of headline cells
  size_t draws = 3;            // with `full`
  size_t sweep_words = 20000;  // on which sweeps are fitted
  uint64_t seed = 1;
  size_t memory_mib = 2048;
  GemmBackend gemm = GemmBackend::kHeadscope;
  std::string twin = {};  // of the heads' check of context

  // On which sweeps are fitted; 0: all.
  size_t TrainWordsOfSweeps() const { return full ? 0 : sweep_words; }
};

// What a study has to work with.
struct SuiteContext {
  ThreadPool& pool;
  const PretrainedModel& model;
  const WordPiece& word_piece;
  const WordEncoder& encode;
  const Treebank &train, &dev, &test;
  const SuiteOptions& options;
  Progress progress;  // throws StudyInterrupted when the user wants to stop

  // About how many words sweeps are fitted on.
  size_t WordsOfSweeps() const {
    const size_t all = train.NumWords();
    return options.full ? all : std::min(all, options.sweep_words);
  }
};

// A line of the table that stands above everything: cells as plain text, "-" where there is none.
struct SuiteLine {
  std::string what, where, score, control, selectivity, embeddings, random, without_context;
};

// What a study found, ready to be put beside the others.
struct SuiteSection {
  std::string name, title;
  std::vector<SuiteLine> lines;
  std::string json;                                       // an object
  std::vector<std::pair<std::string, std::string>> csvs;  // file name, text
  std::string html;                                       // markup, headings from <h2> down
  std::string text;                                       // tables for a terminal
};

struct SuiteProbe {
  std::string name;
  double seconds = 0.2;  // a fit's, per 1000 words of 256 numbers, on one core (EPYC, AVX-512)
  // Besides, whatever the words, for vectors of 256 numbers, growing with their square: the
  // preconditioner of a linear probe.
  double square_seconds = 0.0;
};

struct SuiteStudy {
  std::string name, title;

  // Either a question that probes on word vectors are asked …
  std::function<std::unique_ptr<ProbingTask>(const ProbeCorpus&)> make_task;
  std::vector<SuiteProbe> sweep = {};     // at every layer (or at none), with every null
  std::vector<SuiteProbe> at_best = {};   // at the layer that is best for the sweep's first
  std::vector<SuiteProbe> capacity = {};  // there too, beside the control task alone: a sweep
  std::vector<SuiteProbe> mix = {};       // on a mix of all layers
  std::vector<SuiteProbe> headline = {};  // of the sweep's, at its best layer, on all of train
  std::vector<std::pair<std::string, std::string>> options = {};  // name, value; for results
  // What is made of each file before it is read as sentences; may append to the notes. None: as is.
  std::function<Treebank(Treebank, const WordEncoder&, const ModelConfig&,
                         std::vector<std::string>& notes)>
      prepare = {};
  // Why it cannot be asked of these files; empty: it can.
  std::function<std::string(const SuiteContext&)> why_not = {};

  // … or a study of its own, with what it will take on one core.
  std::function<SuiteSection(const SuiteContext&)> run = {};
  std::function<double(const SuiteContext&)> seconds = {};
};

// In the order of the report. One more entry is one more study.
std::vector<SuiteStudy> SuiteStudies();

}  // namespace headscope
