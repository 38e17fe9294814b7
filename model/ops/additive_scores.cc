#include "model/ops/additive_scores.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/additive_scores.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/virtual_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

// Sixteen keys side by side, so many of their units at a time: lane j is key j, and a score is
// summed in its lane, unit after unit, as its formula says.
constexpr size_t kUnits = 64;
struct KeyTile {
  HWY_ALIGN float unit[kUnits][kLanes] = {};
  size_t num_keys, num_units;

  KeyTile(ConstMatrix k, size_t first_key, size_t first_unit)
      : num_keys(std::min(kLanes, k.rows - first_key)),
        num_units(std::min(kUnits, k.cols - first_unit)) {
    for (size_t j = 0; j < num_keys; ++j) {
      const float* from = k.Row(first_key + j) + first_unit;
      for (size_t r = 0; r < num_units; ++r) unit[r][j] = from[r];
    }
  }
};

// Adds the tile's units to the scores s [kRows, keys] of as many queries. v and q point at the
// tile's first unit.
template <size_t kRows>
HWY_INLINE void AddTile(const KeyTile& tile, const float* v, ConstMatrix q, Matrix s) {
  const LaneVector zero = hn::Zero(LaneTag());
  LaneVector sums[kRows][kVectors];
  const auto each_part = [&](const auto& body) HEADSCOPE_KERNEL {
    ForEachVector(tile.num_keys, [&](auto a, size_t j, auto part) HEADSCOPE_KERNEL {
      for (size_t i = 0; i < kRows; ++i) body(i, a, j, part);
    });
  };
  for (size_t i = 0; i < kRows; ++i) {
    ForEachAccumulator([&](auto a) HEADSCOPE_KERNEL { sums[i][a] = zero; });
  }
  each_part([&](size_t i, auto a, size_t j, auto part)
                HEADSCOPE_KERNEL { sums[i][a] = Load(part, s.Row(i) + j); });
  for (size_t r = 0; r < tile.num_units; ++r) {
    const LaneVector weight = hn::Set(LaneTag(), v[r]);
    ForEachAccumulator([&](auto a) HEADSCOPE_KERNEL {
      const LaneVector key = hn::Load(LaneTag(), tile.unit[r] + a * kVectorLanes);
      for (size_t i = 0; i < kRows; ++i) {
        const LaneVector x = hn::Add(hn::Set(LaneTag(), q(i, r)), key);
        sums[i][a] = hn::Add(sums[i][a], hn::IfThenElseZero(hn::Gt(x, zero), hn::Mul(weight, x)));
      }
    });
  }
  each_part([&](size_t i, auto a, size_t j, auto part)
                HEADSCOPE_KERNEL { Store(part, sums[i][a], s.Row(i) + j); });
}

void AddScores(ConstMatrix q, ConstMatrix k, const float* v, Matrix s) {
  for (size_t i = 0; i < s.rows; ++i) std::fill_n(s.Row(i), s.cols, 0.0f);
  for (size_t j = 0; j < k.rows; j += kLanes) {
    for (size_t r = 0; r < k.cols; r += kUnits) {
      const KeyTile tile(k, j, r);
      const ConstMatrix queries = q.ColumnRange(r, r + tile.num_units);
      const Matrix scores = s.ColumnRange(j, j + tile.num_keys);
      size_t i = 0;
      for (; i + 4 <= q.rows; i += 4) {
        AddTile<4>(tile, v + r, queries.RowRange(i, i + 4), scores.RowRange(i, i + 4));
      }
      for (; i < q.rows; ++i) {
        AddTile<1>(tile, v + r, queries.RowRange(i, i + 1), scores.RowRange(i, i + 1));
      }
    }
  }
}

// Unit by unit, a vector of them at a time: each sum takes its pairs in the order of the loops.
void AddGradients(ConstMatrix ds, ConstMatrix q, ConstMatrix k, const float* v, Matrix dq,
                  Matrix dk, float* dv) {
  const LaneVector zero = hn::Zero(LaneTag());
  for (size_t j = 0; j < dk.rows; ++j) std::fill_n(dk.Row(j), dk.cols, 0.0f);
  for (size_t i = 0; i < ds.rows; ++i) {
    ForEachVector(q.cols, [&](auto, size_t r, auto part) HEADSCOPE_KERNEL {
      const LaneVector query = Load(part, q.Row(i) + r);
      const LaneVector weight = Load(part, v + r);
      LaneVector dquery = zero;
      LaneVector dweight = Load(part, dv + r);
      for (size_t j = 0; j < ds.cols; ++j) {
        const LaneVector d = hn::Set(LaneTag(), ds(i, j));
        const LaneVector x = hn::Add(query, Load(part, k.Row(j) + r));
        const auto is_on = hn::Gt(x, zero);
        const LaneVector dx = hn::IfThenElseZero(is_on, hn::Mul(d, weight));
        dweight = hn::Add(dweight, hn::IfThenElseZero(is_on, hn::Mul(d, x)));
        dquery = hn::Add(dquery, dx);
        Store(part, hn::Add(Load(part, dk.Row(j) + r), dx), dk.Row(j) + r);
      }
      Store(part, dquery, dq.Row(i) + r);
      Store(part, dweight, dv + r);
    });
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(AddScores);
HWY_EXPORT(AddGradients);

void AdditiveScoresForward(ConstMatrix q, ConstMatrix k, const float* v, Matrix s) {
  assert(s.rows == q.rows && s.cols == k.rows && q.cols == k.cols);
  HWY_DYNAMIC_DISPATCH(AddScores)(q, k, v, s);
}

void AdditiveScoresBackward(ConstMatrix ds, ConstMatrix q, ConstMatrix k, const float* v, Matrix dq,
                            Matrix dk, float* dv) {
  assert(ds.rows == q.rows && ds.cols == k.rows && q.cols == k.cols);
  assert(dq.rows == q.rows && dk.rows == k.rows && dq.cols == q.cols && dk.cols == k.cols);
  HWY_DYNAMIC_DISPATCH(AddGradients)(ds, q, k, v, dq, dk, dv);
}

}  // namespace headscope
#endif  // HWY_ONCE
