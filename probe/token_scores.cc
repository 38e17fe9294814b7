#include "probe/token_scores.h"

#include <cmath>
#include <numeric>

#include "model/attention_regime.h"
#include "train/attention_rows.h"
#include "train/divergence.h"
#include "train/example_batches.h"

namespace headscope {
namespace {

constexpr const char* kWordEmbeddings = "bert.embeddings.word_embeddings.weight";

EncodedExample Without(const EncodedExample& example, size_t piece) {
  EncodedExample shorter = example;
  shorter.ids.erase(shorter.ids.begin() + static_cast<std::ptrdiff_t>(piece));
  if (shorter.second_begin > piece) --shorter.second_begin;
  if (shorter.query > piece) --shorter.query;
  return shorter;
}

}  // namespace

TokenScorer::TokenScorer(Compute& compute, const PretrainedClassifier& model, int32_t cls,
                         int32_t sep)
    : compute_(compute),
      model_(model),
      cls_(cls),
      sep_(sep),
      encoder_(model.config),
      head_(model.config, model.labels.size(), model.kind),
      acts_(model.config, Activations::Mode::kTraining),
      unused_gradients_(model.parameters.SharedLayout()) {}

Predictions TokenScorer::Run(const std::vector<EncodedExample>& examples) {
  EncodedSet set;
  set.examples = examples;
  std::vector<uint32_t> places(examples.size());
  std::iota(places.begin(), places.end(), 0u);
  const LabelledBatch labelled = MakeLabelledBatch(set, places);
  batch_ = labelled.batch;
  ForwardOptions options;
  options.attention = ControlOf(model_.attention);
  acts_.Prepare(batch_);
  encoder_.Forward(compute_, model_.parameters, batch_, options, acts_);
  logits_ = head_.Forward(compute_, model_.parameters, batch_, labelled.queries, options, acts_);
  Predictions outputs{
      .num_labels = model_.labels.size(), .labels = labelled.labels, .probabilities = {}};
  AppendSoftmax(logits_, outputs);
  return outputs;
}

std::vector<double> TokenScorer::GradientOf(const EncodedExample& example,
                                            const Predictions& outputs) {
  const auto p = outputs.Of(0);
  const size_t predicted = outputs.Predicted(0);
  for (size_t k = 0; k < p.size(); ++k) {
    logits_(0, k) = static_cast<float>(p[predicted] * ((k == predicted ? 1.0 : 0.0) - p[k]));
  }
  // A control whose patterns depend on no score: backward then takes them as they are.
  const UniformAttention held;
  ForwardOptions options;
  options.attention = &held;
  const size_t length = example.ids.size(), hidden = model_.config.hidden_size;
  std::vector<float> memory(length * hidden);
  const Matrix dx(memory.data(), length, hidden);
  unused_gradients_.SetZero();
  head_.Backward(compute_, model_.parameters, batch_, options, acts_, logits_, dx,
                 unused_gradients_);
  encoder_.Backward(compute_, model_.parameters, batch_, options, acts_, dx, unused_gradients_);
  // dx is now the gradient of the sum of embeddings, and so of each of its parts.
  const ConstMatrix words = model_.parameters.At(kWordEmbeddings);
  std::vector<double> products(length);
  for (size_t i = 0; i < length; ++i) {
    const float* const x = words.Row(static_cast<size_t>(example.ids[i]));
    for (size_t e = 0; e < hidden; ++e) {
      products[i] += static_cast<double>(x[e]) * static_cast<double>(dx(i, e));
    }
  }
  return products;
}

TokenScores TokenScorer::Score(const EncodedExample& example) {
  TokenScores scores;
  const Predictions whole = Run({example});
  const std::vector<double> attention =
      AttentionRows(model_.config.num_attention_heads, acts_)
          .Mean(model_.config.num_hidden_layers - 1, 0, example.query);
  const std::vector<double> gradient = GradientOf(example, whole);
  std::vector<EncodedExample> shorter;
  for (size_t i = 0; i < example.ids.size(); ++i) {
    const int32_t id = example.ids[i];
    if (id == cls_ || id == sep_ || i == example.query) continue;
    scores.pieces.push_back(i);
    scores.attention.push_back(attention[i]);
    scores.gradient.push_back(std::abs(gradient[i]));
    shorter.push_back(Without(example, i));
  }
  if (shorter.empty()) return scores;
  const Predictions without = Run(shorter);
  for (size_t i = 0; i < shorter.size(); ++i) {
    scores.leave_one_out.push_back(TotalVariation(whole.Of(0), without.Of(i)));
  }
  return scores;
}

}  // namespace headscope
