#include "datasets/masking.h"

#include "model/base/error.h"

namespace headscope {
namespace {

constexpr double kMaskShare = 0.8;
constexpr double kRandomShare = 0.1;

// Index of a draw: the sequence, a row of it, and what is drawn there.
enum class Draw : uint64_t { kChoice = 0, kFate = 1, kReplacement = 2, kFallback = 3 };
uint64_t DrawIndex(uint64_t sequence_id, uint64_t row, Draw draw) {
  return sequence_id << 32 | row << 2 | static_cast<uint64_t>(draw);
}

}  // namespace

Masker::Masker(const WordPiece& word_piece, MaskUnit unit, double rate)
    : word_piece_(&word_piece), unit_(unit), rate_(rate) {
  if (!(rate > 0.0 && rate <= 1.0)) Fail("masking rate: expected in (0, 1], found {}", rate);
  for (size_t i = 0; i < word_piece.Size(); ++i) {
    const auto id = static_cast<int32_t>(i);
    if (!word_piece.IsSpecial(id)) replacements_.push_back(id);
  }
  if (replacements_.empty()) Fail("vocabulary: expected more than special pieces, found no other");
}

std::vector<Masker::Unit> Masker::Candidates(const RaggedBatch& batch, size_t s) const {
  std::vector<Unit> units;
  bool extends = false;  // whether a continuation here belongs to the last unit
  for (uint32_t row = batch.offsets[s]; row < batch.offsets[s + 1]; ++row) {
    const int32_t id = batch.ids[row];
    if (word_piece_->IsSpecial(id)) {
      extends = false;
    } else if (extends && unit_ == MaskUnit::kWholeWord && word_piece_->IsContinuation(id)) {
      units.back().end = row + 1;
    } else {
      units.push_back({row, row + 1});
      extends = true;
    }
  }
  return units;
}

void Masker::MaskSequence(const RandomStream& stream, size_t s, MaskedBatch& out) const {
  const std::vector<Unit> units = Candidates(out.batch, s);
  if (units.empty()) return;
  const uint64_t sequence_id = out.batch.sequence_ids[s];
  const uint32_t first_row = out.batch.offsets[s];
  const size_t targets_before = out.positions.size();
  for (const Unit& unit : units) {
    const uint64_t key = DrawIndex(sequence_id, unit.begin - first_row, Draw::kChoice);
    if (stream.Uniform(key) < rate_) MaskOne(stream, key, unit, out);
  }
  if (out.positions.size() > targets_before) return;
  const uint64_t any = stream.Below(DrawIndex(sequence_id, 0, Draw::kFallback), units.size());
  const Unit& unit = units[any];
  MaskOne(stream, DrawIndex(sequence_id, unit.begin - first_row, Draw::kChoice), unit, out);
}

void Masker::MaskOne(const RandomStream& stream, uint64_t key, const Unit& unit,
                     MaskedBatch& out) const {
  const double fate = stream.Uniform(key + static_cast<uint64_t>(Draw::kFate));
  for (uint32_t row = unit.begin; row < unit.end; ++row) {
    int32_t& id = out.batch.ids[row];
    out.positions.push_back(row);
    out.labels.push_back(id);
    if (fate < kMaskShare) {
      id = word_piece_->Mask();
    } else if (fate < kMaskShare + kRandomShare) {
      const uint64_t draw =
          key + (uint64_t{row - unit.begin} << 2) + static_cast<uint64_t>(Draw::kReplacement);
      id = replacements_[stream.Below(draw, replacements_.size())];
    }
  }
}

}  // namespace headscope
