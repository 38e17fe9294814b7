// Lower triangles L of doubles, as rows of a square [n, n], and what a preconditioner asks of them.
// Each sum in one ascending order, each product and each addition rounded. On the calling thread.
#pragma once

#include <cstddef>
#include <span>

namespace headscope {

// The lower half of a symmetric positive definite M becomes L, M = L L^T, and the upper half, which
// is not looked at, zero: Cholesky, row by row (Golub & Van Loan 2013, section 4.2). A matrix that
// is barely definite must not end a fit: no pivot is below 1e-6.
void FactoriseSymmetric(size_t n, double* matrix);

// `inverse` = L^-1, zero above the diagonal; not in place.
void InvertTriangle(size_t n, const double* triangle, double* inverse);

// L itself or L^T.
enum class TriangleForm { kPlain, kTransposed };

// Every row x [n] of those that `rows` points to becomes L x or L^T x; finite numbers, as some of
// what is above L's diagonal, where zeros must lie, is read. Memory: the rows twice.
void MultiplyTriangle(size_t n, const double* triangle, TriangleForm form,
                      std::span<double* const> rows);

}  // namespace headscope
