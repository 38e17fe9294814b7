#include "probe/attention_adversary.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "model/base/elementary.h"
#include "model/base/random.h"
#include "probe/permutation_test.h"
#include "train/divergence.h"

namespace headscope {
namespace {

// Writes softmax(logits) as floats. `powers` is scratch.
void Softmax(std::span<const double> logits, std::vector<double>& powers,
             std::span<float> weights) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  powers.resize(logits.size());
  double sum = 0.0;
  for (size_t j = 0; j < logits.size(); ++j) sum += powers[j] = Exp(logits[j] - largest);
  for (size_t j = 0; j < logits.size(); ++j) weights[j] = static_cast<float>(powers[j] / sum);
}

// In place: the gradient of a row's weights becomes that of its logits.
void SoftmaxGradient(std::span<const float> weights, std::span<double> gradient) {
  double mean = 0.0;
  for (size_t j = 0; j < weights.size(); ++j) {
    mean += static_cast<double>(weights[j]) * gradient[j];
  }
  for (size_t j = 0; j < weights.size(); ++j) {
    gradient[j] = static_cast<double>(weights[j]) * (gradient[j] - mean);
  }
}

// Adam (Kingma & Ba 2015) in double, with its usual constants.
class Adam {
 public:
  Adam(size_t size, double learning_rate) : rate_(learning_rate), first_(size), second_(size) {}

  void Update(const std::vector<double>& gradient, std::vector<double>& values) {
    decay1_ *= kBeta1;
    decay2_ *= kBeta2;
    for (size_t i = 0; i < values.size(); ++i) {
      first_[i] = kBeta1 * first_[i] + (1.0 - kBeta1) * gradient[i];
      second_[i] = kBeta2 * second_[i] + (1.0 - kBeta2) * gradient[i] * gradient[i];
      const double root = std::sqrt(second_[i] / (1.0 - decay2_));
      values[i] -= rate_ * (first_[i] / (1.0 - decay1_)) / (root + 1e-8);
    }
  }

 private:
  static constexpr double kBeta1 = 0.9, kBeta2 = 0.999;
  double rate_;
  double decay1_ = 1.0, decay2_ = 1.0;
  std::vector<double> first_, second_;
};

std::vector<double> StartingLogits(const PatternExperiment& experiment, size_t candidates,
                                   const RandomStream& stream) {
  RandomSequence random(stream);
  std::vector<double> logits;
  for (size_t c = 0; c < candidates; ++c) {
    for (const PatternRow& row : experiment.Rows()) {
      for (const float weight : experiment.Original(row)) {
        const double own = Log(std::max(static_cast<double>(weight), 1e-12));
        logits.push_back(c == 0 ? own + 0.1 * random.Normal() : 3.0 * random.Normal());
      }
    }
  }
  return logits;
}

// The best iterate so far.
class Best {
 public:
  explicit Best(const PatternExperiment& experiment) {
    for (const PatternRow& row : experiment.Rows()) {
      const auto original = experiment.Original(row);
      result_.original.emplace_back(original.begin(), original.end());
    }
    result_.adversary = result_.original;
  }

  void Offer(PatternExperiment& experiment, size_t candidate,
             const AdversaryObjective::Value& value, double epsilon,
             const std::vector<double>& probabilities) {
    if (!(value.tvd <= epsilon) || !(value.jsd > result_.jsd)) return;
    result_.jsd = value.jsd;
    result_.tvd = value.tvd;
    const auto labels = static_cast<std::ptrdiff_t>(result_.probabilities.size());
    const auto first = probabilities.begin() + static_cast<std::ptrdiff_t>(candidate) * labels;
    result_.adversary_probabilities.assign(first, first + labels);
    for (size_t r = 0; r < experiment.Rows().size(); ++r) {
      const auto found = experiment.Pattern(candidate, experiment.Rows()[r]);
      result_.adversary[r].assign(found.begin(), found.end());
    }
  }

  AdversaryResult& Result() { return result_; }

 private:
  AdversaryResult result_;
};

}  // namespace

AdversaryObjective::AdversaryObjective(PatternExperiment& experiment, const EncodedExample& example,
                                       const AdversaryOptions& options)
    : experiment_(experiment),
      options_(options),
      base_(experiment.Start(example, options.candidates)) {}

size_t AdversaryObjective::Size() const { return experiment_.Rows().size() * experiment_.Length(); }

void AdversaryObjective::SetPatterns(const std::vector<double>& logits) {
  const size_t length = experiment_.Length();
  std::vector<double> powers;
  size_t begin = 0;
  for (size_t c = 0; c < options_.candidates; ++c) {
    for (const PatternRow& row : experiment_.Rows()) {
      Softmax(std::span(logits).subspan(begin, length), powers, experiment_.Pattern(c, row));
      begin += length;
    }
  }
}

