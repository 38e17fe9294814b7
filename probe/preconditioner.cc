#include "probe/preconditioner.h"

#include <algorithm>
#include <cmath>

namespace headscope {
namespace {

constexpr size_t kMostRows = 8192;

// Sums that are made side by side: as many chains of additions as hide their latency.
constexpr size_t kTogether = 8;

// sums[r] = sum_j weights[j] x[j][r] over j = begin … end - 1, each in this order. Written out: an
// array of sums would lie in memory (4.7 ms where this takes 1.5: 35 rows of 512).
void WeighColumns(const double* weights, const double* x, size_t begin, size_t end, double* sums) {
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
  for (size_t j = begin; j < end; ++j) {
    const double weight = weights[j];
    const double* const at = x + j * kTogether;
    s0 += weight * at[0];
    s1 += weight * at[1];
    s2 += weight * at[2];
    s3 += weight * at[3];
    s4 += weight * at[4];
    s5 += weight * at[5];
    s6 += weight * at[6];
    s7 += weight * at[7];
  }
  const double all[kTogether] = {s0, s1, s2, s3, s4, s5, s6, s7};
  std::copy_n(all, kTogether, sums);
}

// x[j][r] = rows[r][j] and back, of `count` rows of the width.
void TakeRows(const double* rows, size_t count, size_t width, double* x) {
  for (size_t r = 0; r < count; ++r) {
    for (size_t j = 0; j < width; ++j) x[j * kTogether + r] = rows[r * width + j];
  }
}
void PutRows(const double* x, size_t count, size_t width, double* rows) {
  for (size_t r = 0; r < count; ++r) {
    for (size_t j = 0; j < width; ++j) rows[r * width + j] = x[j * kTogether + r];
  }
}

// Every row x of `rows` becomes T x, T a triangle [C, C]: without what stands above its diagonal or
// (upper) below it.
void MultiplyTriangle(const std::vector<double>& triangle, size_t width, bool upper,
                      std::span<double> rows) {
  std::vector<double> x(width * kTogether), y(width * kTogether);
  const size_t num_rows = rows.size() / width;
  for (size_t begin = 0; begin < num_rows; begin += kTogether) {
    const size_t count = std::min(kTogether, num_rows - begin);
    double* const block = rows.data() + begin * width;
    TakeRows(block, count, width, x.data());
    for (size_t i = 0; i < width; ++i) {
      WeighColumns(triangle.data() + i * width, x.data(), upper ? i : 0, upper ? width : i + 1,
                   y.data() + i * kTogether);
    }
    PutRows(y.data(), count, width, block);
  }
}

size_t SideOf(const std::vector<double>& square) {
  return static_cast<size_t>(std::sqrt(static_cast<double>(square.size())) + 0.5);
}

}  // namespace

std::vector<double> SecondMoments(Compute& compute, const ProbeRows& data) {
  const std::vector<uint32_t> rows = EvenlySpaced(data.rows, kMostRows);
  const size_t width = data.Width();
  RowBlock block;
  const ConstMatrix x =
      block.Features(compute, {data.features, data.labels, rows, data.pairs}, 0, rows.size());
  AlignedBuffer<float> products(width * width);
  Gemm(compute, GemmForm::kTN, x, x, Matrix(products.data(), width, width));
  std::vector<double> moments;
  for (size_t i = 0; i < width * width; ++i) {
    moments.push_back(static_cast<double>(products.data()[i]) / static_cast<double>(rows.size()));
  }
  return moments;
}

Preconditioner::Preconditioner(std::vector<double> moments, double ridge)
    : width_(SideOf(moments)),
      lower_(std::move(moments)),
      inverse_(width_ * width_),
      inverse_transposed_(width_ * width_) {
  for (size_t i = 0; i < width_; ++i) lower_[i * width_ + i] += ridge;
  Factorise();
  Invert();
}

// Cholesky, row by row (Golub & Van Loan 2013, section 4.2), several rows side by side.
void Preconditioner::Factorise() {
  std::vector<double> x(width_ * kTogether);
  double sums[kTogether];
  for (size_t begin = 0; begin < width_; begin += kTogether) {
    const size_t count = std::min(kTogether, width_ - begin);
    TakeRows(lower_.data() + begin * width_, count, width_, x.data());
    for (size_t j = 0; j < begin + count; ++j) {
      WeighColumns(lower_.data() + j * width_, x.data(), 0, j, sums);
      for (size_t i = std::max(begin, j); i < begin + count; ++i) {
        double& entry = x[j * kTogether + i - begin];
        entry -= sums[i - begin];
        // Rounding of a matrix that is barely definite must not end the fit.
        if (i == j) {
          entry = std::sqrt(std::max(entry, 1e-12));
        } else {
          entry /= lower_[j * width_ + j];
        }
        lower_[i * width_ + j] = entry;
      }
    }
    for (size_t i = begin; i < begin + count; ++i) {
      std::fill_n(lower_.begin() + static_cast<std::ptrdiff_t>(i * width_ + i + 1), width_ - i - 1,
                  0.0);
    }
  }
}

// Several columns of L^-1 side by side: x_i = (e_i - sum_{j < i} L_ij x_j) / L_ii.
void Preconditioner::Invert() {
  std::vector<double> x(width_ * kTogether);
  double sums[kTogether];
  for (size_t begin = 0; begin < width_; begin += kTogether) {
    const size_t count = std::min(kTogether, width_ - begin);
    std::fill(x.begin(), x.end(), 0.0);
    for (size_t i = begin; i < width_; ++i) {
      const double* l = lower_.data() + i * width_;
      WeighColumns(l, x.data(), begin, i, sums);
      for (size_t r = 0; r < count; ++r) {
        const double entry = ((i == begin + r ? 1.0 : 0.0) - sums[r]) / l[i];
        x[i * kTogether + r] = inverse_[i * width_ + begin + r] = entry;
      }
    }
    PutRows(x.data(), count, width_, inverse_transposed_.data() + begin * width_);
  }
}

void Preconditioner::ToWeights(std::span<double> rows) const {
  MultiplyTriangle(inverse_transposed_, width_, true, rows);
}

void Preconditioner::FromWeights(std::span<double> rows) const {
  std::vector<double> transposed(width_ * width_);
  for (size_t i = 0; i < width_; ++i) {
    for (size_t j = 0; j <= i; ++j) transposed[j * width_ + i] = lower_[i * width_ + j];
  }
  MultiplyTriangle(transposed, width_, true, rows);
}

void Preconditioner::ToGradient(std::span<double> rows) const {
  MultiplyTriangle(inverse_, width_, false, rows);
}

}  // namespace headscope
