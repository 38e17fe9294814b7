// Coordinates for fitting weights on features that go together: with M = X^T X / n + ridge I =
// L L^T (Cholesky), weights w = L^-T u see features whose second moments are near the unit matrix,
// so that L-BFGS needs a tenth of the steps. The minimum stays where it is. All in double, each sum
// in one order.
#pragma once

#include <span>
#include <vector>

#include "model/ops/gemm.h"
#include "probe/probe.h"

namespace headscope {

// X^T X / n of up to 8192 of the rows, evenly spaced: [C, C].
std::vector<double> SecondMoments(Compute& compute, const ProbeRows& data);

class Preconditioner {
 public:
  // `moments` [C, C]; ridge > 0.
  Preconditioner(std::vector<double> moments, double ridge);

  // Rows of weights or gradients in place: [K, C] of each of several fits, in one walk over the
  // triangle.
  using RowsOfFits = std::span<const std::span<double>>;
  void ToWeights(RowsOfFits rows) const;    // w = L^-T u
  void FromWeights(RowsOfFits rows) const;  // u = L^T w
  void ToGradient(RowsOfFits rows) const;   // dJ/du = L^-1 dJ/dw
  void ToWeights(std::span<double> rows) const { ToWeights(RowsOfFits(&rows, 1)); }
  void FromWeights(std::span<double> rows) const { FromWeights(RowsOfFits(&rows, 1)); }
  void ToGradient(std::span<double> rows) const { ToGradient(RowsOfFits(&rows, 1)); }

 private:
  size_t width_;
  std::vector<double> lower_, inverse_;  // L and L^-1 [C, C], zero above the diagonal
};

}  // namespace headscope
