// What a training step minimises: the one thing the trainer asks for. Knows the model and the data;
// the trainer does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "model/ops/gemm.h"
#include "model/parameter_set.h"

namespace headscope {

// Of one step, or of one evaluation.
struct LossSum {
  double sum = 0.0;        // of the losses of all predictions, in nats
  size_t predictions = 0;  // masked positions, or examples
  size_t tokens = 0;       // rows that went through the model

  double Mean() const { return predictions == 0 ? 0.0 : sum / static_cast<double>(predictions); }
};

class Objective {
 public:
  virtual ~Objective() = default;

  // Adds the gradient of the mean loss of step `step` to `gradients`. Steps come in order, from 1
  // or from the one after Seek. Everything random or drawn from data is a pure function of the step
  // and of the position before it, so that a run can stop and go on anywhere.
  virtual LossSum Accumulate(Compute& compute, const ParameterSet& parameters, uint64_t step,
                             ParameterSet& gradients) = 0;

  // Where in the data the next step begins, and back there: saved for an exact resume.
  virtual std::string Position() const { return {}; }
  virtual void Seek(const std::string&) {}

  // The loss on held-out data, the same data with the same masks every time, dropout off. No
  // predictions: there are none.
  virtual LossSum Evaluate(Compute& compute, const ParameterSet& parameters) = 0;
};

}  // namespace headscope
