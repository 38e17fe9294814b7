#include "probe/preconditioner.h"

#include <cmath>

#include "model/ops/triangle.h"

namespace headscope {
namespace {

constexpr size_t kMostRows = 8192;

size_t SideOf(const std::vector<double>& square) {
  return static_cast<size_t>(std::sqrt(static_cast<double>(square.size())) + 0.5);
}

// Of a lower triangle [n, n].
std::vector<double> Transposed(const std::vector<double>& lower, size_t n) {
  std::vector<double> transposed(n * n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) transposed[j * n + i] = lower[i * n + j];
  }
  return transposed;
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
    : width_(SideOf(moments)), lower_(std::move(moments)), inverse_(width_ * width_) {
  for (size_t i = 0; i < width_; ++i) lower_[i * width_ + i] += ridge;
  FactoriseSymmetric(width_, lower_.data());
  InvertTriangle(width_, lower_.data(), inverse_.data());
  inverse_transposed_ = Transposed(inverse_, width_);
}

void Preconditioner::ToWeights(std::span<double> rows) const {
  MultiplyTriangle(width_, inverse_transposed_.data(), Half::kUpper, rows);
}

void Preconditioner::FromWeights(std::span<double> rows) const {
  MultiplyTriangle(width_, Transposed(lower_, width_).data(), Half::kUpper, rows);
}

void Preconditioner::ToGradient(std::span<double> rows) const {
  MultiplyTriangle(width_, inverse_.data(), Half::kLower, rows);
}

}  // namespace headscope
