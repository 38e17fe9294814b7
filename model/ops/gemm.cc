#include "model/ops/gemm.h"

#include <algorithm>
#include <cassert>
#include <cstddef>

#include "model/ops/elementwise.h"
#include "model/ops/gemm_kernel.h"
#include "model/ops/gemm_openblas.h"
#include "model/ops/gemm_packing.h"

namespace headscope {
namespace {

size_t DivCeil(size_t a, size_t b) { return (a + b - 1) / b; }

struct Product {
  GemmOperand a;  // [m, k]
  GemmOperand b;  // [k, n]
  size_t m, n, k;
};

Product MakeProduct(GemmForm form, ConstMatrix a, ConstMatrix b, Matrix c) {
  Product p{};
  p.m = c.rows;
  p.n = c.cols;
  p.k = form == GemmForm::kTN ? a.rows : a.cols;
  assert((form == GemmForm::kTN ? a.cols : a.rows) == p.m);
  assert((form == GemmForm::kNT ? b.rows : b.cols) == p.n);
  assert((form == GemmForm::kNT ? b.cols : b.rows) == p.k);
  p.a = form == GemmForm::kTN ? GemmOperand{a.data, 1, a.stride} : GemmOperand{a.data, a.stride, 1};
  p.b = form == GemmForm::kNT ? GemmOperand{b.data, 1, b.stride} : GemmOperand{b.data, b.stride, 1};
  return p;
}

// True when nothing is left to multiply; C is then already what it should be.
bool IsTrivial(const Product& p, Matrix c, GemmOutput output) {
  if (p.m == 0 || p.n == 0) return true;
  if (p.k != 0) return false;
  if (output == GemmOutput::kWrite) {
    for (size_t i = 0; i < c.rows; ++i) std::fill_n(c.Row(i), c.cols, 0.0f);
  }
  return true;
}

Matrix Part(Matrix c, size_t row, size_t rows, size_t col, size_t cols) {
  return Matrix(c.data + row * c.stride + col, rows, cols, c.stride);
}

size_t RoundUp(size_t a, size_t grain) { return DivCeil(a, grain) * grain; }

// Cache blocking. A block of A, packed, stays in L2 while the panels of B go by; a panel of B
// streams from L2 once for every strip of A. The longer the chains that stay in registers, the
// less C is loaded and stored. No choice here can change a bit of the result.
constexpr size_t kBlockK = 1024;
constexpr size_t kBlockKOfColumns = 512;      // A^T: the shorter, the longer its rows' pieces are
constexpr size_t kLeftFloats = 96 * 1024;     // of a packed block of A
constexpr size_t kRightFloats = 1024 * 1024;  // of a packed block of B
constexpr size_t kGroupFloats = 128 * 1024;   // of the panels of B that are packed at once

struct Blocking {
  size_t m, n, k;  // extents of a block
  size_t group;    // columns of B that are packed at once
  // Whether panels of B serve several blocks of A and are kept, all those of a block of B.
  bool keeps_panels;
};

// Blocks of nearly equal extents.
size_t EvenBlock(size_t extent, size_t most, size_t grain) {
  return RoundUp(DivCeil(extent, DivCeil(extent, most)), grain);
}

Blocking ChooseBlocking(GemmTile tile, const Product& p) {
  constexpr size_t kLine = 16;
  Blocking blocking{};
  blocking.k = EvenBlock(p.k, p.a.row_step == 1 ? kBlockKOfColumns : kBlockK, kLine);
  blocking.m = EvenBlock(p.m, std::max(tile.rows, kLeftFloats / blocking.k), tile.rows);
  // Rows of B that lie in memory one after another are read in long pieces, columns one panel at a
  // time.
  blocking.group = tile.cols;
  if (p.b.col_step == 1) {
    blocking.group = std::max<size_t>(1, kGroupFloats / blocking.k / tile.cols) * tile.cols;
  }
  blocking.keeps_panels = blocking.m < p.m;
  blocking.n = blocking.keeps_panels
                   ? EvenBlock(p.n, std::max(blocking.group, kRightFloats / blocking.k), tile.cols)
                   : p.n;
  return blocking;
}

// C = A B or C += A B on the calling thread, both operands packed.
class PackedProduct {
 public:
  PackedProduct(AlignedBuffer<float>& scratch, const Product& p, Matrix c, bool accumulate,
                const float* bias)
      : tile_(ActiveGemmTile()),
        blocking_(ChooseBlocking(tile_, p)),
        p_(p),
        c_(c),
        accumulate_(accumulate),
        bias_(bias) {
    const size_t left = RoundUp(PackedLeftSize(tile_, std::min(p.m, blocking_.m), blocking_.k), 16);
    const size_t columns = blocking_.keeps_panels ? blocking_.n : blocking_.group;
    const size_t panels = DivCeil(std::min(p.n, columns), tile_.cols);
    scratch.EnsureSize(left + panels * PackedPanelSize(tile_, blocking_.k));
    packed_left_ = scratch.data();
    packed_right_ = scratch.data() + left;
  }

