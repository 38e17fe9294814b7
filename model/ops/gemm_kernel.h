// What multiplies in a matrix product, on the active SIMD target. Internal to gemm.cc.
//
// A register tile is `rows` x `cols` elements of C. The left operand is read as strips of `rows`
// rows, the right one as panels of `cols` columns; both may be packed (gemm_packing.h: copied so
// that the kernel reads memory in order) or read in place.
#pragma once

#include <cstddef>

#include "model/base/tensor.h"

namespace headscope {

// The register tile of the active target, and the number of lanes of its vectors.
struct GemmTile {
  size_t rows;
  size_t cols;
  size_t lanes;
};
GemmTile ActiveGemmTile();

// Memory that is read after a product, and therefore asked for in the course of it: `rows` rows of
// `cols` floats, `stride` apart. Never more than a hint.
struct GemmAhead {
  const float* data = nullptr;
  size_t rows = 0;
  size_t cols = 0;
  size_t stride = 0;
};

// op(A) [m, k] or op(B) [k, n] as it lies in memory: element (i, j) at data + i * row_step + j *
// col_step. One of the steps is 1.
struct GemmOperand {
  const float* data;
  size_t row_step;
  size_t col_step;

  GemmOperand At(size_t i, size_t j) const {
    return {data + i * row_step + j * col_step, row_step, col_step};
  }
  // The memory of its first `rows` rows and `cols` columns.
  GemmAhead Ahead(size_t rows, size_t cols) const {
    if (col_step == 1) return {data, rows, cols, row_step};
    return {data, cols, rows, col_step};
  }
};

// Strips of A: strip s starts at data + s * strip_step; its element (i, k) is at i + k * step when
// `rows_adjacent`, at i * step + k otherwise.
struct GemmLeft {
  const float* data;
  size_t strip_step;
  size_t step;
  bool rows_adjacent;
};

// Panels of B: panel p starts at data + p * panel_step; its element (k, j) is at k * step + j.
struct GemmRight {
  const float* data;
  size_t panel_step;
  size_t step;
};

// C = A B, or C += A B when `accumulate`: one chain of fused multiply-adds over ascending k per
// element; then, unless it is null, bias(j) is added to every element of column j.
void MultiplyBlock(const GemmLeft& a, const GemmRight& b, size_t k, Matrix c, bool accumulate,
                   const float* bias, const GemmAhead& ahead = {});

// The same for a product of at most kGemmSmall rows, columns and inner steps, whose operands are
// read so few times that copying them costs more than it saves: B is copied if it must be
// transposed, to `scratch` of kGemmSmallScratch floats.
constexpr size_t kGemmSmall = 128;
constexpr size_t kGemmSmallScratch = 2 * kGemmSmall * kGemmSmall;
void MultiplySmall(const GemmOperand& a, const GemmOperand& b, size_t k, Matrix c, bool accumulate,
                   const float* bias, float* scratch);

}  // namespace headscope
