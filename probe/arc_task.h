// Dependency arcs: which word is this word's head?
#pragma once

#include <string>
#include <vector>

#include "probe/arc_probe.h"
#include "probe/probing_task.h"

namespace headscope {

// Metrics on test: "UAS" over words that are neither punctuation nor the root, "UAS all words"
// over all of them. Control task (Hewitt & Liang 2019): every word type has one behaviour, to hang
// on itself, on the sentence's first word or on its last. Shuffled labels: the heads of a word are
// those of another word, as distances; where that leads out of the sentence, ROOT.
// Baselines: "next word", which is right-branching as Clark et al. (2019) call it; "previous word";
// "distance": the distance, or ROOT, that is most often right in train where it is possible;
// "look-up": the same for the word's type, where train has it.
class ArcTask final : public ProbingTask {
 public:
  ArcTask(const ProbeCorpus& corpus, ArcProbeOptions options);

  std::vector<std::string> Metrics() const override { return {"UAS", "UAS all words"}; }
  bool IsDeterministic(const std::string&) const override { return false; }
  FitScores Fit(Compute& compute, const LayerFeatures& features,
                const FitRequest& request) const override;
  std::vector<TaskBaseline> Baselines() const override;
  double UniformBits(std::span<const uint32_t> sentences) const override;
  double CodeNats(Compute& compute, const LayerFeatures& features, const FitRequest& request,
                  std::span<const uint32_t> fitted, std::span<const uint32_t> coded) const override;

  // [words] each; 0-based word of the sentence, its length for ROOT.
  struct Heads {
    std::vector<int32_t> train, dev, test;
  };
  Heads HeadsOf(ProbeTarget target, uint64_t seed) const;
  FitScores Score(std::span<const int32_t> predicted, std::span<const int32_t> heads) const;

 private:
  const ProbeCorpus& corpus_;
  ArcProbeOptions options_;
  Heads heads_;
};

}  // namespace headscope
