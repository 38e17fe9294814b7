#include "train/schedule.h"

#include <algorithm>
#include <charconv>
#include <numbers>
#include <string_view>

#include "model/base/elementary.h"
#include "model/base/error.h"

namespace headscope {
namespace {

// Takes the digits at the front of `text`; false when there are none or they overflow.
bool TakeNumber(std::string_view& text, uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool TakeCharacter(std::string_view& text, char character) {
  if (!text.starts_with(character)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

uint64_t LearningRateSchedule::FallsAfter() const {
  if (decay != Decay::kWsd) return warmup;
  const auto falling = static_cast<uint64_t>(static_cast<double>(steps) * fall);
  return std::max(warmup, steps - std::min(falling, steps));
}

double LearningRateSchedule::At(uint64_t step) const {
  if (step <= warmup) return peak * static_cast<double>(step) / static_cast<double>(warmup);
  const uint64_t top = FallsAfter();
  if (decay == Decay::kConstant || step <= top) return peak;
  // One more than the steps that are left: the rate of the last step is small but not 0.
  const double length = static_cast<double>(steps < top ? 1 : steps - top + 1);
  const double passed = static_cast<double>(step - top);
  if (passed >= length) return 0.0;
  const double u = passed / length;
  if (decay == Decay::kCosine) return peak * 0.5 * (1.0 + Cos(std::numbers::pi * u));
  return peak * (1.0 - u);
}

std::string Stage::ToString() const {
  std::string text = fmt::format("{}x{}", sequence_length, batch_tokens);
  if (until != 0) text += fmt::format("@{}", until);
  return text;
}

Stage ParseStage(const std::string& text) {
  Stage stage;
  std::string_view rest = text;
  bool valid = TakeNumber(rest, stage.sequence_length) && TakeCharacter(rest, 'x') &&
               TakeNumber(rest, stage.batch_tokens);
  if (valid && !rest.empty()) {
    valid = TakeCharacter(rest, '@') && TakeNumber(rest, stage.until) && rest.empty() &&
            stage.until > 0;
  }
  if (!valid) {
    Fail(
        "expected a stage as LENGTHxTOKENS or LENGTHxTOKENS@LAST_STEP, such as 32x1024@3000, "
        "found \"{}\"",
        text);
  }
  return stage;
}

StagedPlan::StagedPlan(std::vector<Stage> stages) : stages_(std::move(stages)) {
  if (stages_.empty()) Fail("expected at least one stage of sequence length and batch tokens");
  for (const Stage& stage : stages_) {
    if (stage.sequence_length < 3 || stage.batch_tokens < stage.sequence_length) {
      Fail("stage {}: expected sequences of at least 3 pieces and batches of at least one sequence",
           stage.ToString());
    }
  }
  uint64_t previous = 0;
  for (size_t i = 0; i + 1 < stages_.size(); ++i) {
    if (stages_[i].until <= previous) {
      Fail(
          "stage {}: expected @LAST_STEP above {}: every stage but the last ends, in ascending "
          "order",
          stages_[i].ToString(), previous);
    }
    previous = stages_[i].until;
  }
}

size_t StagedPlan::IndexAt(uint64_t step) const {
  size_t index = 0;
  while (index + 1 < stages_.size() && step > stages_[index].until) ++index;
  return index;
}

}  // namespace headscope
