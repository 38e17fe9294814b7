// A label for every word: which part of speech has it, or what relation to its head?
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "probe/probe.h"
#include "probe/probing_task.h"
#include "probe/word_probe.h"

namespace headscope {

// [words, or pairs of mentions] each; -1 for those without a label.
struct FileLabels {
  std::vector<int32_t> train, dev, test;
};
struct FittedWordProbe {
  FileLabels labels;
  std::unique_ptr<Probe> probe;
  double dev = 0.0;                           // share of dev's rows that are right
  std::optional<ChosenPenalty> penalty = {};  // of a linear one that had a choice
};
// Fits a probe that `make` makes for each of the requests, which differ in their labels alone;
// linear ones together. The labels of `train` and `dev` are not looked at.
std::vector<FittedWordProbe> FitWordProbes(
    Compute& compute, const std::function<std::unique_ptr<Probe>()>& make, const ProbeRows& train,
    const ProbeRows& dev, std::span<const FitRequest> requests,
    const std::function<FileLabels(const FitRequest&)>& labels_of);

enum class WordLabel {
  kUpos,      // universal tags
  kXpos,      // the treebank's own (Penn's)
  kRelation,  // DEPREL without its subtype; of a given arc: the probe sees the vectors of the word
              // and of its head, side by side. The root has none.
};

struct WordLabelOptions {
  WordLabel label = WordLabel::kUpos;
  size_t hidden_units = 128;
};

// Metrics: "accuracy" over all words of test that have a label, "unseen" over those of them whose
// form train does not have. Control task: every word type has one label, drawn from the labels'
// distribution in train. Baselines: "majority", the most frequent label of train; "look-up", that
// of the form in train, for unseen forms the majority's.
//
// Memory of a fit: that of the probe.
class WordLabelTask final : public ProbingTask {
 public:
  WordLabelTask(const ProbeCorpus& corpus, const WordLabelOptions& options);

  std::vector<std::string> Metrics() const override { return {"accuracy", "unseen"}; }
  bool IsDeterministic(const std::string& probe) const override {
    return ParseWordProbe(probe).IsLinear();
  }
  bool HasMix() const override { return true; }
  FitScores Fit(Compute& compute, const LayerFeatures& features,
                const FitRequest& request) const override;
  bool FitsTogether(const std::string& probe) const override { return IsDeterministic(probe); }
  std::vector<FitScores> FitTogether(Compute& compute, const LayerFeatures& features,
                                     std::span<const FitRequest> requests) const override;
  std::vector<TaskBaseline> Baselines() const override;
  double UniformBits(std::span<const uint32_t> sentences) const override;
  double CodeNats(Compute& compute, const LayerFeatures& features, const FitRequest& request,
                  std::span<const uint32_t> fitted, std::span<const uint32_t> coded) const override;

  using Labels = FileLabels;
  Labels LabelsOf(ProbeTarget target, uint64_t seed) const;
  const std::vector<std::string>& Names() const { return names_; }

 private:
  // Of relations: each word of a file and the word it hangs on (the root on itself).
  struct FileArcs {
    std::vector<RowPair> train, dev, test;
  };
  std::unique_ptr<Probe> MakeProbe(const std::string& name, size_t mixed_layers) const;
  Labels ControlLabels(uint64_t seed) const;
  FitScores Score(std::span<const uint32_t> rows, std::span<const int32_t> predicted,
                  std::span<const int32_t> labels) const;

  const ProbeCorpus& corpus_;
  WordLabelOptions options_;
  std::vector<std::string> names_;  // of all three files, in bytewise order
  Labels labels_;
  FileArcs arcs_;
};

}  // namespace headscope