  void Multiply() const {
    for (size_t j = 0; j < p_.n; j += blocking_.n) {
      for (size_t k = 0; k < p_.k; k += blocking_.k) {
        for (size_t i = 0; i < p_.m; i += blocking_.m) MultiplyRows(i, j, k);
      }
    }
  }

 private:
  // The rows of C that one block of A has, all columns of a block of B: group after group of
  // panels, each packed when it is first met.
  void MultiplyRows(size_t i, size_t j, size_t k) const {
    const size_t rows = std::min(blocking_.m, p_.m - i), depth = std::min(blocking_.k, p_.k - k);
    const GemmLeft left = Left(p_.a.At(i, k), rows, depth);
    const float* const bias = k + depth == p_.k ? bias_ : nullptr;
    const size_t end = std::min(p_.n, j + blocking_.n);
    float* panels = packed_right_;
    for (size_t col = j; col < end; col += blocking_.group) {
      const size_t cols = std::min(blocking_.group, end - col);
      if (i == 0) PackRight(tile_, p_.b.At(k, col), depth, cols, panels);
      MultiplyBlock(left, PackedRight(tile_, depth, panels), depth, Part(c_, i, rows, col, cols),
                    accumulate_ || k != 0, bias == nullptr ? nullptr : bias + col,
                    NextPanels(k, col + cols, end, depth));
      if (blocking_.keeps_panels) panels += cols / tile_.cols * PackedPanelSize(tile_, depth);
    }
  }

  // A is read where it lies if that happens so few times that a copy costs more than it saves: 95
  // instead of 92% of the roof on 1024x256x256 NN. Not rows that are multiples of 2 KiB apart: they
  // drive each other out of L1.
  GemmLeft Left(GemmOperand a, size_t rows, size_t depth) const {
    constexpr size_t kFewColumns = 256, kAliasing = 512;
    if (a.col_step == 1 && a.row_step % kAliasing != 0 && p_.n <= kFewColumns) {
      return {a.data, tile_.rows * a.row_step, a.row_step, false};
    }
    return PackLeft(tile_, a, rows, depth, packed_left_);
  }

  // What is packed next. Where panels serve one block of A only, waiting for memory shows: 78 to
  // 82% of the roof on 153x8192x256 NT. Elsewhere asking ahead costs as much as it saves.
  GemmAhead NextPanels(size_t k, size_t col, size_t end, size_t depth) const {
    if (blocking_.keeps_panels || col >= end) return {};
    return p_.b.At(k, col).Ahead(depth, std::min(blocking_.group, end - col));
  }

