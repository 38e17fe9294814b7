#include "probe/affine_eraser.h"

#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "probe/symmetric_eigen.h"

namespace headscope {
namespace {

// Eigenvalues below these shares of the largest are taken for zero: of covariances (of vectors that
// were rounded to float), and of squared lengths in the whitened space.
constexpr double kNegligibleVariance = 1e-9;
constexpr double kNegligibleSquare = 1e-10;

double DotOf(const double* a, const double* b, size_t n) {
  double sum = 0.0;
  for (size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// y[0 … n - 1] += factor * x
void AddMultiple(double factor, const double* x, size_t n, double* y) {
  for (size_t i = 0; i < n; ++i) y[i] += factor * x[i];
}

// x' = x - S^{1/2} U^T U S^{-1/2} (x - mean) for orthonormal rows U [r, C] of the whitened space.
AffineEraser InWhitenedSpace(const LabelledMoments& moments, const Whitening& whitening,
                             const std::vector<double>& u) {
  const size_t n = moments.mean.size(), rank = u.size() / n;
  std::vector<double> a(rank * n), bt(rank * n);
  for (size_t k = 0; k < rank; ++k) {
    for (size_t i = 0; i < n; ++i) {
      AddMultiple(u[k * n + i], whitening.whiten.data() + i * n, n, a.data() + k * n);
      AddMultiple(u[k * n + i], whitening.colour.data() + i * n, n, bt.data() + k * n);
    }
  }
  return {moments.mean, std::move(a), std::move(bt)};
}

std::vector<double> RandomRows(size_t rows, size_t width, const RandomStream& random) {
  std::vector<double> values(rows * width);
  for (size_t i = 0; i < values.size(); ++i) values[i] = random.Normal(i);
  return values;
}

}  // namespace

AffineEraser::AffineEraser(std::vector<double> mean, std::vector<double> a, std::vector<double> b)
    : mean_(std::move(mean)),
      a_(std::move(a)),
      bt_(std::move(b)),
      rank_(a_.size() / mean_.size()),
      mean_floats_(mean_.size()),
      a_floats_(a_.size()),
      minus_b_floats_(a_.size()) {
  const size_t width = mean_.size();
  for (size_t j = 0; j < width; ++j) mean_floats_[j] = static_cast<float>(mean_[j]);
  for (size_t i = 0; i < a_.size(); ++i) a_floats_[i] = static_cast<float>(a_[i]);
  for (size_t k = 0; k < rank_; ++k) {
    for (size_t j = 0; j < width; ++j) {
      minus_b_floats_[j * rank_ + k] = static_cast<float>(-bt_[k * width + j]);
    }
  }
}

void AffineEraser::Apply(Compute& compute, Matrix x) const {
  if (rank_ == 0 || x.rows == 0) return;
  AlignedBuffer<float> centred(x.rows * x.cols), coordinates(x.rows * rank_);
  for (size_t i = 0; i < x.rows; ++i) {
    for (size_t j = 0; j < x.cols; ++j) centred[i * x.cols + j] = x(i, j) - mean_floats_[j];
  }
  const Matrix t(coordinates.data(), x.rows, rank_);
  Gemm(compute, GemmForm::kNT, ConstMatrix(centred.data(), x.rows, x.cols),
       ConstMatrix(a_floats_.data(), rank_, x.cols), t);
  Gemm(compute, GemmForm::kNT, t, ConstMatrix(minus_b_floats_.data(), x.cols, rank_), x,
       GemmOutput::kAccumulate);
}

double AffineEraser::ShareOfVariance(std::span<const double> covariance) const {
  const size_t n = Width();
  // trace(B A S A^T B^T) = sum_kl (A S A^T)_kl (B^T B)_kl
  std::vector<double> as(rank_ * n);
  for (size_t k = 0; k < rank_; ++k) {
    for (size_t i = 0; i < n; ++i) {
      AddMultiple(a_[k * n + i], covariance.data() + i * n, n, as.data() + k * n);
    }
  }
  double removed = 0.0, all = 0.0;
  for (size_t k = 0; k < rank_; ++k) {
    for (size_t l = 0; l < rank_; ++l) {
      removed += DotOf(as.data() + k * n, a_.data() + l * n, n) *
                 DotOf(bt_.data() + k * n, bt_.data() + l * n, n);
    }
  }
  for (size_t i = 0; i < n; ++i) all += covariance[i * n + i];
  return all > 0.0 ? removed / all : 0.0;
}

Whitening::Whitening(const LabelledMoments& moments)
    : whiten(moments.covariance.size()), colour(moments.covariance.size()) {
  const size_t n = moments.mean.size();
  const SymmetricEigen eigen = EigenOfSymmetric(moments.covariance, n);
  for (size_t k = 0; k < n; ++k) {
    if (!(eigen.values[k] > kNegligibleVariance * eigen.values[0])) break;
    const double* v = eigen.vectors.data() + k * n;
    const double root = std::sqrt(eigen.values[k]);
    axes.insert(axes.end(), v, v + n);
    for (size_t i = 0; i < n; ++i) {
      AddMultiple(v[i] / root, v, n, whiten.data() + i * n);
      AddMultiple(v[i] * root, v, n, colour.data() + i * n);
    }
  }
}

LabelledMoments MomentsOf(ConstMatrix x, std::span<const int32_t> labels, size_t num_labels) {
  const size_t n = x.cols;
  LabelledMoments moments{std::vector<double>(n), std::vector<double>(n * n),
                          std::vector<double>(n * num_labels), std::vector<double>(num_labels), 0};
  for (size_t i = 0; i < x.rows; ++i) {
    if (labels[i] < 0) continue;
    ++moments.rows;
    moments.label_shares[static_cast<size_t>(labels[i])] += 1.0;
    for (size_t j = 0; j < n; ++j) moments.mean[j] += static_cast<double>(x(i, j));
  }
  if (moments.rows == 0) Fail("erasure: expected words with labels, found none");
  const auto rows = static_cast<double>(moments.rows);
  for (double& value : moments.mean) value /= rows;
  for (double& share : moments.label_shares) share /= rows;
  std::vector<double> d(n);
  for (size_t i = 0; i < x.rows; ++i) {
    if (labels[i] < 0) continue;
    for (size_t j = 0; j < n; ++j) d[j] = static_cast<double>(x(i, j)) - moments.mean[j];
    for (size_t j = 0; j < n; ++j) {
      AddMultiple(d[j], d.data(), n, moments.covariance.data() + j * n);
      // The deviations sum to zero, so that the label's own mean need not be taken off.
      moments.label_cross[j * num_labels + static_cast<size_t>(labels[i])] += d[j];
    }
  }
  for (double& value : moments.covariance) value /= rows;
  for (double& value : moments.label_cross) value /= rows;
  return moments;
}

AffineEraser Leace(const LabelledMoments& moments, const Whitening& whitening) {
  const size_t n = moments.mean.size(), k = moments.label_shares.size();
  std::vector<double> cross(k * n);  // (W S_xz)^T [K, C]
  for (size_t i = 0; i < n; ++i) {
    for (size_t c = 0; c < k; ++c) {
      AddMultiple(moments.label_cross[i * k + c], whitening.whiten.data() + i * n, n,
                  cross.data() + c * n);
    }
  }
  std::vector<double> squares(k * k);
  for (size_t c = 0; c < k; ++c) {
    for (size_t d = 0; d < k; ++d) {
      squares[c * k + d] = DotOf(cross.data() + c * n, cross.data() + d * n, n);
    }
  }
  // The columns' space by its principal axes, the rows of V^T cross.
  const SymmetricEigen eigen = EigenOfSymmetric(squares, k);
  std::vector<double> rows, u;
  for (size_t r = 0; r < k && eigen.values[r] > kNegligibleSquare * eigen.values[0]; ++r) {
    std::vector<double> row(n);
    for (size_t c = 0; c < k; ++c) {
      AddMultiple(eigen.vectors[r * k + c] / std::sqrt(eigen.values[r]), cross.data() + c * n, n,
                  row.data());
    }
    rows.insert(rows.end(), row.begin(), row.end());
  }
  ExtendBasis(rows, n, 1e-6, u);
  return InWhitenedSpace(moments, whitening, u);
}

AffineEraser RandomWhitenedEraser(const LabelledMoments& moments, const Whitening& whitening,
                                  size_t rank, const RandomStream& random) {
  const size_t n = moments.mean.size();
  const size_t most = whitening.axes.size() / n;
  if (rank > most) Fail("erasure: expected a rank of at most {}, found {}", most, rank);
  const std::vector<double> weights = RandomRows(rank, most, random);
  std::vector<double> rows(rank * n), u;
  for (size_t k = 0; k < rank; ++k) {
    for (size_t m = 0; m < most; ++m) {
      AddMultiple(weights[k * most + m], whitening.axes.data() + m * n, n, rows.data() + k * n);
    }
  }
  ExtendBasis(rows, n, 1e-9, u);
  return InWhitenedSpace(moments, whitening, u);
}

AffineEraser OrthogonalEraser(std::vector<double> mean, std::vector<double> basis) {
  std::vector<double> same = basis;
  return {std::move(mean), std::move(basis), std::move(same)};
}

AffineEraser RandomOrthogonalEraser(std::vector<double> mean, size_t rank,
                                    const RandomStream& random) {
  const size_t n = mean.size();
  if (rank > n) Fail("erasure: expected a rank of at most {}, found {}", n, rank);
  std::vector<double> basis;
  ExtendBasis(RandomRows(rank, n, random), n, 1e-9, basis);
  return OrthogonalEraser(std::move(mean), std::move(basis));
}

void ExtendBasis(std::span<const double> rows, size_t width, double negligible,
                 std::vector<double>& basis) {
  double longest = 0.0;
  for (size_t begin = 0; begin < rows.size(); begin += width) {
    longest = std::max(longest, DotOf(rows.data() + begin, rows.data() + begin, width));
  }
  std::vector<double> row(width);
  for (size_t begin = 0; begin < rows.size() && basis.size() < width * width; begin += width) {
    std::copy_n(rows.data() + begin, width, row.data());
    for (int pass = 0; pass < 2; ++pass) {
      for (size_t k = 0; k < basis.size(); k += width) {
        AddMultiple(-DotOf(row.data(), basis.data() + k, width), basis.data() + k, width,
                    row.data());
      }
    }
    const double length = std::sqrt(DotOf(row.data(), row.data(), width));
    if (!(length > negligible * std::sqrt(longest))) continue;
    for (const double value : row) basis.push_back(value / length);
  }
}

}  // namespace headscope
