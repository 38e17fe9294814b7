// `probe all`: every study over one model and one treebank.
//
// Questions of word vectors share the encoder's passes. Each is asked in parts: the sweep
// (every layer, control task, nulls, online code; one seed on a sample of train), further probes at
// the layer that dev chose and on a mix of layers, and the headline cells (many seeds, all of
// train, at that layer). With `full` the sweep itself has many seeds on all of train.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "probe/suite_clock.h"
#include "probe/suite_study.h"

namespace headscope {

class FitJournal;
class SectionStore;

struct SuiteHooks {
  FitJournal* journal = nullptr;     // of fits
  SectionStore* sections = nullptr;  // of studies of their own
  std::function<bool()> stop = [] { return false; };
  // Before anything begins, and after every fit.
  std::function<void(const SuiteClock&)> planned = [](const SuiteClock&) {};
  std::function<void(const SuiteClock&)> advanced = [](const SuiteClock&) {};
};

// In the order of SuiteStudies(). `facts` are put into every section's results. Throws Error;
// throws StudyInterrupted when `stop` said so: what was done is in the journal and the store.
std::vector<SuiteSection> RunSuite(const SuiteContext& context, const ProbingResults& facts,
                                   const SuiteHooks& hooks);

}  // namespace headscope
