// What erasing a concept from a layer's vectors changes, as plain data in long form. Nothing here
// computes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "probe/head_results.h"

namespace headscope {

// "none", "leace", "inlp", and "random leace", "random inlp": subspaces of the same rank.
struct ErasureMethod {
  std::string name;
  size_t layer = 0, rank = 0;
  double share_of_variance = 0.0;  // that the change has of the layer's (random: mean of the draws)
};

struct ErasureRow {
  size_t layer = 0;  // that was erased
  std::string method;
  std::string measure;  // "pos linear", "arcs bilinear" (UAS), …, "masked-LM loss" (nats)
  int at_layer = 0;     // whose vectors the probe reads; -1 of the masked-LM loss
  // "value"; "change": less the value without erasure; "beyond random": less the random subspace's.
  std::string kind;
  Estimate estimate = {};
  std::vector<double> by_seed = {};
  double instances = 0.0;
};

struct ErasureResults {
  std::string concept_name, title;  // "pos", "Parts of speech"
  ProbeFacts facts;
  ModelFacts model;
  DataFacts train, dev, test;
  uint64_t train_words = 0, loss_sentences = 0;
  size_t draws = 0;       // of random subspaces
  ClusterFacts clusters;  // of test
  std::vector<size_t> layers;
  std::vector<std::pair<std::string, std::string>> options;
  Estimate majority;  // accuracy on test of the label most frequent in train
  std::vector<ErasureMethod> methods;
  // Of INLP: accuracy on dev before each removal, by layer.
  struct Descent {
    size_t layer = 0;
    std::vector<size_t> ranks;
    std::vector<double> dev_accuracy;
    double majority = 0.0;
  };
  std::vector<Descent> inlp;
  std::vector<ErasureRow> rows;
  std::vector<std::string> notes;

  const ErasureRow* Find(size_t layer, const std::string& method, const std::string& measure,
                         int at_layer, const std::string& kind) const {
    for (const ErasureRow& row : rows) {
      if (row.layer == layer && row.method == method && row.measure == measure &&
          row.at_layer == at_layer && row.kind == kind) {
        return &row;
      }
    }
    return nullptr;
  }
};

}  // namespace headscope
