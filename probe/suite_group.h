// Studies of `probe all` that read the same sentences share a corpus, and so the encoder's passes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "probe/probe_corpus.h"
#include "probe/probing_task.h"
#include "probe/suite_study.h"

namespace headscope {

// All, or those that the options name.
std::vector<SuiteStudy> StudiesAskedFor(const SuiteOptions& options);
// Why the study cannot be asked of these files; empty: it can.
std::string WhyNot(const SuiteStudy& study, const SuiteContext& context);

struct SuiteGroup {
  std::vector<const SuiteStudy*> studies;
  std::vector<std::string> notes;
  ProbeCorpus corpus;                               // on which sweeps are fitted
  std::vector<std::unique_ptr<ProbingTask>> tasks;  // of each study, on that corpus

  // Reads the files as the studies want them and fills all but `studies`.
  void Prepare(const SuiteContext& context);
  // Whether study s asks this probe. Probes of attention are left aside, with a note, where the
  // maps of all heads, which must lie in memory at once, do not fit into --memory.
  bool Asks(size_t s, const std::string& probe) const;
  // Fitted on about so many words; 0: all.
  ProbeCorpus CorpusOf(const SuiteContext& context, size_t train_words) const;

 private:
  bool attention_fits_ = true;
  Treebank prepared_train_, prepared_dev_, prepared_test_;  // empty: the context's own are read
  const Treebank *train_ = nullptr, *dev_ = nullptr, *test_ = nullptr;
};

// Of those that can be asked.
std::vector<std::unique_ptr<SuiteGroup>> SuiteGroupsOf(const SuiteContext& context,
                                                       const std::vector<SuiteStudy>& studies);

}  // namespace headscope
