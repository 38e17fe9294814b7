// The edge probe of coreference (Tenney et al. 2019): are two mentions of a segment one entity's?
// And what the same probe is worth for resolving: does a mention's best preceding mention, by the
// probe's score, name its entity?
//
// A span's vector is the mean of its words' vectors, or its first and its last word's side by side,
// or all three ("endpoints+mean"); a pair's is span, span and their product entry by entry (as in
// Lee et al. 2017), so that a linear probe can compare. (Tenney et al. pool spans by attention,
// project them and let an MLP read the two spans side by side.)
#pragma once

#include <string>
#include <vector>

#include "model/base/aligned_buffer.h"
#include "probe/mention_pairs.h"
#include "probe/probing_task.h"
#include "probe/word_label_task.h"

namespace headscope {

enum class SpanVector { kMean, kEndpoints, kEndpointsAndMean };
SpanVector ParseSpanVector(const std::string& name);  // Throws Error listing the names.

struct CoreferenceTaskOptions {
  SpanVector span = SpanVector::kMean;
  size_t hidden_units = 128;
  uint64_t seed = 1;  // of the negative pairs
};

// Metrics on test: "accuracy" and "F1" (of the coreferent class) over the pairs; "antecedent", and
// "of pronouns", "of 3rd person", "of proper names", "of nominals": mentions with an antecedent
// whose highest scored preceding mention is one (by head word; of k equals r right ones: r / k).
// Control task (Hewitt & Liang 2019): every ordered pair of the head words' types has one random
// label; it has no ranking. Shuffled labels: those of the file's pairs permuted.
// Baselines: "majority"; "look-up", the label that the pair of head words' types most often has in
// train, else the majority's; "same head word": coreferent where the forms are equal, and the
// nearest such mention; "distance", the most frequent label in train of pairs as far apart
// (logarithm to base 2 of words between head words), and with it "nearest mention"; "nearest
// agreeing" and "four sieves" (antecedent_rules.h), of antecedents only; "random mention",
// expected. The online code is that of the training pairs' labels, 1 bit uniformly.
//
// Memory of a fit: the vectors of all mentions of the three files, [spans, C] to [spans, 3 C], and
// blocks of 1024 pairs (MLP: 256).
class CoreferenceTask final : public ProbingTask {
 public:
  // `corpus` of joined segments.
  CoreferenceTask(const ProbeCorpus& corpus, const CoreferenceTaskOptions& options);

  std::vector<std::string> Metrics() const override;
  std::vector<MetricGroup> MetricGroups() const override;
  bool IsDeterministic(const std::string& probe) const override { return probe == "linear"; }
  FitScores Fit(Compute& compute, const LayerFeatures& features,
                const FitRequest& request) const override;
  bool FitsTogether(const std::string& probe) const override { return probe == "linear"; }
  std::vector<FitScores> FitTogether(Compute& compute, const LayerFeatures& features,
                                     std::span<const FitRequest> requests) const override;
  std::vector<TaskBaseline> Baselines() const override;
  double UniformBits(std::span<const uint32_t> segments) const override;
  double CodeNats(Compute& compute, const LayerFeatures& features, const FitRequest& request,
                  std::span<const uint32_t> fitted, std::span<const uint32_t> coded) const override;
  // How many pairs and ranked mentions each file has.
  std::vector<std::string> Notes() const override;

  using Labels = FileLabels;
  Labels LabelsOf(ProbeTarget target, uint64_t seed) const;
  // predicted [pairs of test]; right [ranked mentions], each in [0, 1], or empty.
  FitScores Score(std::span<const int32_t> predicted, std::span<const int32_t> labels,
                  std::span<const double> right) const;
  // scores [candidates of test]: the share of the best ones that are right, for each ranked
  // mention.
  std::vector<double> RightOf(std::span<const float> scores) const;
  const MentionPairs& Test() const { return test_; }

 private:
  // The spans' vectors of one file.
  struct Spans {
    AlignedBuffer<float> values;
    ConstMatrix vectors;
  };
  Spans SpansOf(ConstMatrix words, const MentionPairs& file) const;
  uint64_t TypePair(const ProbeSplit& split, const MentionPairs& file, size_t pair) const;

  const ProbeCorpus& corpus_;
  CoreferenceTaskOptions options_;
  MentionPairs train_, dev_, test_;
};

}  // namespace headscope
