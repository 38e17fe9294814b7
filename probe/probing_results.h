// What a probing study finds out, as plain data in long form: one row for every (probe, encoder,
// target, layer, metric). Nothing here computes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "probe/head_results.h"

namespace headscope {

struct ProbingRow {
  std::string probe;    // "linear", or a baseline's name
  std::string encoder;  // "trained", "random", "shuffled words", or "none" of a baseline
  std::string target;   // "labels", "control", "shuffled labels"; "labels - control": a difference
  int layer = -1;       // 0: embeddings; -1: none
  std::string metric;
  // Mean over seeds and instances; 95% interval for new seeds on new clusters.
  Estimate estimate = {};
  std::vector<double> by_seed = {};
  double instances = 0.0;  // words (sentences, …) of the test file behind it
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
  std::vector<size_t> layers;
  ProbeFacts facts;
  ModelFacts model;
  DataFacts train, dev, test;
  uint64_t train_words = 0;  // that were used
  size_t seeds = 0, draws = 0;
  ClusterFacts clusters;                                     // of test
  std::vector<std::pair<std::string, std::string>> options;  // further ones, for people and JSON
  std::vector<ProbingRow> rows;
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
  // Where `probe` is best on dev; -1: it sees no single layer.
  int ChosenLayerOf(const std::string& probe) const {
    for (const ChosenLayer& chosen : chosen_layers) {
      if (chosen.probe == probe) return static_cast<int>(chosen.layer);
    }
    return -1;
  }
};

}  // namespace headscope
