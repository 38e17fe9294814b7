#include "probe/mask_gradient.h"

#include <cmath>

#include <algorithm>

#include "model/encoder.h"
#include "probe/masked_sentences.h"
#include "probe/output_norms.h"

namespace headscope {
namespace {

// What one head contributes on one sentence.
struct SentenceGradient {
  double sum = 0.0, absolute_sum = 0.0;  // over tokens
};

SentenceGradient GradientOf(ConstMatrix pattern, ConstMatrix dpattern) {
  SentenceGradient gradient;
  for (size_t i = 0; i < pattern.rows; ++i) {
    double row = 0.0;
    for (size_t j = 0; j < pattern.cols; ++j) {
      row += static_cast<double>(pattern(i, j)) * static_cast<double>(dpattern(i, j));
    }
    gradient.sum += row;
    gradient.absolute_sum += std::abs(row);
  }
  return gradient;
}

std::vector<std::string> NamesOf(const ModelConfig& config, Hook hook) {
  std::vector<std::string> names;
  for (size_t layer = 0; layer < config.num_hidden_layers; ++layer) {
    names.push_back(HookName(hook, layer));
  }
  return names;
}

// Adds what the heads wrote in the batch that was run last.
void AddValueNorms(Compute& compute, const ModelConfig& config, const OutputNorms& norms,
                   const MaskedBatch& masked, const Clusters& clusters, Activations& acts,
                   MaskGradients& result) {
  const size_t heads = config.num_attention_heads, width = config.HeadSize();
  compute.Pool().ParallelEach(result.value_norms.size(), [&](size_t k, size_t) {
    const size_t layer = k / heads, head = k % heads;
    for (size_t s = 0; s < masked.batch.NumSequences(); ++s) {
      const ConstMatrix pattern = acts.Square(Hook::kPattern, layer, head, s);
      const ConstMatrix values = acts.Rows(Hook::kV, layer);
      double sum = 0.0;
      for (size_t j = 0; j < pattern.cols; ++j) {
        const float* value = values.Row(masked.batch.offsets[s] + j) + head * width;
        double weight = 0.0;
        for (size_t i = 0; i < pattern.rows; ++i) weight += static_cast<double>(pattern(i, j));
        sum += weight * norms.Norm(layer, head, value);
      }
      result.value_norms[k].Add(clusters[masked.batch.sequence_ids[s]], sum,
                                static_cast<double>(pattern.rows));
    }
  });
}

}  // namespace

MaskGradients MeasureMaskGradients(Compute& compute, const ModelConfig& config,
                                   const ParameterSet& parameters,
                                   const AttentionControl* attention,
                                   std::span<const MaskedBatch> batches, const Clusters& clusters) {
  const size_t heads = config.num_attention_heads;
  const size_t num_heads = config.num_hidden_layers * heads;
  MaskGradients result;
  result.by_sentence.resize(num_heads);
  result.value_norms.resize(num_heads);
  result.token_sums.resize(num_heads);
  const OutputNorms norms(config, parameters);
  SentenceLosses model(config, parameters, attention, Activations::Mode::kTraining,
                       NamesOf(config, Hook::kPattern));
  std::vector<double> losses;
  for (const MaskedBatch& masked : batches) {
    const size_t sentences = masked.batch.NumSequences();
    model.Run(compute, masked, nullptr, losses);
    AddValueNorms(compute, config, norms, masked, clusters, model.Acts(), result);
    // Sequences come from several threads in any order: keep them apart until all are there.
    std::vector<SentenceGradient> gradients(num_heads * sentences);
    model.Backward(compute, masked,
                   [&](const HookPoint& point, ConstMatrix pattern, Matrix dpattern) {
                     gradients[(point.layer * heads + point.head) * sentences + point.sequence] =
                         GradientOf(pattern, dpattern);
                   });
    for (size_t k = 0; k < num_heads; ++k) {
      for (size_t s = 0; s < sentences; ++s) {
        const SentenceGradient& gradient = gradients[k * sentences + s];
        result.by_sentence[k].Add(clusters[masked.batch.sequence_ids[s]], std::abs(gradient.sum),
                                  1.0);
        result.token_sums[k] += gradient.absolute_sum;
      }
    }
    result.sentences += static_cast<double>(sentences);
    result.tokens += static_cast<double>(masked.batch.NumTokens());
  }
  return result;
}

std::vector<double> NormalisedImportance(const MaskGradients& gradients, size_t heads_per_layer,
                                         ImportanceProtocol protocol) {
  const size_t num_heads = gradients.by_sentence.size();
  std::vector<double> importance(num_heads);
  for (size_t k = 0; k < num_heads; ++k) {
    const bool last_layer = k + heads_per_layer >= num_heads;
    importance[k] =
        protocol == ImportanceProtocol::kPaper
            ? gradients.by_sentence[k].Ratio()
            : gradients.token_sums[k] / (last_layer ? gradients.sentences : gradients.tokens);
  }
  for (size_t first = 0; first < num_heads; first += heads_per_layer) {
    double squares = 0.0;
    for (size_t k = first; k < first + heads_per_layer; ++k)
      squares += importance[k] * importance[k];
    if (squares == 0.0) continue;
    for (size_t k = first; k < first + heads_per_layer; ++k) importance[k] /= std::sqrt(squares);
  }
  return importance;
}

}  // namespace headscope
