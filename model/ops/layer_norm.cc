#include "model/ops/layer_norm.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/layer_norm.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/virtual_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

void LayerNormRows(ConstMatrix x, const float* gamma, const float* beta, float epsilon, Matrix y,
                   float* means, float* rstds) {
  const LaneTag d;
  const size_t cols = x.cols;
  const float count = static_cast<float>(cols);
  for (size_t i = 0; i < x.rows; ++i) {
    const float* row = x.Row(i);
    float* out = y.Row(i);
    LaneAccumulators sums(0.0f);
    ForEachVector(cols, [&](auto k, size_t j, auto part) HEADSCOPE_KERNEL {
      sums.v[k] = hn::Add(sums.v[k], Load(part, row + j));
    });
    means[i] = Reduce(sums, AddLanes()) / count;

    const LaneVector mean = hn::Set(d, means[i]);
    LaneAccumulators squares(0.0f);
    ForEachVector(cols, [&](auto k, size_t j, auto part) HEADSCOPE_KERNEL {
      const LaneVector centred = ZeroOutside(part, hn::Sub(Load(part, row + j), mean));
      squares.v[k] = hn::MulAdd(centred, centred, squares.v[k]);
    });
    const float variance = Reduce(squares, AddLanes()) / count;
    rstds[i] = 1.0f / std::sqrt(variance + epsilon);

    const LaneVector rstd = hn::Set(d, rstds[i]);
    ForEachVector(cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      const LaneVector xhat = hn::Mul(hn::Sub(Load(part, row + j), mean), rstd);
      Store(part, hn::MulAdd(Load(part, gamma + j), xhat, Load(part, beta + j)), out + j);
    });
  }
}

// dgamma and dbeta of the columns of the views.
void LayerNormBackwardColumns(ConstMatrix dy, ConstMatrix x, const float* mean, const float* rstd,
                              float* dgamma, float* dbeta) {
  const LaneTag d;
  for (size_t i = 0; i < dy.rows; ++i) {
    const LaneVector m = hn::Set(d, mean[i]);
    const LaneVector r = hn::Set(d, rstd[i]);
    ForEachVector(dy.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      const LaneVector g = Load(part, dy.Row(i) + j);
      const LaneVector xhat = hn::Mul(hn::Sub(Load(part, x.Row(i) + j), m), r);
      Store(part, hn::MulAdd(g, xhat, Load(part, dgamma + j)), dgamma + j);
      Store(part, hn::Add(Load(part, dbeta + j), g), dbeta + j);
    });
  }
}

void LayerNormBackwardRows(ConstMatrix dy, ConstMatrix x, const float* gamma, const float* mean,
                           const float* rstd, Matrix dx) {
  const LaneTag d;
  const size_t cols = x.cols;
  const float count = static_cast<float>(cols);
  for (size_t i = 0; i < x.rows; ++i) {
    const LaneVector m = hn::Set(d, mean[i]);
    const LaneVector r = hn::Set(d, rstd[i]);
    LaneAccumulators sums(0.0f);      // of g
    LaneAccumulators products(0.0f);  // of g * xhat
    ForEachVector(cols, [&](auto k, size_t j, auto part) HEADSCOPE_KERNEL {
      const LaneVector g = hn::Mul(Load(part, gamma + j), Load(part, dy.Row(i) + j));
      const LaneVector xhat = ZeroOutside(part, hn::Mul(hn::Sub(Load(part, x.Row(i) + j), m), r));
      sums.v[k] = hn::Add(sums.v[k], g);
      products.v[k] = hn::MulAdd(g, xhat, products.v[k]);
    });
    const LaneVector mean_g = hn::Set(d, Reduce(sums, AddLanes()) / count);
    const LaneVector mean_gx = hn::Set(d, Reduce(products, AddLanes()) / count);
    ForEachVector(cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      const LaneVector g = hn::Mul(Load(part, gamma + j), Load(part, dy.Row(i) + j));
      const LaneVector xhat = hn::Mul(hn::Sub(Load(part, x.Row(i) + j), m), r);
      const LaneVector centred = hn::NegMulAdd(xhat, mean_gx, hn::Sub(g, mean_g));
      Store(part, hn::Mul(r, centred), dx.Row(i) + j);
    });
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(LayerNormRows);
HWY_EXPORT(LayerNormBackwardColumns);
HWY_EXPORT(LayerNormBackwardRows);

void LayerNormForward(ThreadPool& pool, ConstMatrix x, const float* gamma, const float* beta,
                      float epsilon, Matrix y, float* mean, float* rstd) {
  assert(y.rows == x.rows && y.cols == x.cols);
  pool.ParallelFor(x.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(LayerNormRows)
    (x.RowRange(begin, end), gamma, beta, epsilon, y.RowRange(begin, end), mean + begin,
     rstd + begin);
  });
}

void LayerNormBackward(ThreadPool& pool, ConstMatrix dy, ConstMatrix x, const float* gamma,
                       const float* mean, const float* rstd, Matrix dx, float* dgamma,
                       float* dbeta) {
  assert(dy.rows == x.rows && dy.cols == x.cols && dx.rows == x.rows && dx.cols == x.cols);
  // The columns first: dx may overwrite dy.
  pool.ParallelFor(x.cols, 16, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(LayerNormBackwardColumns)
    (dy.ColumnRange(begin, end), x.ColumnRange(begin, end), mean, rstd, dgamma + begin,
     dbeta + begin);
  });
  pool.ParallelFor(x.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(LayerNormBackwardRows)
    (dy.RowRange(begin, end), x.RowRange(begin, end), gamma, mean + begin, rstd + begin,
     dx.RowRange(begin, end));
  });
}

}  // namespace headscope
#endif  // HWY_ONCE
