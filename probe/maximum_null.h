// The best of many heads against the best that chance finds: the null distribution of the *maximum*
// (Westfall & Young 1993, single-step maxT).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/base/thread_pool.h"

namespace headscope {

struct MaximumNullOptions {
  size_t replicates = 1000;
  uint64_t seed = 1;
  uint32_t site = 0;  // separates the draws of different analyses
};

// One column (head) of a family.
struct FamilywiseTest {
  double statistic = 0.0;
  double p = 1.0;             // of this column alone
  double familywise_p = 1.0;  // against the maximum over columns
};

// differences [units, columns]: what column c is better by on unit u than the null it is paired
// with (its head's accuracy minus the offset's, on a sentence or a document). One-sided: is any
// column above its null? The statistic is sum_u d / sqrt(sum_u d^2); the null flips the sign of
// whole units, all columns together, so that columns stay as dependent as they are. p = (1 +
// replicates at least as large) / (1 + replicates). A column of zeros has the statistic 0. Result
// independent of the pool.
std::vector<FamilywiseTest> SignFlipMaximum(ThreadPool& pool, size_t num_columns,
                                            std::span<const double> differences,
                                            const MaximumNullOptions& options);

}  // namespace headscope
