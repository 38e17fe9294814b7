#include "model/ops/gemm_packing.h"

#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/gemm_packing.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/gemm_packing-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

void PackLeftStrips(const GemmOperand& a, size_t m, size_t k, size_t strip_size, float* out) {
  PackParts<kTileRows>(a.data, a.row_step, a.col_step, m, k, strip_size, out);
}

void PackRightPanels(const GemmOperand& b, size_t k, size_t n, size_t panel_size, float* out) {
  PackParts<kTileCols>(b.data, b.col_step, b.row_step, n, k, panel_size, out);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {
namespace {

HWY_EXPORT(PackLeftStrips);
HWY_EXPORT(PackRightPanels);

size_t PackedStripSize(GemmTile tile, size_t k) { return tile.rows * k + kGemmPackingSlack; }

}  // namespace

size_t PackedLeftSize(GemmTile tile, size_t m, size_t k) {
  return hwy::DivCeil(m, tile.rows) * PackedStripSize(tile, k);
}

size_t PackedPanelSize(GemmTile tile, size_t k) { return tile.cols * k + kGemmPackingSlack; }

GemmLeft PackLeft(GemmTile tile, GemmOperand a, size_t m, size_t k, float* packed) {
  const size_t strip_size = PackedStripSize(tile, k);
  HWY_DYNAMIC_DISPATCH(PackLeftStrips)(a, m, k, strip_size, packed);
  return {packed, strip_size, tile.rows, true};
}

GemmRight PackRight(GemmTile tile, GemmOperand b, size_t k, size_t n, float* packed) {
  HWY_DYNAMIC_DISPATCH(PackRightPanels)(b, k, n, PackedPanelSize(tile, k), packed);
  return PackedRight(tile, k, packed);
}

GemmRight PackedRight(GemmTile tile, size_t k, const float* packed) {
  return {packed, PackedPanelSize(tile, k), tile.cols};
}

}  // namespace headscope
#endif  // HWY_ONCE
