#include "train/model_divergence.h"

#include <fmt/core.h>

#include <array>

#include "train/divergence.h"

namespace headscope {
namespace {

constexpr size_t kMeasuresOfLayer = 4;

std::vector<std::string> DivergenceNames(size_t layers, bool has_sites) {
  std::vector<std::string> names{"tvd"};
  for (size_t l = 0; l < layers; ++l) {
    for (const char* of : {"", " heads"}) {
      for (const char* measure : {"jsd", "kl"}) {
        names.push_back(fmt::format("{}:L{}{}", measure, l, of));
      }
    }
  }
  if (has_sites) names.insert(names.end(), {"jsd:sites", "kl:sites"});
  return names;
}

// In the order of the names, of one sequence.
std::array<double, kMeasuresOfLayer> OfLayer(const AttentionRows& own, const AttentionRows& other,
                                             size_t layer, size_t sequence,
                                             const std::vector<size_t>& rows) {
  std::array<double, kMeasuresOfLayer> sums{};
  const auto add = [&](size_t first, double weight, const std::vector<double>& p,
                       const std::vector<double>& q) {
    sums[first] += weight * JensenShannon(p, q);
    sums[first + 1] += weight * KullbackLeibler(p, q);
  };
  const double share = 1.0 / static_cast<double>(rows.size());
  for (const size_t row : rows) {
    add(0, share, own.Mean(layer, sequence, row), other.Mean(layer, sequence, row));
    for (size_t h = 0; h < own.NumHeads(); ++h) {
      add(2, share / static_cast<double>(own.NumHeads()), own.OfHead(layer, h, sequence, row),
          other.OfHead(layer, h, sequence, row));
    }
  }
  return sums;
}

}  // namespace

double ModelDivergence::Mean(size_t name) const {
  double sum = 0.0;
  for (const double value : values[name]) sum += value;
  return sum / static_cast<double>(values[name].size());
}

void AddDivergences(const ModelConfig& model, const LabelledBatch& labelled,
                    const Predictions& outputs, Activations& acts, BaseModel& base,
                    const AttentionScope* chosen, ModelDivergence& divergence) {
  const size_t layers = model.num_hidden_layers;
  if (divergence.names.empty()) {
    divergence.names = DivergenceNames(layers, chosen != nullptr);
    divergence.values.resize(divergence.names.size());
  }
  const AttentionRows own(model.num_attention_heads, acts), other(model.num_attention_heads, base);
  for (size_t s = 0; s < labelled.batch.NumSequences(); ++s) {
    size_t next = 0;
    divergence.values[next++].push_back(TotalVariation(outputs.Of(s), base.Outputs().Of(s)));
    for (size_t l = 0; l < layers; ++l) {
      const auto rows = RowsInSight(labelled, l + 1 == layers, s);
      for (const double value : OfLayer(own, other, l, s, rows)) {
        divergence.values[next++].push_back(value);
      }
    }
    if (chosen == nullptr) continue;
    const RowDivergence jsd = [](std::span<const double> p, std::span<const double> q) {
      return JensenShannon(p, q);
    };
    for (const RowDivergence& measure : {jsd, RowDivergence(KullbackLeibler)}) {
      divergence.values[next++].push_back(
          MeanDivergence(*chosen, labelled, s, own, other, measure));
    }
  }
}

}  // namespace headscope
