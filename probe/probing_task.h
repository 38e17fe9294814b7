// A question that a probe is asked, apart from which encoder, layer and seed it is asked of: what
// probing_study asks of every encoder at every layer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/base/tensor.h"
#include "model/ops/gemm.h"
#include "probe/probe_corpus.h"
#include "probe/probing_results.h"

namespace headscope {

// What a probe is fitted to predict.
enum class ProbeTarget : size_t {
  kLabels,          // what the treebank says
  kControl,         // Hewitt & Liang (2019): random per word type, so that only memory helps
  kShuffledLabels,  // the training and dev labels permuted; scored on the true ones
};
inline constexpr const char* kProbeTargetNames[] = {"labels", "control", "shuffled labels"};

struct CorpusPairs;

// What a probe sees.
enum class ProbeInput : size_t {
  kVectors,    // one layer's vectors
  kAttention,  // the attention of all heads of all layers
  kDistances,  // how far words stand apart: of no encoder
};

// Vectors of the three files' words, standardised on the training file. [words, C]: one layer's;
// or, where there are maps over pairs of words, of the words by themselves (the means of their
// pieces' embeddings, without position or context).
struct LayerFeatures {
  ConstMatrix train, dev, test;
  const CorpusPairs* pairs = nullptr;
  // So many layers side by side [words, layers C], for a probe that mixes them; 0: one layer's.
  size_t mixed_layers = 0;
};

struct FitRequest {
  std::string probe;
  ProbeTarget target = ProbeTarget::kLabels;
  uint64_t seed = 1;  // of the probe, the control task and the permutation
};

// Of a linear probe: C, and whether it is the largest or the smallest that dev could choose.
struct ChosenPenalty {
  double c = 0.0;
  bool at_edge = false;
};

// Scores on the test file as ratios of sums over clusters: [clusters, metrics].
struct FitScores {
  std::vector<double> numerators, denominators;
  // The headline on the dev file: what a layer is chosen by. NaN where it is not measured.
  double dev = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> mix = {};  // of a probe that mixes layers: their weights, then the scale
  std::optional<ChosenPenalty> penalty = {};  // where dev chose one
};

struct TaskBaseline {
  std::string name;
  ProbeTarget target = ProbeTarget::kLabels;
  FitScores scores;
};

class ProbingTask {
 public:
  virtual ~ProbingTask() = default;

  // The first is the headline.
  virtual std::vector<std::string> Metrics() const = 0;
  // All metrics in their order; the first group's first is the headline.
  virtual std::vector<MetricGroup> MetricGroups() const { return {{"", Metrics()}}; }
  // What a reader must know of the questions that are asked.
  virtual std::vector<std::string> Notes() const { return {}; }
  // Whether nothing about the fit of `probe` to the true labels is random.
  virtual bool IsDeterministic(const std::string& probe) const = 0;
  virtual ProbeInput InputOf(const std::string&) const { return ProbeInput::kVectors; }
  // Whether there are a control task and an online code.
  virtual bool HasControl() const { return true; }
  virtual bool HasCode() const { return true; }
  // Whether probes on vectors can mix layers; nothing about such a fit is deterministic.
  virtual bool HasMix() const { return false; }
  // Fits on train, chooses on dev, scores on test. On the calling thread; several at once.
  virtual FitScores Fit(Compute& compute, const LayerFeatures& features,
                        const FitRequest& request) const = 0;
  // Whether fits of this probe to the same vectors take less time together. They are made by
  // FitTogether then: as many scores as requests, which ask the same probe, each as Fit gives them.
  virtual bool FitsTogether(const std::string&) const { return false; }
  virtual std::vector<FitScores> FitTogether(Compute& compute, const LayerFeatures& features,
                                             std::span<const FitRequest> requests) const {
    std::vector<FitScores> scores;
    for (const FitRequest& request : requests) scores.push_back(Fit(compute, features, request));
    return scores;
  }
  // What knows the words but has no encoder.
  virtual std::vector<TaskBaseline> Baselines() const = 0;

  // For the online code, of sentences of the training file: what their labels cost when nothing is
  // known, in bits; and the nats that a probe fitted on `fitted` (dev as ever) gives those of
  // `coded`.
  virtual double UniformBits(std::span<const uint32_t> sentences) const = 0;
  virtual double CodeNats(Compute& compute, const LayerFeatures& features,
                          const FitRequest& request, std::span<const uint32_t> fitted,
                          std::span<const uint32_t> coded) const = 0;
};

}  // namespace headscope
