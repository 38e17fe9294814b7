#include "probe/masked_sentences.h"

#include <algorithm>

#include "model/ops/cross_entropy.h"

namespace headscope {
namespace {

// The masked rows of sequence s: [begin, end) of masked.positions.
std::pair<size_t, size_t> MaskedRowsOf(const MaskedBatch& masked, size_t s) {
  const auto at = [&](size_t sequence) {
    return static_cast<size_t>(std::lower_bound(masked.positions.begin(), masked.positions.end(),
                                                masked.batch.offsets[sequence]) -
                               masked.positions.begin());
  };
  return {at(s), at(s + 1)};
}

}  // namespace

std::vector<MaskedBatch> MaskSentences(std::span<const WordInput> inputs, size_t most,
                                       const Masker& masker, uint64_t seed, size_t batch_pieces) {
  const RandomStream stream{seed, Purpose::kMasking};
  const size_t count = std::min(most, inputs.size());
  std::vector<MaskedBatch> batches;
  for (size_t k = 0; k < count; ++k) {
    const size_t input = k * inputs.size() / count;
    const std::vector<int32_t>& ids = inputs[input].ids;
    if (batches.empty() || batches.back().batch.NumTokens() + ids.size() > batch_pieces) {
      batches.emplace_back();
    }
    RaggedBatch& batch = batches.back().batch;
    batch.Add(ids, static_cast<uint32_t>(input));
    masker.MaskSequence(stream, batch.NumSequences() - 1, batches.back());
  }
  return batches;
}

std::vector<uint32_t> InputsWithTargets(std::span<const MaskedBatch> batches) {
  std::vector<uint32_t> inputs;
  for (const MaskedBatch& masked : batches) {
    for (size_t s = 0; s < masked.batch.NumSequences(); ++s) {
      const auto [begin, end] = MaskedRowsOf(masked, s);
      if (begin != end) inputs.push_back(masked.batch.sequence_ids[s]);
    }
  }
  return inputs;
}

SentenceLosses::SentenceLosses(const ModelConfig& config, const ParameterSet& parameters,
                               const AttentionControl* attention, Activations::Mode mode,
                               const std::vector<std::string>& requested)
    : encoder_(config),
      parameters_(parameters),
      acts_(config, mode, requested),
      gradients_(parameters.SharedLayout()) {
  options_.attention = attention;
}

void SentenceLosses::Run(Compute& compute, const MaskedBatch& masked,
                         const Intervention* intervention, std::vector<double>& losses) {
  options_.intervention = intervention;
  const size_t rows = masked.positions.size();
  acts_.Prepare(masked.batch, rows);
  encoder_.Forward(compute, parameters_, masked.batch, options_, acts_);
  encoder_.MlmForward(compute, parameters_, masked.positions, options_, acts_);
  losses_.EnsureSize(rows);
  log_sum_exp_.EnsureSize(rows);
  CrossEntropyForward(compute.Pool(), acts_.Rows(Hook::kLogits), masked.labels, losses_.data(),
                      log_sum_exp_.data());
  for (size_t s = 0; s < masked.batch.NumSequences(); ++s) {
    const auto [begin, end] = MaskedRowsOf(masked, s);
    double sum = 0.0;
    for (size_t row = begin; row < end; ++row) sum += static_cast<double>(losses_[row]);
    if (begin != end) losses.push_back(sum / static_cast<double>(end - begin));
  }
}

void SentenceLosses::Backward(Compute& compute, const MaskedBatch& masked,
                              const Encoder::PatternGradient& visitor) {
  const Matrix logits = acts_.Rows(Hook::kLogits);
  CrossEntropyBackward(compute.Pool(), logits, masked.labels, log_sum_exp_.data(), 1.0f, logits);
  for (size_t s = 0; s < masked.batch.NumSequences(); ++s) {
    const auto [begin, end] = MaskedRowsOf(masked, s);
    for (size_t row = begin; row < end; ++row) {
      float* gradient = logits.Row(row);
      for (size_t j = 0; j < logits.cols; ++j) gradient[j] /= static_cast<float>(end - begin);
    }
  }
  const size_t hidden = encoder_.Config().hidden_size;
  dx_.EnsureSize(masked.batch.NumTokens() * hidden);
  const Matrix dx(dx_.data(), masked.batch.NumTokens(), hidden);
  encoder_.MlmBackward(compute, parameters_, masked.positions, acts_, logits, dx, gradients_);
  encoder_.Backward(compute, parameters_, masked.batch, options_, acts_, dx, gradients_, &visitor);
}

Intervention WithoutHeads(const ModelConfig& config, const std::vector<char>& removed) {
  const size_t heads = config.num_attention_heads, width = config.HeadSize();
  return [heads, width, removed](const HookPoint& point, Matrix value) {
    if (point.hook != Hook::kZ) return;
    for (size_t head = 0; head < heads; ++head) {
      if (removed[point.layer * heads + head] == 0) continue;
      for (size_t row = 0; row < value.rows; ++row) {
        float* z = value.Row(row) + head * width;
        std::fill(z, z + width, 0.0f);
      }
    }
  };
}

}  // namespace headscope
