#include "train/classification_objective.h"

#include <algorithm>
#include <numeric>

#include "model/base/elementary.h"
#include "model/ops/cross_entropy.h"

namespace headscope {
namespace {

constexpr size_t kEvaluationBatch = 32;  // examples; results do not depend on it

}  // namespace

size_t Predictions::Predicted(size_t example) const {
  const auto begin = probabilities.begin() + static_cast<std::ptrdiff_t>(example * num_labels);
  const auto end = begin + static_cast<std::ptrdiff_t>(num_labels);
  return static_cast<size_t>(std::max_element(begin, end) - begin);
}

size_t Predictions::NumCorrect() const {
  size_t correct = 0;
  for (size_t i = 0; i < Size(); ++i) correct += Predicted(i) == static_cast<size_t>(labels[i]);
  return correct;
}

Predictions Subset(const Predictions& all, const std::vector<size_t>& examples) {
  Predictions some{.num_labels = all.num_labels, .labels = {}, .probabilities = {}};
  for (const size_t i : examples) {
    const auto begin = all.probabilities.begin() + static_cast<std::ptrdiff_t>(i * all.num_labels);
    some.labels.push_back(all.labels[i]);
    some.probabilities.insert(some.probabilities.end(), begin,
                              begin + static_cast<std::ptrdiff_t>(all.num_labels));
  }
  return some;
}

void AppendSoftmax(ConstMatrix logits, Predictions& predictions) {
  for (size_t i = 0; i < logits.rows; ++i) {
    const float* row = logits.Row(i);
    const double largest = static_cast<double>(*std::max_element(row, row + logits.cols));
    double sum = 0.0;
    for (size_t k = 0; k < logits.cols; ++k) sum += Exp(static_cast<double>(row[k]) - largest);
    for (size_t k = 0; k < logits.cols; ++k) {
      predictions.probabilities.push_back(Exp(static_cast<double>(row[k]) - largest) / sum);
    }
  }
}

ClassificationObjective::ClassificationObjective(const Encoder& encoder, size_t num_labels,
                                                 ClassifierKind kind,
                                                 const AttentionControl& attention, uint64_t seed,
                                                 const EncodedSet& train, size_t batch_size,
                                                 const EncodedSet& dev,
                                                 const DeceptivePenalty* penalty)
    : encoder_(encoder),
      head_(encoder.Config(), num_labels, kind),
      num_labels_(num_labels),
      attention_(attention),
      seed_(seed),
      batches_(train, batch_size, seed),
      dev_(dev),
      acts_(encoder.Config(), Activations::Mode::kTraining),
      penalty_(penalty) {}

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
  const float scale = 1.0f / static_cast<float>(loss.predictions);
  CrossEntropyBackward(compute.Pool(), logits, labelled.labels, log_sum_exp_.data(), scale, logits);
  dx_.EnsureSize(loss.tokens * config.hidden_size);
  const Matrix dx(dx_.data(), loss.tokens, config.hidden_size);
  head_.Backward(compute, parameters, labelled.batch, options, acts_, logits, dx, gradients);
  if (penalty_ == nullptr || penalty_->Options().weight == 0.0) {
    encoder_.Backward(compute, parameters, labelled.batch, options, acts_, dx, gradients);
    return loss;
  }
  loss.sum += penalty_->Loss(labelled, acts_);
  const Encoder::PatternGradient hide =
      penalty_->Gradient(labelled, acts_, 1.0 / static_cast<double>(loss.predictions));
  encoder_.Backward(compute, parameters, labelled.batch, options, acts_, dx, gradients, &hide);
  return loss;
}

Predictions ClassificationObjective::Predict(Compute& compute, const ParameterSet& parameters,
                                             const EncodedSet& set) {
  ForwardOptions options;
  options.attention = &attention_;
  impermissible_ = {};
  Predictions predictions{.num_labels = num_labels_, .labels = {}, .probabilities = {}};
  std::vector<uint32_t> places(set.examples.size());
  std::iota(places.begin(), places.end(), 0u);
  for (size_t begin = 0; begin < places.size(); begin += kEvaluationBatch) {
    const size_t count = std::min(kEvaluationBatch, places.size() - begin);
    const LabelledBatch labelled = MakeLabelledBatch(set, std::span(places).subspan(begin, count));
    Matrix logits;
    Forward(compute, parameters, labelled, options, logits);
    if (penalty_ != nullptr) penalty_->AddMasses(labelled, acts_, impermissible_);
    predictions.labels.insert(predictions.labels.end(), labelled.labels.begin(),
                              labelled.labels.end());
    AppendSoftmax(logits, predictions);
  }
  return predictions;
}

LossSum ClassificationObjective::Evaluate(Compute& compute, const ParameterSet& parameters) {
  const Predictions predictions = Predict(compute, parameters, dev_);
  num_correct_ = predictions.NumCorrect();
  LossSum loss{.sum = 0.0, .predictions = predictions.Size(), .tokens = 0};
  for (size_t i = 0; i < predictions.Size(); ++i) {
    const size_t label = static_cast<size_t>(predictions.labels[i]);
    loss.sum -= Log(predictions.probabilities[i * num_labels_ + label]);
    loss.tokens += dev_.examples[i].ids.size();
  }
  return loss;
}

}  // namespace headscope
