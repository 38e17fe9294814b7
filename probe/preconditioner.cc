#include "probe/preconditioner.h"

#include <cmath>

#include "model/ops/triangle.h"

namespace headscope {
namespace {

constexpr size_t kMostRows = 8192;

size_t SideOf(const std::vector<double>& square) {
  return static_cast<size_t>(std::sqrt(static_cast<double>(square.size())) + 0.5);
}

std::vector<double*> RowsOf(Preconditioner::RowsOfFits fits, size_t width) {
  std::vector<double*> rows;
  for (const std::span<double> fit : fits) {
    for (size_t k = 0; k < fit.size(); k += width) rows.push_back(fit.data() + k);
  }
  return rows;
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
}

void Preconditioner::ToWeights(RowsOfFits rows) const {
  MultiplyTriangle(width_, inverse_.data(), TriangleForm::kTransposed, RowsOf(rows, width_));
}

void Preconditioner::FromWeights(RowsOfFits rows) const {
  MultiplyTriangle(width_, lower_.data(), TriangleForm::kTransposed, RowsOf(rows, width_));
}

void Preconditioner::ToGradient(RowsOfFits rows) const {
  MultiplyTriangle(width_, inverse_.data(), TriangleForm::kPlain, RowsOf(rows, width_));
}

}  // namespace headscope
