// All of `probe heads` for one model: what its heads know, and what it loses with them.
#pragma once

#include <optional>

#include "probe/head_probe.h"
#include "probe/importance_probe.h"

namespace headscope {

struct HeadStudy {
  HeadProbeResults results;
  // Nothing when it was not asked for, or cannot be measured: then a note says why.
  std::optional<ImportanceResults> importance;

  const ImportanceResults* Importance() const { return importance ? &*importance : nullptr; }
};

// Seed and products of `importance` are those of `options`. Fills all but facts of the program and
// the files' hashes.
HeadStudy StudyHeads(const PretrainedModel& model, const WordPiece& word_piece, const Treebank& dev,
                     const Treebank& test, const HeadProbeOptions& options,
                     ImportanceOptions importance, ThreadPool& pool, const Progress& progress);

}  // namespace headscope
