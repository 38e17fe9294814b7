#include "train/classification_objective.h"

#include <algorithm>
#include <numeric>

#include "model/base/elementary.h"
#include "model/ops/cross_entropy.h"

namespace headscope {
namespace {

constexpr size_t kEvaluationBatch = 32;  // examples; results do not depend on it

}  // namespace

ClassificationObjective::ClassificationObjective(const Encoder& encoder, size_t num_labels,
                                                 ClassifierKind kind,
                                                 const AttentionControl& attention, uint64_t seed,
                                                 const EncodedSet& train, size_t batch_size,
                                                 const EncodedSet& dev, const ClassifierAims& aims)
    : encoder_(encoder),
      head_(encoder.Config(), num_labels, kind),
      num_labels_(num_labels),
      attention_(attention),
      seed_(seed),
      batches_(train, batch_size, seed),
      dev_(dev),
      acts_(encoder.Config(), Activations::Mode::kTraining),
      aims_(aims) {}

LossSum ClassificationObjective::Forward(Compute& compute, const ParameterSet& parameters,
                                         const LabelledBatch& labelled,
                                         const ForwardOptions& options, Matrix& logits) {
  const size_t examples = labelled.labels.size();
  acts_.Prepare(labelled.batch);
  encoder_.Forward(compute, parameters, labelled.batch, options, acts_);
  logits = head_.Forward(compute, parameters, labelled.batch, labelled.queries, options, acts_);
  losses_.EnsureSize(examples);
  log_sum_exp_.EnsureSize(examples);
  CrossEntropyForward(compute.Pool(), logits, labelled.labels, losses_.data(), log_sum_exp_.data());
  LossSum loss{.sum = 0.0, .predictions = examples, .tokens = labelled.batch.NumTokens()};
  for (size_t i = 0; i < examples; ++i) loss.sum += static_cast<double>(losses_[i]);
  return loss;
}

LossSum ClassificationObjective::Accumulate(Compute& compute, const ParameterSet& parameters,
                                            uint64_t step, ParameterSet& gradients) {
  const LabelledBatch labelled = batches_.At(step);
  const ModelConfig& config = encoder_.Config();
  ForwardOptions options;
  options.attention = &attention_;
  if (config.hidden_dropout_prob > 0.0f || config.attention_probs_dropout_prob > 0.0f) {
    options.dropout = {.seed = seed_, .step = static_cast<uint32_t>(step)};
  }
  Matrix logits;
  LossSum loss = Forward(compute, parameters, labelled, options, logits);
  const Encoder::PatternGradient of_patterns = LossBackward(compute, labelled, logits, loss);
  dx_.EnsureSize(loss.tokens * config.hidden_size);
  const Matrix dx(dx_.data(), loss.tokens, config.hidden_size);
  head_.Backward(compute, parameters, labelled.batch, options, acts_, logits, dx, gradients);
  encoder_.Backward(compute, parameters, labelled.batch, options, acts_, dx, gradients,
                    of_patterns ? &of_patterns : nullptr);
  return loss;
}

Encoder::PatternGradient ClassificationObjective::LossBackward(Compute& compute,
                                                               const LabelledBatch& labelled,
                                                               Matrix logits, LossSum& loss) {
  const double scale = 1.0 / static_cast<double>(loss.predictions);
  if (aims_.adversary != nullptr) {
    const Predictions outputs = OutputsBesideBase(compute, labelled, logits);
    loss.sum = aims_.adversary->Loss(labelled, outputs, acts_);
    aims_.adversary->LogitGradient(outputs, scale, logits);
    return aims_.adversary->Gradient(labelled, acts_, scale);
  }
  CrossEntropyBackward(compute.Pool(), logits, labelled.labels, log_sum_exp_.data(),
                       1.0f / static_cast<float>(loss.predictions), logits);
  if (aims_.penalty == nullptr || aims_.penalty->Options().weight == 0.0) return {};
  loss.sum += aims_.penalty->Loss(labelled, acts_);
  return aims_.penalty->Gradient(labelled, acts_, scale);
}

Predictions ClassificationObjective::OutputsBesideBase(Compute& compute,
                                                       const LabelledBatch& labelled,
                                                       Matrix logits) {
  Predictions outputs{.num_labels = num_labels_, .labels = labelled.labels, .probabilities = {}};
  AppendSoftmax(logits, outputs);
  if (aims_.base != nullptr) aims_.base->Run(compute, labelled);
  return outputs;
}

template <typename Body>
void ClassificationObjective::ForEachBatch(const EncodedSet& set, const Body& body) {
  std::vector<uint32_t> places(set.examples.size());
  std::iota(places.begin(), places.end(), 0u);
  for (size_t begin = 0; begin < places.size(); begin += kEvaluationBatch) {
    const size_t count = std::min(kEvaluationBatch, places.size() - begin);
    body(MakeLabelledBatch(set, std::span(places).subspan(begin, count)));
  }
}

Predictions ClassificationObjective::PredictAblated(Compute& compute,
                                                    const ParameterSet& parameters,
                                                    const EncodedSet& set) {
  Predictions predictions{.num_labels = num_labels_, .labels = {}, .probabilities = {}};
  ForEachBatch(set, [&](const LabelledBatch& labelled) {
    const Intervention ablation = aims_.penalty->Ablation(labelled.batch);
    ForwardOptions options;
    options.attention = &attention_;
    options.intervention = &ablation;
    Matrix logits;
    Forward(compute, parameters, labelled, options, logits);
    Predictions outputs{.num_labels = num_labels_, .labels = labelled.labels, .probabilities = {}};
    AppendSoftmax(logits, outputs);
    Append(outputs, predictions);
  });
  return predictions;
}

Predictions ClassificationObjective::Predict(Compute& compute, const ParameterSet& parameters,
                                             const EncodedSet& set) {
  ForwardOptions options;
  options.attention = &attention_;
  impermissible_ = {};
  from_base_ = {};
  adversarial_loss_ = 0.0;
  Predictions predictions{.num_labels = num_labels_, .labels = {}, .probabilities = {}};
  ForEachBatch(set, [&](const LabelledBatch& labelled) {
    Matrix logits;
    Forward(compute, parameters, labelled, options, logits);
    const Predictions outputs = OutputsBesideBase(compute, labelled, logits);
    Measure(labelled, outputs);
    Append(outputs, predictions);
  });
  return predictions;
}

void ClassificationObjective::Measure(const LabelledBatch& labelled, const Predictions& outputs) {
  if (aims_.penalty != nullptr) aims_.penalty->AddMasses(labelled, acts_, impermissible_);
  if (aims_.adversary != nullptr) {
    adversarial_loss_ += aims_.adversary->Loss(labelled, outputs, acts_);
  }
  if (aims_.base != nullptr) {
    AddDivergences(encoder_.Config(), labelled, outputs, acts_, *aims_.base, aims_.sites,
                   from_base_);
  }
}

LossSum ClassificationObjective::Evaluate(Compute& compute, const ParameterSet& parameters) {
  const Predictions predictions = Predict(compute, parameters, dev_);
  num_correct_ = predictions.NumCorrect();
  LossSum loss{.sum = 0.0, .predictions = predictions.Size(), .tokens = 0};
  for (size_t i = 0; i < predictions.Size(); ++i) {
    const size_t label = static_cast<size_t>(predictions.labels[i]);
    loss.sum -= Log(predictions.Of(i)[label]);
    loss.tokens += dev_.examples[i].ids.size();
  }
  if (aims_.adversary != nullptr) loss.sum = adversarial_loss_;
  return loss;
}

}  // namespace headscope
