#include "train/checkpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>

#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEvery = "every:", kStep = "step-";

std::optional<uint64_t> NumberBehind(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool IsPowerOfTwo(uint64_t n) { return n != 0 && (n & (n - 1)) == 0; }

// Whether n is 2^k √2, rounded down: n^2 <= 2^(2k + 1) < (n + 1)^2.
bool IsHalfWay(uint64_t n) {
  uint64_t square = 2;
  while (square < n * n) square *= 4;
  return square == n * n || (n + 1) * (n + 1) > square;
}

std::string FolderOf(const std::string& run) { return run + "/checkpoints"; }

}  // namespace

CheckpointPlan::CheckpointPlan(const std::string& text) {
  if (text.empty()) {
    none_ = true;
    return;
  }
  if (text == "log") return;
  every_ = NumberBehind(kEvery, text).value_or(0);
  if (every_ == 0) Fail("checkpoints: expected log or every:N, found \"{}\"", text);
}

bool CheckpointPlan::IsDue(uint64_t step, uint64_t last) const {
  if (none_) return false;
  if (step == 0 || step == last) return true;
  if (every_ != 0) return step % every_ == 0;
  return IsPowerOfTwo(step) || (step > 512 && IsHalfWay(step));
}

void SaveCheckpoint(const std::string& run, uint64_t step,
                    const std::function<void(const std::string& folder)>& write) {
  const std::string name = fmt::format("{}{}", kStep, step);
  const std::string path = FolderOf(run) + "/" + name, unfinished = FolderOf(run) + "/." + name;
  if (fs::exists(path)) return;
  fs::remove_all(unfinished);
  MakeDirectory(unfinished);
  write(unfinished + "/model");
  fs::rename(unfinished, path);
}

std::vector<Checkpoint> ListCheckpoints(const std::string& run) {
  std::vector<Checkpoint> checkpoints;
  if (fs::is_directory(FolderOf(run))) {
    for (const fs::directory_entry& entry : fs::directory_iterator(FolderOf(run))) {
      const auto step = NumberBehind(kStep, entry.path().filename().string());
      if (step) checkpoints.push_back({*step, entry.path().string() + "/model"});
    }
  }
  if (checkpoints.empty()) {
    Fail(
        "{}: expected checkpoints/step-N as `headscope train --checkpoints log` keeps them, found "
        "none",
        run);
  }
  std::sort(checkpoints.begin(), checkpoints.end(),
            [](const Checkpoint& a, const Checkpoint& b) { return a.step < b.step; });
  return checkpoints;
}

}  // namespace headscope
