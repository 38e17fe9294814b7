#include "train/attention_scope.h"

#include <algorithm>
#include <numeric>

#include "model/attention_rules.h"

namespace headscope {

bool AttentionScope::Has(size_t layer, size_t head) const {
  return std::binary_search(heads[layer].begin(), heads[layer].end(), head);
}

std::vector<size_t> AttentionScope::RowsOf(const LabelledBatch& labelled, size_t layer,
                                           size_t sequence) const {
  if (heads[layer].empty()) return {};
  return RowsInSight(labelled, layer + 1 == heads.size(), sequence);
}

size_t AttentionScope::NumRows(const LabelledBatch& labelled, size_t sequence) const {
  size_t rows = 0;
  for (size_t l = 0; l < heads.size(); ++l) rows += RowsOf(labelled, l, sequence).size();
  return rows;
}

AttentionScope WholeLayers(const ModelConfig& model, bool all_layers, bool each_head) {
  std::vector<size_t> all(model.num_attention_heads);
  std::iota(all.begin(), all.end(), size_t{0});
  AttentionScope scope{std::vector<std::vector<size_t>>(model.num_hidden_layers), each_head};
  for (size_t l = 0; l < scope.heads.size(); ++l) {
    if (all_layers || l + 1 == scope.heads.size()) scope.heads[l] = all;
  }
  return scope;
}

AttentionScope ScopeOfSites(const ModelConfig& model, const std::string& sites, bool each_head) {
  const size_t heads = model.num_attention_heads;
  AttentionScope scope{std::vector<std::vector<size_t>>(model.num_hidden_layers), each_head};
  const std::vector<bool> named = HeadsAtSites(sites, model.num_hidden_layers, heads);
  for (size_t i = 0; i < named.size(); ++i) {
    if (named[i]) scope.heads[i / heads].push_back(i % heads);
  }
  return scope;
}

double MeanDivergence(const AttentionScope& scope, const LabelledBatch& labelled, size_t sequence,
                      const AttentionRows& p, const AttentionRows& q,
                      const RowDivergence& divergence) {
  double sum = 0.0;
  for (size_t l = 0; l < scope.heads.size(); ++l) {
    const std::vector<size_t>& heads = scope.heads[l];
    for (const size_t row : scope.RowsOf(labelled, l, sequence)) {
      if (!scope.each_head) {
        sum += divergence(p.Mean(l, heads, sequence, row), q.Mean(l, heads, sequence, row));
        continue;
      }
      for (const size_t h : heads) {
        sum += divergence(p.OfHead(l, h, sequence, row), q.OfHead(l, h, sequence, row)) /
               static_cast<double>(heads.size());
      }
    }
  }
  // As a factor: the loss of runs that were made before is so rounded.
  return 1.0 / static_cast<double>(scope.NumRows(labelled, sequence)) * sum;
}

}  // namespace headscope
