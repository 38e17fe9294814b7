// Removing what a linear probe reads off vectors: an affine map of low rank,
//
//   x' = x - B A (x - mean),     A [r, C], B [C, r].
//
// Being affine it commutes with means: a word's vector from erased pieces is the erased vector of
// the word. Glossary: N rows, C width, K labels, r rank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/base/aligned_buffer.h"
#include "model/base/random.h"
#include "model/base/tensor.h"
#include "model/ops/gemm.h"

namespace headscope {

class AffineEraser {
 public:
  // mean [C], a [r, C], b [r, C] (B^T, row by row); r = a.size() / C may be 0: nothing is erased.
  AffineEraser(std::vector<double> mean, std::vector<double> a, std::vector<double> b);

  size_t Rank() const { return rank_; }
  size_t Width() const { return mean_.size(); }
  // x [N, C] in place.
  void Apply(Compute& compute, Matrix x) const;
  // The map in double: [C], [r, C], [r, C].
  const std::vector<double>& Mean() const { return mean_; }
  const std::vector<double>& A() const { return a_; }
  const std::vector<double>& Bt() const { return bt_; }
  // Of all variance (the trace of `covariance`, [C, C]) the share that the change has: the trace of
  // B A S A^T B^T over that of S.
  double ShareOfVariance(std::span<const double> covariance) const;

 private:
  std::vector<double> mean_, a_, bt_;
  size_t rank_;
  AlignedBuffer<float> mean_floats_, a_floats_, minus_b_floats_;  // [C], [r, C], [C, r]
};

// What the closed forms need of vectors and their labels. Rows whose label is -1 take no part.
struct LabelledMoments {
  std::vector<double> mean;          // [C]
  std::vector<double> covariance;    // [C, C], divided by N
  std::vector<double> label_cross;   // [C, K]: covariance of the vectors and one-hot labels
  std::vector<double> label_shares;  // [K]
  size_t rows = 0;
};
// Sums in double, row after row. Throws Error without rows.
LabelledMoments MomentsOf(ConstMatrix x, std::span<const int32_t> labels, size_t num_labels);

// S^{-1/2} and S^{1/2} of a covariance S, [C, C] each, on the space where S is not zero, of which
// `axes` [rank, C] is an orthonormal basis. By Jacobi's rotations: O(C^3) ten times over.
struct Whitening {
  explicit Whitening(const LabelledMoments& moments);
  std::vector<double> whiten, colour, axes;
};

// Least-squares concept erasure (LEACE, Belrose et al. 2023, theorem 4.3): of all affine maps after
// which every linear function of x' is uncorrelated with every label, the one that moves x least
// (mean squared, whatever the norm):
//
//   x' = x - W^+ P W (x - mean),   W = S_xx^{-1/2} (pseudo-inverse),   P onto the columns of W S_xz
//
// Rank at most K - 1.
AffineEraser Leace(const LabelledMoments& moments, const Whitening& whitening);

// The same form for a random subspace of r dimensions of the whitened space: what LEACE removes if
// labels say nothing. Throws Error when r is larger than the covariance's rank.
AffineEraser RandomWhitenedEraser(const LabelledMoments& moments, const Whitening& whitening,
                                  size_t rank, const RandomStream& random);

// Orthogonal projections: `basis` [r, C] orthonormal, A = B^T = basis.
AffineEraser OrthogonalEraser(std::vector<double> mean, std::vector<double> basis);
AffineEraser RandomOrthogonalEraser(std::vector<double> mean, size_t rank,
                                    const RandomStream& random);

// Appends to `basis` (orthonormal rows of width C) what is new in `rows` (Gram & Schmidt, twice); a
// row of which less than `negligible` of the longest row's length is new is passed over.
void ExtendBasis(std::span<const double> rows, size_t width, double negligible,
                 std::vector<double>& basis);

}  // namespace headscope
