// How every operation walks along a row: in 16 virtual lanes, column j in lane j mod 16, whatever
// the width of the hardware's vectors (4 on NEON, 2 on AVX2, 1 on AVX-512). A reduction keeps 16
// partial results and combines them in one fixed tree (8-4-2-1), so that its bits do not depend on
// the target (law L1).

#if defined(HEADSCOPE_VIRTUAL_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSCOPE_VIRTUAL_LANES_INL_H_
#undef HEADSCOPE_VIRTUAL_LANES_INL_H_
#else
#define HEADSCOPE_VIRTUAL_LANES_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

// After the parameters of a lambda that handles vectors: compiled for the target, and certainly
// inlined (g++ keeps accumulators in registers only then).
#undef HEADSCOPE_KERNEL
#define HEADSCOPE_KERNEL HWY_ATTR __attribute__((always_inline))

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using LaneTag = hn::CappedTag<float, 16>;
using LaneVector = hn::Vec<LaneTag>;
inline constexpr size_t kLanes = 16;
inline constexpr size_t kVectorLanes = hn::MaxLanes(LaneTag());
inline constexpr size_t kVectors = kLanes / kVectorLanes;

// Which lanes of a vector belong to the row: all, or the first `count` at its end.
struct WholeVector {};
struct PartVector {
  size_t count;
};

HWY_INLINE LaneVector Load(WholeVector, const float* from) { return hn::LoadU(LaneTag(), from); }
HWY_INLINE void Store(WholeVector, LaneVector v, float* to) { hn::StoreU(v, LaneTag(), to); }
HWY_INLINE LaneVector ZeroOutside(WholeVector, LaneVector v) { return v; }
HWY_INLINE LaneVector ElseOutside(WholeVector, LaneVector v, LaneVector) { return v; }

// Part vectors load zeros beyond the row and touch no memory there.
HWY_INLINE LaneVector Load(PartVector part, const float* from) {
  const LaneTag d;
#if HWY_ARCH_X86
  return hn::MaskedLoad(hn::FirstN(d, part.count), d, from);
#else
  HWY_ALIGN float lanes[kVectorLanes] = {};
  std::memcpy(lanes, from, part.count * sizeof(float));
  return hn::Load(d, lanes);
#endif
}
#if HWY_TARGET == HWY_SCALAR
// One lane is never a part.
HWY_INLINE void Store(PartVector, LaneVector v, float* to) { hn::Store(v, LaneTag(), to); }
#elif HWY_TARGET <= HWY_AVX3
HWY_INLINE void Store(PartVector part, LaneVector v, float* to) {
  const LaneTag d;
  hn::BlendedStore(v, hn::FirstN(d, part.count), d, to);
}
#else
// The first `count` lanes, fewer than all: half, quarter, … as count's bits say. AVX2's masked
// store takes some 20 cycles on AMD.
template <class D>
HWY_INLINE void StoreFirst(D d, hn::Vec<D> v, float* to, size_t count) {
  if constexpr (hn::MaxLanes(d) > 1) {
    const hn::Half<D> half;
    constexpr size_t kHalf = hn::MaxLanes(half);
    if (count >= kHalf) {
      hn::StoreU(hn::LowerHalf(half, v), half, to);
      StoreFirst(half, hn::UpperHalf(half, v), to + kHalf, count - kHalf);
    } else {
      StoreFirst(half, hn::LowerHalf(half, v), to, count);
    }
  }
}
HWY_INLINE void Store(PartVector part, LaneVector v, float* to) {
  StoreFirst(LaneTag(), v, to, part.count);
}
#endif
HWY_INLINE LaneVector ZeroOutside(PartVector part, LaneVector v) {
  return hn::IfThenElseZero(hn::FirstN(LaneTag(), part.count), v);
}
HWY_INLINE LaneVector ElseOutside(PartVector part, LaneVector v, LaneVector outside) {
  return hn::IfThenElse(hn::FirstN(LaneTag(), part.count), v, outside);
}

// body(k) for k = 0 … kVectors - 1, each a compile-time constant.
template <class Body, size_t... k>
HWY_INLINE void ForEachAccumulator(const Body& body, std::index_sequence<k...>) {
  (body(std::integral_constant<size_t, k>()), ...);
}
template <class Body>
HWY_INLINE void ForEachAccumulator(const Body& body) {
  ForEachAccumulator(body, std::make_index_sequence<kVectors>());
}

// body(k, j, part) for every vector of a row of n columns: its first column j, and the accumulator
// k it belongs to.
template <class Body>
HWY_INLINE void ForEachVector(size_t n, const Body& body) {
  size_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    ForEachAccumulator([&](auto k)
                           HEADSCOPE_KERNEL { body(k, j + k * kVectorLanes, WholeVector()); });
  }
  if (j == n) return;
  ForEachAccumulator([&](auto k) HEADSCOPE_KERNEL {
    const size_t column = j + k * kVectorLanes;
    if (column + kVectorLanes <= n) {
      body(k, column, WholeVector());
    } else if (column < n) {
      body(k, column, PartVector{n - column});
    }
  });
}

// 16 partial results.
struct LaneAccumulators {
  LaneVector v[kVectors];

  explicit HWY_INLINE LaneAccumulators(float value) {
    ForEachAccumulator([&](auto k) HEADSCOPE_KERNEL { v[k] = hn::Set(LaneTag(), value); });
  }
};

struct AddLanes {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::Add(a, b);
  }
};
// The larger, by an explicit comparison: a NaN in b is passed over, equal zeros keep a.
struct MaxLanes {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::IfThenElse(hn::Lt(a, b), b, a);
  }
};

// The lower half of the lanes with the upper half, until one is left.
template <class D, class Combine>
HWY_INLINE float ReduceVector(D d, hn::Vec<D> v, [[maybe_unused]] const Combine& combine) {
  if constexpr (hn::MaxLanes(d) == 1) {
    return hn::GetLane(v);
  } else {
#if HWY_TARGET != HWY_SCALAR
    const hn::Half<D> half;
    return ReduceVector(half, combine(hn::LowerHalf(half, v), hn::UpperHalf(half, v)), combine);
#else
    return 0.0f;
#endif
  }
}
template <size_t kHalf = kVectors / 2, class Combine>
HWY_INLINE float Reduce(LaneAccumulators lanes, const Combine& combine) {
  if constexpr (kHalf == 0) {
    return ReduceVector(LaneTag(), lanes.v[0], combine);
  } else {
    ForEachAccumulator([&](auto k) HEADSCOPE_KERNEL {
      if constexpr (k < kHalf) lanes.v[k] = combine(lanes.v[k], lanes.v[k + kHalf]);
    });
    return Reduce<kHalf / 2>(lanes, combine);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#endif  // HEADSCOPE_VIRTUAL_LANES_INL_H_
