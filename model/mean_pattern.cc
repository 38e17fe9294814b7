#include "model/mean_pattern.h"

#include <algorithm>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/encoder.h"
#include "model/pretrained.h"

namespace headscope {
namespace {

float Mean(double sum, size_t count) {
  return count == 0 ? 0.0f : static_cast<float>(sum / static_cast<double>(count));
}

void CheckShape(const std::string& directory, const ModelConfig& found,
                const ModelConfig& expected) {
  const auto expect = [&](const char* what, size_t wanted, size_t had) {
    if (wanted != had) Fail("{}: expected {} {}, found {}", directory, wanted, what, had);
  };
  expect("layers", expected.num_hidden_layers, found.num_hidden_layers);
  expect("heads", expected.num_attention_heads, found.num_attention_heads);
  expect("pieces in the vocabulary", expected.vocab_size, found.vocab_size);
}

// The sequences of a batch that are short enough, and long enough to have a [CLS] and a [SEP].
RaggedBatch Fitting(const RaggedBatch& batch, size_t longest) {
  RaggedBatch fitting;
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    const size_t length = batch.Length(s);
    if (length < 2 || length > longest) continue;
    const auto ids = batch.Ids(s);
    fitting.ids.insert(fitting.ids.end(), ids.begin(), ids.end());
    if (!batch.segments.empty()) {
      const auto first = batch.segments.begin() + batch.offsets[s];
      fitting.segments.insert(fitting.segments.end(), first,
                              first + static_cast<std::ptrdiff_t>(length));
    }
    fitting.offsets.push_back(static_cast<uint32_t>(fitting.ids.size()));
    fitting.sequence_ids.push_back(batch.sequence_ids[s]);
  }
  return fitting;
}

}  // namespace

MeanPattern::MeanPattern(size_t length)
    : length_(length),
      body_((length - 1) * (length - 1)),
      sep_column_(length - 1),
      sep_row_(length - 1),
      longer_(length - 1) {}

void MeanPattern::Add(ConstMatrix pattern) {
  const size_t last = pattern.rows - 1;
  for (size_t i = 0; i < last; ++i) {
    ++longer_[i];
    for (size_t j = 0; j < last; ++j) Body(i, j) += static_cast<double>(pattern(i, j));
    sep_column_[i] += static_cast<double>(pattern(i, last));
    sep_row_[i] += static_cast<double>(pattern(last, i));
  }
  sep_self_ += static_cast<double>(pattern(last, last));
  ++sequences_;
}

void MeanPattern::Write(Matrix body, Matrix sep) const {
  for (size_t i = 0; i + 1 < length_; ++i) {
    for (size_t j = 0; j + 1 < length_; ++j) {
      body(i, j) = Mean(body_[i * (length_ - 1) + j], longer_[std::max(i, j)]);
    }
    sep(0, i) = Mean(sep_column_[i], longer_[i]);
    sep(1, i) = Mean(sep_row_[i], longer_[i]);
  }
  sep(2, 0) = Mean(sep_self_, sequences_);
}

void MeasureMeanPatterns(Compute& compute, const std::string& directory, const ModelConfig& model,
                         std::span<const ConstantSite> sites, std::span<const RaggedBatch> sample,
                         ParameterSet& parameters) {
  const PretrainedModel source = LoadPretrained(directory);
  CheckShape(directory, source.config, model);
  const Encoder encoder(source.config);
  std::vector<std::string> hooks;
  for (size_t l = 0; l < source.config.num_hidden_layers; ++l) {
    hooks.push_back(HookName(Hook::kPattern, l));
  }
  Activations acts(source.config, Activations::Mode::kInference, hooks);
  ForwardOptions options;
  options.attention = ControlOf(source.attention);
  std::vector<MeanPattern> means;
  for (const ConstantSite& site : sites) means.emplace_back(site.control->Length());
  const size_t longest =
      std::min(sites.front().control->Length(), source.config.max_position_embeddings);
  size_t sequences = 0;
  for (const RaggedBatch& whole : sample) {
    const RaggedBatch batch = Fitting(whole, longest);
    sequences += batch.NumSequences();
    if (batch.NumSequences() == 0) continue;
    acts.Prepare(batch);
    encoder.Forward(compute, source.parameters, batch, options, acts);
    compute.Pool().ParallelEach(sites.size(), [&](size_t i, size_t) {
      for (size_t s = 0; s < batch.NumSequences(); ++s) {
        means[i].Add(acts.Square(Hook::kPattern, sites[i].layer, sites[i].head, s));
      }
    });
  }
  if (sequences == 0) {
    Fail("{}: expected sequences of 2 to {} pieces to average over, found none", directory,
         longest);
  }
  for (size_t i = 0; i < sites.size(); ++i) {
    means[i].Write(parameters.At(sites[i].control->BodyTensor()),
                   parameters.At(sites[i].control->SepTensor()));
  }
}

}  // namespace headscope
