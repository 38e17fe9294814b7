// Eigenvalues and eigenvectors of small symmetric matrices by Jacobi's rotations: no LAPACK, so the
// same bits everywhere.
#pragma once

#include <cstddef>
#include <vector>

namespace headscope {

struct SymmetricEigen {
  std::vector<double> values;   // [n] descending
  std::vector<double> vectors;  // [n, n] row k belongs to values[k]; its largest entry is positive
};

// matrix [n, n] symmetric. Cyclic Jacobi (Golub & Van Loan 2013, algorithm 8.5.3) until what is off
// the diagonal is below 1e-15 of the whole. O(n^3) for each of some ten sweeps.
SymmetricEigen EigenOfSymmetric(std::vector<double> matrix, size_t n);

}  // namespace headscope
