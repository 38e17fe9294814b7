// Trees in the geometry of vectors (Hewitt & Manning 2019): distance and depth probes of one rank.
#pragma once

#include <string>
#include <vector>

#include "probe/probing_task.h"
#include "probe/structural_probe.h"

namespace headscope {

// "rank1", "rank2", … "rank512".
inline const std::vector<std::string> kStructuralProbes = {"rank1",   "rank2",  "rank4",  "rank8",
                                                           "rank16",  "rank32", "rank64", "rank128",
                                                           "rank256", "rank512"};

// Metrics on test:
//   "UUAS"  gold edges between words that are not punctuation which the minimum spanning tree of
//   the
//           predicted distances between those words has, over all of them
//   "DSpr"  Spearman's rho of a word's predicted and gold distances to all words, punctuation too:
//           mean over the words of all sentences of a length, then over the lengths 5 … 50
//   "root"  sentences whose root has the smallest predicted depth of all words but punctuation
//   "NSpr"  Spearman's rho of predicted and gold depths: over sentences, then lengths, likewise
// (Punctuation is the relation punct; the released code goes by XPOS.) There is no control task
// and, without probabilities, no online code. Shuffled labels: the words of each tree permuted.
// Baseline "linear order": distance |i - j|, depth i.
class StructuralTask final : public ProbingTask {
 public:
  explicit StructuralTask(const ProbeCorpus& corpus);

  std::vector<std::string> Metrics() const override { return {"UUAS", "DSpr", "root", "NSpr"}; }
  bool IsDeterministic(const std::string&) const override { return false; }
  bool HasControl() const override { return false; }
  bool HasCode() const override { return false; }
  FitScores Fit(Compute& compute, const LayerFeatures& features,
                const FitRequest& request) const override;
  std::vector<TaskBaseline> Baselines() const override;
  double UniformBits(std::span<const uint32_t>) const override { return 0.0; }
  double CodeNats(Compute&, const LayerFeatures&, const FitRequest&, std::span<const uint32_t>,
                  std::span<const uint32_t>) const override {
    return 0.0;
  }

  // Predictions of every test sentence: [n, n] and [n].
  using Values = std::vector<std::vector<float>>;
  FitScores Score(const Values& distances, const Values& depths) const;

 private:
  // The targets of one file.
  struct Trees {
    Values distances, depths;
  };
  Trees TreesOf(const ProbeSplit& split, ProbeTarget target, uint64_t seed, uint32_t file) const;

  const ProbeCorpus& corpus_;
  Trees test_;
};

}  // namespace headscope
