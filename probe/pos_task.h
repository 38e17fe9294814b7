// Parts of speech: which tag has this word?
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "probe/mlp_probe.h"
#include "probe/probe.h"
#include "probe/probing_task.h"

namespace headscope {

// What a probe on word vectors may look like: "linear", "mlp1", "mlp2".
inline const std::vector<std::string> kWordProbes = {"linear", "mlp1", "mlp2"};
// Throws Error for another name.
std::unique_ptr<Probe> MakeWordProbe(const std::string& name, size_t num_labels,
                                     size_t hidden_units);

struct PosTaskOptions {
  bool xpos = false;  // the treebank's own tags (Penn's) instead of the universal ones
  size_t hidden_units = 128;
};

// Metrics: "accuracy" over all words of test, "unseen" over those whose form train does not have.
// Baselines: "majority", the most frequent tag of train; "look-up", the most frequent tag of the
// form in train, for unseen forms the majority's.
class PosTask final : public ProbingTask {
 public:
  PosTask(const ProbeCorpus& corpus, const PosTaskOptions& options);

  std::vector<std::string> Metrics() const override { return {"accuracy", "unseen"}; }
  bool IsDeterministic(const std::string& probe) const override { return probe == "linear"; }
  FitScores Fit(Compute& compute, const LayerFeatures& features,
                const FitRequest& request) const override;
  std::vector<TaskBaseline> Baselines() const override;
  double UniformBits(std::span<const uint32_t> sentences) const override;
  double CodeNats(Compute& compute, const LayerFeatures& features, const FitRequest& request,
                  std::span<const uint32_t> fitted, std::span<const uint32_t> coded) const override;

  const std::vector<std::string>& Tags() const { return tags_; }

  struct Labels {
    std::vector<int32_t> train, dev, test;
  };
  // Control: every word type has one tag, drawn from the distribution of tags in train.
  Labels LabelsOf(ProbeTarget target, uint64_t seed) const;
  FitScores Score(std::span<const int32_t> predicted, std::span<const int32_t> labels) const;

 private:
  Labels ControlLabels(uint64_t seed) const;

  const ProbeCorpus& corpus_;
  PosTaskOptions options_;
  std::vector<std::string> tags_;  // of all three files, in bytewise order
  Labels labels_;
};

}  // namespace headscope
