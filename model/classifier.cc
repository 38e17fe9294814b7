#include "model/classifier.h"

#include <algorithm>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "model/config_json.h"
#include "model/ops/dropout.h"
#include "model/ops/elementwise.h"
#include "model/pass.h"
#include "model/safetensors.h"

namespace headscope {
namespace {

constexpr const char* kPooler = "bert.pooler.dense";
constexpr const char* kClassifier = "classifier";

template <typename Set>
auto ViewAffine(Set& set, const std::string& name) {
  using T = std::remove_pointer_t<decltype(set.At("").data)>;
  return typename BertViews<T>::Affine{set.At(name + ".weight"), set.At(name + ".bias").data};
}

// The dropout site behind the last layer's.
size_t PooledDropout(const ModelConfig& config) {
  return PatternDropout(config, config.num_hidden_layers, 0);
}

void TanhInPlace(ThreadPool& pool, Matrix x) {
  pool.ParallelFor(x.rows, 1, [&](size_t begin, size_t end, size_t) {
    for (size_t i = begin; i < end; ++i) {
      for (size_t j = 0; j < x.cols; ++j) {
        x(i, j) = static_cast<float>(Tanh(static_cast<double>(x(i, j))));
      }
    }
  });
}

// dx *= 1 - y^2, the slope of tanh at its value y.
void TanhBackward(ThreadPool& pool, ConstMatrix y, Matrix dx) {
  pool.ParallelFor(y.rows, 1, [&](size_t begin, size_t end, size_t) {
    for (size_t i = begin; i < end; ++i) {
      for (size_t j = 0; j < y.cols; ++j) dx(i, j) *= 1.0f - y(i, j) * y(i, j);
    }
  });
}

Matrix Sized(AlignedBuffer<float>& buffer, size_t rows, size_t cols) {
  buffer.EnsureSize(rows * cols);
  return {buffer.data(), rows, cols};
}

}  // namespace

ParameterLayout ClassifierLayout(const ModelConfig& encoder, size_t num_labels,
                                 ClassifierKind kind) {
  if (num_labels < 2) Fail("classifier: expected at least two labels, found {}", num_labels);
  ModelConfig config = encoder;
  config.has_mlm_head = false;
  ParameterLayout layout = BertLayout(config);
  const auto add = [&](const std::string& name, size_t out) {
    layout.Add({.name = name + ".weight",
                .shape = {out, config.hidden_size},
                .init = Init::kNormal,
                .decays = true});
    layout.Add({.name = name + ".bias", .shape = {out}, .init = Init::kZeros});
  };
  if (kind == ClassifierKind::kSequence) add(kPooler, config.hidden_size);
  add(kClassifier, num_labels);
  return layout;
}

void ClassifierHead::DropPooled(Compute& compute, const RaggedBatch& batch,
                                const ForwardOptions& options, ConstMatrix x, Matrix y) const {
  Dropout dropout{.site = static_cast<uint32_t>(PooledDropout(config_))};
  if (options.dropout) {
    dropout.seed = options.dropout->seed;
    dropout.step = options.dropout->step;
    dropout.rate = config_.hidden_dropout_prob;
  }
  compute.Pool().ParallelEach(batch.NumSequences(), [&](size_t s, size_t) {
    ApplyDropout(dropout, batch.sequence_ids[s], x.RowRange(s, s + 1), y.RowRange(s, s + 1));
  });
}

Matrix ClassifierHead::Forward(Compute& compute, const ParameterSet& parameters,
                               const RaggedBatch& batch, std::span<const uint32_t> queries,
                               const ForwardOptions& options, Activations& acts) {
  const size_t sequences = batch.NumSequences(), hidden = config_.hidden_size;
  rows_.assign(batch.offsets.begin(), batch.offsets.end() - 1);
  for (size_t s = 0; s < queries.size(); ++s) rows_[s] += queries[s];
  const Matrix input = Sized(input_, sequences, hidden);
  GatherRows(compute.Pool(), acts.Rows(Hook::kNormalizedResidPost, config_.num_hidden_layers - 1),
             rows_, input);
  Matrix pooled = input;
  if (kind_ == ClassifierKind::kSequence) {
    pooled = Sized(pooled_, sequences, hidden);
    AffineForward(compute, "pooler", ViewAffine(parameters, kPooler), input, pooled);
    TanhInPlace(compute.Pool(), pooled);
  }
  const Matrix dropped = Sized(dropped_, sequences, hidden);
  DropPooled(compute, batch, options, pooled, dropped);
  const Matrix logits = Sized(logits_, sequences, num_labels_);
  AffineForward(compute, "classifier", ViewAffine(parameters, kClassifier), dropped, logits);
  return logits;
}

void ClassifierHead::Backward(Compute& compute, const ParameterSet& parameters,
                              const RaggedBatch& batch, const ForwardOptions& options,
                              Activations& acts, ConstMatrix dlogits, Matrix dx,
                              ParameterSet& gradients) {
  const size_t sequences = batch.NumSequences(), hidden = config_.hidden_size;
  const Matrix dropped(dropped_.data(), sequences, hidden);
  const Matrix d = acts.Scratch(kBranchScratch, sequences, hidden);
  AffineBackward(compute, "classifier", ViewAffine(parameters, kClassifier), dropped, dlogits, d,
                 ViewAffine(gradients, kClassifier));
  DropPooled(compute, batch, options, d, d);
  if (kind_ == ClassifierKind::kToken) return ScatterRows(compute.Pool(), d, rows_, dx);
  const Matrix input(input_.data(), sequences, hidden), pooled(pooled_.data(), sequences, hidden);
  TanhBackward(compute.Pool(), pooled, d);
  const Matrix dinput = acts.Scratch(kMixScratch, sequences, hidden);
  AffineBackward(compute, "pooler", ViewAffine(parameters, kPooler), input, d, dinput,
                 ViewAffine(gradients, kPooler));
  ScatterRows(compute.Pool(), dinput, rows_, dx);
}

PretrainedClassifier LoadClassifier(const std::string& directory) {
  const std::string config_path = directory + "/config.json";
  std::vector<std::string> labels = ReadLabels(config_path);
  if (labels.size() < 2) {
    Fail("{}: expected a classifier's labels under id2label, found {}", config_path, labels.size());
  }
  const ClassifierKind kind = ReadClassifierKind(config_path);
  PretrainedModel model = LoadPretrained(directory, labels.size(), kind);
  return {model.config,
          std::move(labels),
          std::move(model.parameters),
          directory,
          model.lower_case,
          kind,
          std::move(model.attention)};
}

void CopyEncoder(const PretrainedModel& from, ParameterSet& to) {
  for (const ParameterSpec& spec : to.Layout().Specs()) {
    if (!spec.alias_of.empty() || !from.parameters.Layout().Contains(spec.name)) continue;
    const ParameterSpec& source = from.parameters.Layout().Find(spec.name);
    if (source.shape != spec.shape) {
      Fail("{}: tensor {}: expected shape {}, found {}", from.directory, spec.name,
           spec.ShapeString(), source.ShapeString());
    }
    std::copy_n(from.parameters.Data().begin() + static_cast<std::ptrdiff_t>(source.offset),
                source.size, to.Data().begin() + static_cast<std::ptrdiff_t>(spec.offset));
  }
}

}  // namespace headscope
