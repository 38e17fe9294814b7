#include "probe/preconditioner.h"

#include <algorithm>
#include <cmath>

namespace headscope {
namespace {

constexpr size_t kMostRows = 8192;

// y[0 … n - 1] += factor * x
void AddScaled(double factor, const double* x, size_t n, double* y) {
  for (size_t i = 0; i < n; ++i) y[i] += factor * x[i];
}

double Dot(const double* a, const double* b, size_t n) {
  double sum = 0.0;
  for (size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

size_t SideOf(const std::vector<double>& square) {
  return static_cast<size_t>(std::sqrt(static_cast<double>(square.size())) + 0.5);
}

}  // namespace

std::vector<double> SecondMoments(Compute& compute, const ProbeRows& data) {
  const size_t n = data.rows.size(), used = std::min(n, kMostRows), width = data.Width();
  std::vector<uint32_t> rows;
  for (size_t i = 0; i < used; ++i) rows.push_back(data.rows[i * n / used]);
  RowBlock block;
  const ConstMatrix x =
      block.Features(compute, {data.features, data.labels, rows, data.pairs}, 0, rows.size());
  AlignedBuffer<float> products(width * width);
  Gemm(compute, GemmForm::kTN, x, x, Matrix(products.data(), width, width));
  std::vector<double> moments;
  for (size_t i = 0; i < width * width; ++i) {
    moments.push_back(static_cast<double>(products.data()[i]) / static_cast<double>(used));
  }
  return moments;
}

Preconditioner::Preconditioner(std::vector<double> moments, double ridge)
    : width_(SideOf(moments)), lower_(std::move(moments)), inverse_(width_ * width_) {
  for (size_t i = 0; i < width_; ++i) lower_[i * width_ + i] += ridge;
  Factorise();
  Invert();
}

// Cholesky, row by row (Golub & Van Loan 2013, section 4.2).
void Preconditioner::Factorise() {
  for (size_t i = 0; i < width_; ++i) {
    double* row = lower_.data() + i * width_;
    for (size_t j = 0; j <= i; ++j) {
      const double* above = lower_.data() + j * width_;
      const double rest = row[j] - Dot(row, above, j);
      // Rounding of a matrix that is barely definite must not end the fit.
      row[j] = j == i ? std::sqrt(std::max(rest, 1e-12)) : rest / above[j];
    }
    std::fill(row + i + 1, row + width_, 0.0);
  }
}

// Row i of L^-1 = (e_i - sum_{j < i} L_ij row j) / L_ii.
void Preconditioner::Invert() {
  for (size_t i = 0; i < width_; ++i) {
    double* row = inverse_.data() + i * width_;
    const double* l = lower_.data() + i * width_;
    row[i] = 1.0;
    for (size_t j = 0; j < i; ++j) AddScaled(-l[j], inverse_.data() + j * width_, j + 1, row);
    for (size_t j = 0; j <= i; ++j) row[j] /= l[i];
  }
}

void Preconditioner::ToWeights(std::span<double> rows) const {
  std::vector<double> w(width_);
  for (size_t begin = 0; begin < rows.size(); begin += width_) {
    std::fill(w.begin(), w.end(), 0.0);
    for (size_t i = 0; i < width_; ++i) {
      AddScaled(rows[begin + i], inverse_.data() + i * width_, i + 1, w.data());
    }
    std::copy(w.begin(), w.end(), rows.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

void Preconditioner::FromWeights(std::span<double> rows) const {
  std::vector<double> u(width_);
  for (size_t begin = 0; begin < rows.size(); begin += width_) {
    std::fill(u.begin(), u.end(), 0.0);
    for (size_t i = 0; i < width_; ++i) {
      AddScaled(rows[begin + i], lower_.data() + i * width_, i + 1, u.data());
    }
    std::copy(u.begin(), u.end(), rows.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

void Preconditioner::ToGradient(std::span<double> rows) const {
  for (size_t begin = 0; begin < rows.size(); begin += width_) {
    double* row = rows.data() + begin;
    for (size_t i = width_; i-- > 0;) row[i] = Dot(inverse_.data() + i * width_, row, i + 1);
  }
}

}  // namespace headscope
