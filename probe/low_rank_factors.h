// Matrices of low rank as two factors: U = A B with A [K, R] and B [R, C], kept as A row by row,
// then B row by row. All in double, each sum in one order.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace headscope {

struct LowRankShape {
  size_t rows, cols, rank;  // K, C, R
  size_t Size() const { return rank * (rows + cols); }
};

// Of the matrix of rank R that is nearest to U [K, C] (Eckart & Young 1936): with singular values s
// and vectors p, q, column r of A is sqrt(s_r) p_r and row r of B sqrt(s_r) q_r.
std::vector<double> FactorsOf(const LowRankShape& shape, std::span<const double> u);
// A B
std::vector<double> ProductOf(const LowRankShape& shape, std::span<const double> factors);
// dJ/dA = dJ/dU B^T and dJ/dB = A^T dJ/dU.
std::vector<double> FactorGradient(const LowRankShape& shape, std::span<const double> factors,
                                   std::span<const double> du);

}  // namespace headscope
