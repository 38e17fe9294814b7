// The heads of a classifier that an adversary moves, or that it is measured on.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "model/config.h"
#include "train/attention_rows.h"
#include "train/example_batches.h"

namespace headscope {

struct AttentionScope {
  std::vector<std::vector<size_t>> heads;  // [layers] of each layer, ascending; none: not in scope
  bool each_head = false;                  // else the mean of a layer's heads in scope

  bool Has(size_t layer, size_t head) const;
  // The rows of a layer: those of attention_rows.h where a head of it is in scope, else none.
  std::vector<size_t> RowsOf(const LabelledBatch& labelled, size_t layer, size_t sequence) const;
  // Of all layers.
  size_t NumRows(const LabelledBatch& labelled, size_t sequence) const;
};

// Of every layer, or of the last alone.
AttentionScope WholeLayers(const ModelConfig& model, bool all_layers, bool each_head);
// Of sites as rules of attention name them (attention_rules.h), parted by commas: "L0H1,L1-2".
// Throws Error for what is no site of the model.
AttentionScope ScopeOfSites(const ModelConfig& model, const std::string& sites, bool each_head);

using RowDivergence = std::function<double(std::span<const double> p, std::span<const double> q)>;

// Of one sequence, the mean over all rows in scope (each row of each layer counts alike) of the
// divergence of p's row from q's: of the mean of the layer's heads in scope, or the mean of theirs.
double MeanDivergence(const AttentionScope& scope, const LabelledBatch& labelled, size_t sequence,
                      const AttentionRows& p, const AttentionRows& q,
                      const RowDivergence& divergence);

}  // namespace headscope
