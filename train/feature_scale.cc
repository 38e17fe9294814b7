#include "train/feature_scale.h"

#include <algorithm>
#include <cmath>

#include "model/ops/logarithm.h"

namespace headscope {
namespace {

constexpr double kLeastVariance = 1e-4;   // of logarithms: a hundredth of a weight
constexpr size_t kColumnsPerThread = 16;  // a cache line: threads do not share them

// visit(r, f, place among moments) for what is something, row by row: every mean is one chain.
template <typename Visit>
void VisitCells(ConstMatrix u, std::span<const uint32_t> kinds, size_t begin, size_t end,
                const Visit& visit) {
  for (size_t r = 0; r < u.rows; ++r) {
    for (size_t f = begin; f < end; ++f) {
      if (u(r, f) != FeatureScale::kNothing) visit(r, f, kinds[r] * u.cols + f);
    }
  }
}

}  // namespace

void FeatureScale::Forward(ThreadPool& pool, ConstMatrix u, std::span<const uint32_t> kinds,
                           size_t num_kinds, Matrix x) {
  moments_.assign(num_kinds * u.cols, {});
  pool.ParallelFor(u.cols, kColumnsPerThread, [&](size_t begin, size_t end, size_t) {
    // 0 where there is nothing, at last: 1 has the logarithm 0.
    for (size_t r = 0; r < u.rows; ++r) std::fill(x.Row(r) + begin, x.Row(r) + end, 1.0f);
    const auto each_moment = [&](const auto& change) {
      for (size_t at = 0; at < moments_.size(); at += u.cols) {
        for (size_t f = begin; f < end; ++f) change(moments_[at + f]);
      }
    };
    VisitCells(u, kinds, begin, end, [&](size_t r, size_t f, size_t at) {
      moments_[at].count += 1.0;
      moments_[at].mean += static_cast<double>(u(r, f));
    });
    each_moment([](Moments& m) {
      m.share = m.count > 0.0 ? 1.0 / m.count : 0.0;
      m.mean *= m.share;
      m.rate = 1.0 / (m.mean + kLeastMean);
    });
    VisitCells(u, kinds, begin, end, [&](size_t r, size_t f, size_t at) {
      x(r, f) = static_cast<float>(static_cast<double>(u(r, f)) * moments_[at].rate + least_share_);
    });
    const Matrix logs = x.ColumnRange(begin, end);
    TakeLog(logs, logs);
    VisitCells(u, kinds, begin, end, [&](size_t r, size_t f, size_t at) {
      const auto z = static_cast<double>(x(r, f));
      moments_[at].mean_log += z;
      moments_[at].of_logs += z * z;
    });
    each_moment([](Moments& m) {
      m.mean_log *= m.share;
      const double variance = std::max(0.0, m.of_logs * m.share - m.mean_log * m.mean_log);
      m.of_logs = 1.0 / std::sqrt(variance + kLeastVariance);
    });
    VisitCells(u, kinds, begin, end, [&](size_t r, size_t f, size_t at) {
      const Moments& m = moments_[at];
      x(r, f) = static_cast<float>((static_cast<double>(x(r, f)) - m.mean_log) * m.of_logs);
    });
  });
}

// dz = (dx - mean(dx) - x mean(dx x)) / sqrt(…),  dv = dz / (v + s),
// du = (dv - mean(dv v)) / (mean(u) + 1e-20).
void FeatureScale::Backward(ThreadPool& pool, ConstMatrix u, std::span<const uint32_t> kinds,
                            ConstMatrix x, ConstMatrix dx, Matrix du) const {
  struct Means {
    double of_dx = 0.0, of_dx_x = 0.0, of_dv_v = 0.0;
  };
  std::vector<Means> means(moments_.size());
  pool.ParallelFor(u.cols, kColumnsPerThread, [&](size_t begin, size_t end, size_t) {
    VisitCells(u, kinds, begin, end, [&](size_t r, size_t f, size_t at) {
      const double share = moments_[at].share, slope = static_cast<double>(dx(r, f));
      means[at].of_dx += share * slope;
      means[at].of_dx_x += share * slope * static_cast<double>(x(r, f));
    });
    VisitCells(u, kinds, begin, end, [&](size_t r, size_t f, size_t at) {
      const Moments& m = moments_[at];
      const double v = static_cast<double>(u(r, f)) * m.rate;
      const double dz = m.of_logs * (static_cast<double>(dx(r, f)) - means[at].of_dx -
                                     static_cast<double>(x(r, f)) * means[at].of_dx_x);
      const double dv = dz / (v + least_share_);
      means[at].of_dv_v += m.share * dv * v;
      du(r, f) = static_cast<float>(dv);
    });
    VisitCells(u, kinds, begin, end, [&](size_t r, size_t f, size_t at) {
      du(r, f) = static_cast<float>((static_cast<double>(du(r, f)) - means[at].of_dv_v) *
                                    moments_[at].rate);
    });
  });
}

}  // namespace headscope
