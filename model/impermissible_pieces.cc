#include "model/impermissible_pieces.h"

namespace headscope {

bool ImpermissiblePieces::Has(std::span<const int32_t> ids, std::span<const int32_t> segments,
                              size_t row) const {
  const int32_t id = ids[row];
  if (!by_id.empty() && by_id[static_cast<size_t>(id)] != 0) return true;
  if (segment < 0 || row == 0 || id == sep) return false;
  return (segments.empty() ? 0 : segments[row]) == segment;
}

bool ImpermissiblePieces::Has(const RaggedBatch& batch, size_t sequence, size_t row) const {
  return Has(batch.Ids(sequence), batch.Segments(sequence), row);
}

}  // namespace headscope
