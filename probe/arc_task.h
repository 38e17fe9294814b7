// Dependency arcs: which word is this word's head? Read off vectors by a bilinear probe or an MLP
// (Hewitt & Liang 2019), or off attention, alone or with the words (Clark et al. 2019), beside the
// same probe given how far words stand apart in place of attention.
#pragma once

#include <string>
#include <vector>

#include "probe/arc_probe.h"
#include "probe/pair_probe.h"
#include "probe/probing_task.h"

namespace headscope {

// Of kArcProbes "bilinear" and "mlp" see vectors, the others maps over pairs of words; what ends in
// "+words" the words by themselves besides.
inline const std::vector<std::string> kArcProbes = {
    "bilinear", "mlp", "attention", "attention+words", "distances", "distances+words"};

// Not the root, not punctuation.
bool CountsForUas(const Word& word);

// Metrics on test: "UAS" over words that are neither punctuation nor the root, "UAS all words"
// over all of them; "UAS tree", as UAS, of the likeliest tree with one root; "UAS unseen", as UAS,
// over words whose form train does not have. Control task (Hewitt &
// Liang 2019): every word type has one behaviour, to hang on itself, on the sentence's first word
// or on its last. Shuffled labels: the heads of a word are those of another word, as distances;
// where that leads out of the sentence, ROOT. Baselines: "next word", which is right-branching as
// Clark et al. (2019) call it; "previous word"; "distance": the distance, or ROOT, that is most
// often right in train where it is possible; "look-up": the same for the word's type, where train
// has it.
class ArcTask final : public ProbingTask {
 public:
  ArcTask(const ProbeCorpus& corpus, ArcProbeOptions options);

  std::vector<std::string> Metrics() const override {
    return {"UAS", "UAS all words", "UAS tree", "UAS unseen"};
  }
  bool IsDeterministic(const std::string& probe) const override;
  bool HasMix() const override { return true; }
  ProbeInput InputOf(const std::string& probe) const override;
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
  // [words] each, as ArcScores has it; without `right_in_tree` there is no third metric.
  FitScores Score(std::span<const double> right, std::span<const double> right_in_tree = {}) const;

 private:
  using Sentences = std::span<const uint32_t>;
  // Fits on some sentences of train and scores on some of each of `scored`, of any of the three
  // files.
  std::vector<ArcScores> FitAndScore(Compute& compute, const LayerFeatures& features,
                                     const FitRequest& request, const Heads& heads,
                                     Sentences fitted, const std::vector<PairRows>& scored,
                                     std::vector<double>* mix = nullptr) const;
  PairRows TrainRows(const LayerFeatures& features, const std::string& probe, const Heads& heads,
                     Sentences sentences) const;
  PairRows DevRows(const LayerFeatures& features, const std::string& probe, const Heads& heads,
                   Sentences sentences) const;

  const ProbeCorpus& corpus_;
  ArcProbeOptions options_;
  Heads heads_;
};

}  // namespace headscope