  GemmTile tile_;
  Blocking blocking_;
  Product p_;
  Matrix c_;
  bool accumulate_;
  const float* bias_;
  float* packed_left_;
  float* packed_right_;
};

// C = A B or C += A B on the calling thread.
void MultiplyAlone(AlignedBuffer<float>& scratch, const Product& p, Matrix c, GemmOutput output,
                   const float* bias) {
  const bool accumulate = output == GemmOutput::kAccumulate;
  if (std::max({p.m, p.n, p.k}) <= kGemmSmall) {
    scratch.EnsureSize(kGemmSmallScratch);
    MultiplySmall(p.a, p.b, p.k, c, accumulate, bias, scratch.data());
  } else {
    PackedProduct(scratch, p, c, accumulate, bias).Multiply();
  }
}

// How the threads share C: a grid of row ranges x column ranges, in whole tiles.
struct ThreadGrid {
  size_t rows = 1;
  size_t cols = 1;
};

// The grid whose busiest thread has the least to do. Every thread packs for itself, which costs as
// much per element as some multiplications.
ThreadGrid ChooseGrid(GemmTile tile, size_t threads, size_t m, size_t n) {
  constexpr size_t kPacking = 8;
  ThreadGrid best;
  size_t least = static_cast<size_t>(-1);
  for (size_t rows = threads; rows >= 1; --rows) {
    const size_t cols = threads / rows;
    const size_t height = DivCeil(DivCeil(m, tile.rows), rows) * tile.rows;
    const size_t width = DivCeil(DivCeil(n, tile.cols), cols) * tile.cols;
    const size_t load = height * width + kPacking * (height + width);
    if (load < least) {
      least = load;
      best = {rows, cols};
    }
  }
  return best;
}

struct Range {
  size_t begin;
  size_t end;
};

// The part-th of `parts` nearly equal ranges of [0, count), cut at multiples of `grain`.
Range Split(size_t count, size_t grain, size_t part, size_t parts) {
  const size_t blocks = DivCeil(count, grain);
  return {std::min(count, blocks * part / parts * grain),
          std::min(count, blocks * (part + 1) / parts * grain)};
}

// Every thread its own part of C: they meet once, at the end.
void MultiplyTogether(Compute& compute, const Product& p, Matrix c, GemmOutput output,
                      const float* bias) {
  const GemmTile tile = ActiveGemmTile();
  const ThreadGrid grid = ChooseGrid(tile, compute.Pool().NumThreads(), p.m, p.n);
  compute.Pool().Run([&](size_t thread) {
    if (thread >= grid.rows * grid.cols) return;
    const Range m = Split(p.m, tile.rows, thread % grid.rows, grid.rows);
    const Range n = Split(p.n, tile.cols, thread / grid.rows, grid.cols);
    if (m.begin == m.end || n.begin == n.end) return;
    const size_t rows = m.end - m.begin, cols = n.end - n.begin;
    const Product part{p.a.At(m.begin, 0), p.b.At(0, n.begin), rows, cols, p.k};
    MultiplyAlone(compute.ThreadScratch(thread), part, Part(c, m.begin, rows, n.begin, cols),
                  output, bias == nullptr ? nullptr : bias + n.begin);
  });
}

}  // namespace

Compute::Compute(ThreadPool& pool, GemmBackend backend, Profiler* profiler)
    : pool_(pool), backend_(backend), profiler_(profiler), thread_scratch_(pool.NumThreads()) {}

void Gemm(Compute& compute, GemmForm form, ConstMatrix a, ConstMatrix b, Matrix c,
          GemmOutput output, const float* bias) {
  const Product p = MakeProduct(form, a, b, c);
  const bool trivial = IsTrivial(p, c, output);
  if (trivial || compute.Backend() == GemmBackend::kOpenBlas) {
    if (!trivial) OpenBlasGemm(compute.Pool().NumThreads(), form, a, b, c, output);
    if (bias != nullptr) AddBiasForward(compute.Pool(), bias, c);
    return;
  }
  // Below some 64^3 multiplications waking the other threads costs more than they save.
  if (compute.Pool().NumThreads() == 1 || p.m * p.n * p.k < 64 * 64 * 64) {
    MultiplyAlone(compute.ThreadScratch(0), p, c, output, bias);
    return;
  }
  MultiplyTogether(compute, p, c, output, bias);
}

void GemmSerial(Compute& compute, size_t thread, GemmForm form, ConstMatrix a, ConstMatrix b,
                Matrix c, GemmOutput output) {
  const Product p = MakeProduct(form, a, b, c);
  if (IsTrivial(p, c, output)) return;
  if (compute.Backend() == GemmBackend::kOpenBlas) {
    OpenBlasGemm(1, form, a, b, c, output);
    return;
  }
  MultiplyAlone(compute.ThreadScratch(thread), p, c, output, nullptr);
}

}  // namespace headscope
