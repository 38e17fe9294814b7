// J of the linear probe (linear_probe.h) and its gradient, for several fits on the same rows at
// once.
#pragma once

#include <span>
#include <vector>

#include "probe/probe.h"

namespace headscope {

// logits = x W^T + b by way of W x^T: the same chains of products, so the same bits. Labels are few
// (17), and kernels are made for columns by the 32. `across` is scratch.
void FewLogits(Compute& compute, ConstMatrix x, ConstMatrix w, const float* b,
               AlignedBuffer<float>& across, Matrix logits);

class LinearLoss {
 public:
  LinearLoss(Compute& compute, const ProbeRows& data, size_t num_labels);

  // What one fit asks: J and its gradient at w (W row by row, then b).
  struct Question {
    std::span<const int32_t> labels;
    double c;
    std::vector<double> w;
    double value = 0.0;
    std::vector<double> gradient = {};
  };
  // Fills value and gradient of each. Products are as wide as all of them together.
  void Answer(std::span<Question> questions);

 private:
  void Round(std::span<Question> questions);
  void AddBlock(size_t begin, size_t end, std::span<Question> questions);

  Compute& compute_;
  const ProbeRows& data_;
  size_t k_;
  AlignedBuffer<float> w_, dw_, b_, db_, logits_, losses_, log_sums_, across_;
  RowBlock block_;
};

}  // namespace headscope
