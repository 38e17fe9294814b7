// The pieces a matrix product is made of, on the active SIMD target. Internal to gemm.cc.
//
// A register tile is `rows` x `cols` elements of C. The left operand is read as strips of `rows`
// rows, the right one as panels of `cols` columns; both may be packed (copied so that the kernel
// reads memory in order) or read in place.
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

// op(A) [m, k] or op(B) [k, n] as it lies in memory: element (i, j) at data + i * row_step + j *
// col_step. One of the steps is 1.
struct GemmOperand {
  const float* data;
  size_t row_step;
  size_t col_step;

  GemmOperand At(size_t i, size_t j) const {
    return {data + i * row_step + j * col_step, row_step, col_step};
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
// `padded`: the last panel may be read up to a whole vector.
struct GemmRight {
  const float* data;
  size_t panel_step;
  size_t step;
};

// Packing writes whole vectors: up to this many floats past the end of a strip.
constexpr size_t kGemmPackingSlack = 16;

// The number of floats that packing [m, k] or [k, n] takes.
size_t PackedLeftSize(GemmTile tile, size_t m, size_t k);
size_t PackedRightSize(GemmTile tile, size_t k, size_t n);

GemmLeft PackLeft(GemmTile tile, GemmOperand a, size_t m, size_t k, float* packed);
GemmLeft LeftInPlace(GemmTile tile, GemmOperand a);

// Packs the panels [begin, end) of B [k, n] into the place they have in `packed`.
void PackRightPanels(GemmTile tile, GemmOperand b, size_t k, size_t n, size_t begin, size_t end,
                     float* packed);
GemmRight PackedRight(GemmTile tile, size_t k, const float* packed);
GemmRight RightInPlace(GemmTile tile, GemmOperand b);

// C = A B, or C += A B when `accumulate`: one chain of fused multiply-adds over ascending k per
// element; then, unless it is null, bias(j) is added to every element of column j.
void MultiplyBlock(const GemmLeft& a, const GemmRight& b, size_t k, Matrix c, bool accumulate,
                   const float* bias);

}  // namespace headscope
