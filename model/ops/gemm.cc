#include "model/ops/gemm.h"

#include <algorithm>
#include <cassert>
#include <cstddef>

#include "model/ops/elementwise.h"
#include "model/ops/gemm_kernel.h"
#include "model/ops/gemm_openblas.h"

namespace headscope {
namespace {

// Cache blocking: a panel of B (kBlockK x one tile) stays in L1, a block of A (kBlockM x kBlockK)
// in L2, a block of B in L3. No choice here can change a bit of the result.
constexpr size_t kBlockK = 512;
constexpr size_t kBlockM = 144;
constexpr size_t kBlockN = 2048;

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

// C += A B for a right operand that is ready, block of rows after block of rows; then the bias,
// unless it is null.
void MultiplyRows(GemmTile tile, GemmOperand a, const GemmRight& right, size_t k, Matrix c,
                  bool accumulate, const float* bias, bool pack, float* packed) {
  const size_t block = kBlockM / tile.rows * tile.rows;
  for (size_t i = 0; i < c.rows; i += block) {
    const size_t rows = std::min(block, c.rows - i);
    GemmLeft left = LeftInPlace(tile, a.At(i, 0));
    if (pack) {
      left = PackLeft(tile, a.At(i, 0), rows, k, packed);
    }
    MultiplyBlock(left, right, k, Part(c, i, rows, 0, c.cols), accumulate, bias);
  }
}

// The bias of the columns from `col` on once a chain is complete, with the last block of k; null
// before, and where there is none.
const float* BiasAfter(size_t block_end, size_t k, const float* bias, size_t col) {
  return bias != nullptr && block_end == k ? bias + col : nullptr;
}

// How the threads share C: a grid of row ranges x column ranges, in whole tiles.
struct ThreadGrid {
  size_t rows = 1;
  size_t cols = 1;
};

// The grid whose busiest thread has the fewest tiles; more row ranges on a tie, since B is packed
// once for all.
ThreadGrid ChooseGrid(size_t threads, size_t row_tiles, size_t col_tiles) {
  ThreadGrid best;
  size_t least = static_cast<size_t>(-1);
  for (size_t rows = threads; rows >= 1; --rows) {
    const size_t cols = threads / rows;
    const size_t load = DivCeil(row_tiles, rows) * DivCeil(col_tiles, cols);
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

void MultiplyShared(Compute& compute, GemmTile tile, const Product& p, Matrix c, GemmOutput output,
                    const float* bias) {
  ThreadPool& pool = compute.Pool();
  AlignedBuffer<float>& packed = compute.SharedScratch();
  packed.EnsureSize(PackedRightSize(tile, std::min(p.k, kBlockK), std::min(p.n, kBlockN)));
  for (size_t thread = 0; thread < pool.NumThreads(); ++thread) {
    compute.ThreadScratch(thread).EnsureSize(PackedLeftSize(tile, std::min(p.m, kBlockM), kBlockK));
  }
  for (size_t j = 0; j < p.n; j += kBlockN) {
    const size_t cols = std::min(kBlockN, p.n - j);
    const size_t col_tiles = DivCeil(cols, tile.cols);
    const ThreadGrid grid = ChooseGrid(pool.NumThreads(), DivCeil(p.m, tile.rows), col_tiles);
    for (size_t kk = 0; kk < p.k; kk += kBlockK) {
      const size_t depth = std::min(kBlockK, p.k - kk);
      const GemmOperand b = p.b.At(kk, j);
      pool.ParallelFor(col_tiles, 1, [&](size_t begin, size_t end, size_t) {
        PackRightPanels(tile, b, depth, cols, begin, end, packed.data());
      });
      const bool accumulate = kk != 0 || output == GemmOutput::kAccumulate;
      pool.Run([&](size_t thread) {
        if (thread >= grid.rows * grid.cols) return;
        const Range m = Split(p.m, tile.rows, thread % grid.rows, grid.rows);
        const Range n = Split(cols, tile.cols, thread / grid.rows, grid.cols);
        if (m.begin == m.end || n.begin == n.end) return;
        GemmRight right = PackedRight(tile, depth, packed.data());
        right.data += n.begin / tile.cols * right.panel_step;
        MultiplyRows(tile, p.a.At(m.begin, kk), right, depth,
                     Part(c, m.begin, m.end - m.begin, j + n.begin, n.end - n.begin), accumulate,
                     BiasAfter(kk + depth, p.k, bias, j + n.begin), true,
                     compute.ThreadScratch(thread).data());
      });
    }
  }
}

// C = A B or C += A B on the calling thread.
void MultiplyAlone(AlignedBuffer<float>& scratch, const Product& p, Matrix c, GemmOutput output,
                   const float* bias) {
  const GemmTile tile = ActiveGemmTile();
  // Reading in place is fastest while an operand is read few times: packing costs a pass of its
  // own.
  const bool pack_b = p.b.col_step != 1 || p.m > 8 * tile.rows;
  const bool pack_a = p.n > (p.a.row_step == 1 ? 4 : 8) * tile.cols;
  const size_t block_m = std::min(p.m, kBlockM), block_k = std::min(p.k, kBlockK);
  const size_t left_size = (PackedLeftSize(tile, block_m, block_k) + 15) / 16 * 16;
  const size_t block_n = std::min(p.n, kBlockN);
  scratch.EnsureSize(left_size + PackedRightSize(tile, block_k, block_n));
  float* const packed_b = scratch.data() + left_size;
  for (size_t j = 0; j < p.n; j += kBlockN) {
    const size_t cols = std::min(kBlockN, p.n - j);
    for (size_t kk = 0; kk < p.k; kk += kBlockK) {
      const size_t depth = std::min(kBlockK, p.k - kk);
      GemmRight right = RightInPlace(tile, p.b.At(kk, j));
      if (pack_b) {
        PackRightPanels(tile, p.b.At(kk, j), depth, cols, 0, DivCeil(cols, tile.cols), packed_b);
        right = PackedRight(tile, depth, packed_b);
      }
      MultiplyRows(tile, p.a.At(0, kk), right, depth, Part(c, 0, p.m, j, cols),
                   kk != 0 || output == GemmOutput::kAccumulate,
                   BiasAfter(kk + depth, p.k, bias, j), pack_a, scratch.data());
    }
  }
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
  MultiplyShared(compute, ActiveGemmTile(), p, c, output, bias);
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
