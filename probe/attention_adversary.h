// Jain & Wallace's adversarial attention (2019, section 4.2.2) for every layer and head: patterns
// as far as possible from the model's that leave its output where it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "datasets/example_encoding.h"
#include "probe/pattern_experiment.h"

namespace headscope {

struct AdversaryOptions {
  double epsilon = 0.01;  // largest total variation between the outputs
  size_t candidates = 5;  // optimised side by side, from different starts
  size_t steps = 500;
  double learning_rate = 0.01;  // of Adam
  double penalty = 500.0;       // times what the total variation exceeds epsilon by
  uint64_t seed = 1;
};

struct AdversaryResult {
  size_t predicted = 0;
  double confidence = 0.0;
  double max_attention = 0.0;  // of the model's own patterns, see MaxAttention
  double jsd =
      0.0;  // mean over the rows in scope; 0: nothing but the model's own patterns was found
  double largest_row_jsd = 0.0;
  double value_weighted_jsd = 0.0;           // mean over the rows of ValueWeightedJensenShannon
  double tvd = 0.0;                          // at most epsilon
  std::vector<std::vector<float>> original;  // the rows in scope [T], and the adversary's
  std::vector<std::vector<float>> adversary;
  std::vector<std::vector<double>> value_norms;  // of each row
  std::vector<double> probabilities;             // of the model
  std::vector<double> adversary_probabilities;   // under the adversary's patterns
};

// What the search minimises, for all candidates at once.
class AdversaryObjective {
 public:
  struct Value {
    double jsd = 0.0;  // mean over the rows in scope
    double tvd = 0.0;
    double loss = 0.0;  // -jsd + penalty * max(0, tvd - epsilon)
  };

  AdversaryObjective(PatternExperiment& experiment, const EncodedExample& example,
                     const AdversaryOptions& options);
  const std::vector<double>& Base() const { return base_; }  // the model's probabilities [K]
  size_t Size() const;                                       // logits of one candidate

  // logits [candidates, rows, T], each row's pattern being their softmax; writes the gradient of
  // each candidate's loss, of the same shape.
  std::vector<Value> Evaluate(const std::vector<double>& logits, std::vector<double>& gradient);
  const std::vector<double>& Probabilities() const { return probabilities_; }  // [candidates, K]

 private:
  void SetPatterns(const std::vector<double>& logits);
  Value ValueOf(size_t candidate) const;
  // Adds to `gradient` what the output's distance gives, where it exceeds epsilon.
  void AddPenalty(const std::vector<Value>& values, std::vector<double>& gradient);

  PatternExperiment& experiment_;
  AdversaryOptions options_;
  std::vector<double> base_, probabilities_;
};

// Minimises the objective over the logits by Adam. The first candidate starts at ln α + 0.1 N(0,
// 1), the others at 3 N(0, 1). The result is the best of all iterates of all candidates that
// respect epsilon, the model's own patterns among them. Jain & Wallace's term for diversity among
// candidates is left out. Draws are keyed by (seed, index).
AdversaryResult FindAdversary(PatternExperiment& experiment, const EncodedExample& example,
                              size_t index, const AdversaryOptions& options);

// Of each example, `indices` being theirs. `progress` is told how many of how many are done.
std::vector<AdversaryResult> FindAdversaries(PatternExperiment& experiment,
                                             std::span<const EncodedExample> examples,
                                             std::span<const size_t> indices,
                                             const AdversaryOptions& options,
                                             const std::function<void(size_t, size_t)>& progress);

}  // namespace headscope
