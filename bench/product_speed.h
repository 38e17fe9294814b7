// How fast a matrix product runs: ours, OpenBLAS's and oneDNN's in turn, beside the machine's roof.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/gemm_shapes.h"
#include "bench/measurement.h"
#include "bench/onednn.h"
#include "model/base/thread_pool.h"

namespace headscope {

// GFLOP/s of every repetition that was kept; the i-th of each are from the same repetition.
struct ProductSpeed {
  std::vector<double> roof, ours, openblas;
  std::vector<double> onednn;  // empty when it is not there
  size_t disturbed = 0;        // repetitions that were not kept

  bool WasMeasured() const { return !ours.empty(); }
  // Median ratio to OpenBLAS, to oneDNN, and the smaller of both: to the better library.
  double OverOpenBlas() const;
  double OverOneDnn() const;  // NaN when it is not there
  double OverBetter() const;
  double ShareOfRoof() const;
};

struct ProductSpeedOptions {
  size_t repetitions = 15;
  // WallSeconds; repetitions that waited for a processor more than 5% of their time are then
  // dropped, and after `attempts` times as many as wanted it stays with those there are. Or
  // ProcessCpuSeconds, which sees no other process, for one thread: nothing is dropped.
  Clock clock = WallSeconds;
  size_t attempts = 20;
  double seconds = 1e9;  // at most so long, once a repetition was kept
};

// `onednn` may be null. A repetition is a burst of each: a third of a millisecond, with several
// threads three milliseconds, or one product.
ProductSpeed MeasureProduct(const GemmShape& shape, ThreadPool& pool, const OneDnn* onednn,
                            const ProductSpeedOptions& options);

}  // namespace headscope