AdversaryObjective::Value AdversaryObjective::ValueOf(size_t candidate) const {
  Value value;
  for (const PatternRow& row : experiment_.Rows()) {
    value.jsd += JensenShannon(experiment_.Original(row), experiment_.Pattern(candidate, row));
  }
  value.jsd /= static_cast<double>(experiment_.Rows().size());
  value.tvd = TotalVariation(
      base_, std::span(probabilities_).subspan(candidate * base_.size(), base_.size()));
  value.loss = -value.jsd + options_.penalty * std::max(0.0, value.tvd - options_.epsilon);
  return value;
}

void AdversaryObjective::AddPenalty(const std::vector<Value>& values,
                                    std::vector<double>& gradient) {
  const size_t labels = base_.size(), length = experiment_.Length();
  std::vector<double> dprobabilities(probabilities_.size());
  bool any = false;
  for (size_t c = 0; c < options_.candidates; ++c) {
    if (values[c].tvd <= options_.epsilon) continue;
    any = true;
    for (size_t k = 0; k < labels; ++k) {
      const double difference = probabilities_[c * labels + k] - base_[k];
      const double sign = difference > 0.0 ? 1.0 : (difference < 0.0 ? -1.0 : 0.0);
      dprobabilities[c * labels + k] = 0.5 * options_.penalty * sign;
    }
  }
  if (!any) return;
  experiment_.Backward(dprobabilities);
  size_t begin = 0;
  for (size_t c = 0; c < options_.candidates; ++c) {
    for (const PatternRow& row : experiment_.Rows()) {
      const std::span<const float> dpattern = experiment_.Gradient(c, row);
      for (size_t j = 0; j < length; ++j) gradient[begin + j] += static_cast<double>(dpattern[j]);
      begin += length;
    }
  }
}

std::vector<AdversaryObjective::Value> AdversaryObjective::Evaluate(
    const std::vector<double>& logits, std::vector<double>& gradient) {
  SetPatterns(logits);
  probabilities_ = experiment_.Run();
  std::vector<Value> values;
  for (size_t c = 0; c < options_.candidates; ++c) values.push_back(ValueOf(c));
  gradient.assign(logits.size(), 0.0);
  AddPenalty(values, gradient);
  const size_t length = experiment_.Length();
  const double share = -1.0 / static_cast<double>(experiment_.Rows().size());
  size_t begin = 0;
  for (size_t c = 0; c < options_.candidates; ++c) {
    for (const PatternRow& row : experiment_.Rows()) {
      const std::span<double> of_row = std::span(gradient).subspan(begin, length);
      const std::span<const float> weights = experiment_.Pattern(c, row);
      AddJensenShannonGradient(experiment_.Original(row), weights, share, of_row);
      SoftmaxGradient(weights, of_row);
      begin += length;
    }
  }
  return values;
}

AdversaryResult FindAdversary(PatternExperiment& experiment, const EncodedExample& example,
                              size_t index, const AdversaryOptions& options) {
  AdversaryObjective objective(experiment, example, options);
  Best best(experiment);
  AdversaryResult& result = best.Result();
  result.probabilities = result.adversary_probabilities = objective.Base();
  result.predicted = static_cast<size_t>(
      std::max_element(result.probabilities.begin(), result.probabilities.end()) -
      result.probabilities.begin());
  result.confidence = result.probabilities[result.predicted];
  std::vector<size_t> movable(experiment.Length() - 2);  // all but [CLS] and [SEP]
  std::iota(movable.begin(), movable.end(), size_t{1});
  result.max_attention = MaxAttention(experiment, movable);

  std::vector<double> logits =
      StartingLogits(experiment, options.candidates,
                     {options.seed, Purpose::kAttention, static_cast<uint32_t>(index), 1});
  std::vector<double> gradient;
  Adam adam(logits.size(), options.learning_rate);
  for (size_t step = 0; step <= options.steps; ++step) {
    const auto values = objective.Evaluate(logits, gradient);
    for (size_t c = 0; c < options.candidates; ++c) {
      best.Offer(experiment, c, values[c], options.epsilon, objective.Probabilities());
    }
    if (step < options.steps) adam.Update(gradient, logits);
  }
  for (size_t r = 0; r < result.original.size(); ++r) {
    result.largest_row_jsd =
        std::max(result.largest_row_jsd, JensenShannon(result.original[r], result.adversary[r]));
    const std::span<const double> norms = experiment.ValueNorms(experiment.Rows()[r]);
    result.value_norms.emplace_back(norms.begin(), norms.end());
    result.value_weighted_jsd +=
        ValueWeightedJensenShannon(result.original[r], result.adversary[r], norms) /
        static_cast<double>(result.original.size());
  }
  return std::move(result);
}

std::vector<AdversaryResult> FindAdversaries(PatternExperiment& experiment,
                                             std::span<const EncodedExample> examples,
                                             std::span<const size_t> indices,
                                             const AdversaryOptions& options,
                                             const std::function<void(size_t, size_t)>& progress) {
  std::vector<AdversaryResult> results;
  for (size_t i = 0; i < examples.size(); ++i) {
    results.push_back(FindAdversary(experiment, examples[i], indices[i], options));
    progress(i + 1, examples.size());
  }
  return results;
}

}  // namespace headscope
