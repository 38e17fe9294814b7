#include "probe/head_study.h"

namespace headscope {

HeadStudy StudyHeads(const PretrainedModel& model, const WordPiece& word_piece, const Treebank& dev,
                     const Treebank& test, const HeadProbeOptions& options,
                     ImportanceOptions importance, ThreadPool& pool, const Progress& progress) {
  HeadStudy study{ProbeHeads(model, word_piece, dev, test, options, pool, progress), std::nullopt};
  if (importance.sentences == 0) return study;
  std::string why_not;
  if (!HasImportance(model, why_not)) {
    study.results.notes.push_back("no importance of heads: " + why_not);
    return study;
  }
  importance.seed = options.seed;
  importance.gemm = options.gemm;
  study.importance = MeasureImportance(model, word_piece, dev, test, importance, pool, progress);
  study.importance->joint = MakeJointTable(study.results, *study.importance);
  return study;
}

}  // namespace headscope
