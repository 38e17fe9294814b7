// What a probing study finds out, as plain data in long form: one row for every (probe, encoder,
// target, layer, metric). Nothing here computes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "probe/contrast.h"
#include "probe/head_results.h"

namespace headscope {

struct ProbingRow {
  static constexpr int kNoLayer = -1;   // of what sees no single layer
  static constexpr int kMixLayer = -2;  // of a mix of all layers

  std::string probe;     // "linear", or a baseline's name
  std::string encoder;   // "trained", "random", "shuffled words", or "none" of a baseline
  std::string target;    // "labels", "control", "shuffled labels"; "labels - control": a difference
  int layer = kNoLayer;  // 0: embeddings
  std::string metric;
  Estimate estimate = {};  // mean over seeds and instances; for what its interval is: IntervalOf
  std::vector<double> by_seed = {};
  double instances = 0.0;  // words (sentences, …) of the test file behind it; 0: a code, a weight
  SeededCounts counts = {};  // of selectivity and of what leads a table; for contrasts
};

// What a contrast compares.
struct ContrastSide {
  std::string probe, encoder, target;
  int layer = ProbingRow::kNoLayer;
  size_t seeds = 0;
};

struct ProbingContrast {
  std::string metric;
  ContrastSide side, against;
  double instances = 0.0;
  Contrast contrast = {};  // side - against
};

// Metrics that have a table of their own.
struct MetricGroup {
  std::string title;                 // may be empty
  std::vector<std::string> metrics;  // the first stands beside its nulls
};

// The layer of a probe that was best on the dev file.
struct ChosenLayer {
  std::string probe;
  size_t layer = 0;
  double dev = 0.0;  // the headline there
};

struct ProbingResults {
  std::string task;                        // "pos"
  std::string title;                       // of tables and report
  std::vector<std::string> metrics;        // the first is the headline
  std::vector<MetricGroup> metric_groups;  // none: all metrics in one
  std::vector<std::string> probes;
  std::vector<std::string> context_free;  // of them: what has no encoder, but distances
  std::vector<size_t> layers;
  ProbeFacts facts;
  ModelFacts model;
  DataFacts train, dev, test;
  uint64_t train_words = 0;  // that were used
  size_t seeds = 0, draws = 0;
  ClusterFacts clusters;                                     // of test
  std::vector<std::pair<std::string, std::string>> options;  // further ones, for people and JSON
  std::vector<ProbingRow> rows;
  std::vector<ProbingContrast> contrasts;
  std::vector<ChosenLayer> chosen_layers;  // of probes of vectors
  std::vector<std::string> notes;

  // The row, or null.
  const ProbingRow* Find(const std::string& probe, const std::string& encoder,
                         const std::string& target, int layer, const std::string& metric) const {
    for (const ProbingRow& row : rows) {
      if (row.probe == probe && row.encoder == encoder && row.target == target &&
          row.layer == layer && row.metric == metric) {
        return &row;
      }
    }
    return nullptr;
  }
  // The headline, and what leads every further table.
  std::vector<std::string> LeadingMetrics() const {
    std::vector<std::string> leading = {metrics[0]};
    for (const MetricGroup& group : metric_groups) {
      if (group.metrics[0] != leading[0]) leading.push_back(group.metrics[0]);
    }
    return leading;
  }
  // The best of the baselines and of the probes that are free of context, or null.
  const ProbingRow* BestWithoutContext(const std::string& metric) const {
    const ProbingRow* best = nullptr;
    for (const ProbingRow& row : rows) {
      if (row.target != "labels" || row.metric != metric) continue;
      const bool is_reader =
          row.encoder == "trained" && std::ranges::count(context_free, row.probe);
      if (row.encoder != "none" && !is_reader) continue;
      if (best == nullptr || row.estimate.value > best->estimate.value) best = &row;
    }
    return best;
  }
  // What a row's 95% interval is for: "new seeds on new documents"; of one seed "new documents"; of
  // codes and weights "new seeds"; "" where there is none.
  std::string IntervalOf(const ProbingRow& row) const {
    const bool over_clusters = row.instances > 0.0 && clusters.count > 1;
    if (row.by_seed.size() < 2) return over_clusters ? "new " + clusters.name : "";
    return over_clusters ? "new seeds on new " + clusters.name : "new seeds";
  }
  // Where `probe` is best on dev; -1: it sees no single layer.
  int ChosenLayerOf(const std::string& probe) const {
    for (const ChosenLayer& chosen : chosen_layers) {
      if (chosen.probe == probe) return static_cast<int>(chosen.layer);
    }
    return -1;
  }
};

}  // namespace headscope
