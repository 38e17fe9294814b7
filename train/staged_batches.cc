#include "train/staged_batches.h"

#include <charconv>

#include "model/base/error.h"

namespace headscope {

const MaskedBatch& StagedBatches::At(uint64_t step) {
  const size_t stage = plan_.IndexAt(step);
  // Asked of the steps, not of what was read before: so it holds just behind a resume as well.
  if (step > 1 && stage != plan_.IndexAt(step - 1)) cursor_ = {cursor_.epoch + 1, 0};
  if (!batches_ || stage != stage_) {
    options_.sequence_length = plan_.Stages()[stage].sequence_length;
    options_.batch_tokens = plan_.Stages()[stage].batch_tokens;
    batches_.emplace(corpus_, TextSplit::kTrain, options_);
    stage_ = stage;
  }
  batch_ = batches_->Next(cursor_);
  return batch_;
}

std::string StagedBatches::Position() const {
  return fmt::format("{}:{}", cursor_.epoch, cursor_.position);
}

void StagedBatches::Seek(const std::string& position) {
  const char* const end = position.data() + position.size();
  BatchCursor cursor;
  const auto epoch = std::from_chars(position.data(), end, cursor.epoch);
  const bool has_colon = epoch.ec == std::errc() && epoch.ptr != end && *epoch.ptr == ':';
  if (has_colon) {
    const auto sequences = std::from_chars(epoch.ptr + 1, end, cursor.position);
    if (sequences.ec == std::errc() && sequences.ptr == end) {
      cursor_ = cursor;
      return;
    }
  }
  Fail("expected a position in the corpus as EPOCH:SEQUENCES, found \"{}\"", position);
}

}  // namespace headscope
