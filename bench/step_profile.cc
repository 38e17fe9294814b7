#include "bench/step_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace headscope {
namespace {

StepProfile::Row MakeRow(const Profiler::Entry& entry, double step_thread_seconds, double threads,
                         double steps, double roof) {
  StepProfile::Row row;
  row.operation = entry.operation;
  row.calls = static_cast<double>(entry.calls) / steps;
  row.milliseconds = 1e3 * entry.thread_seconds / threads / steps;
  row.share = entry.thread_seconds / step_thread_seconds;
  if (entry.flops > 0.0) {
    row.gflops = entry.flops / (entry.thread_seconds / threads) / 1e9;
    row.share_of_roof = row.gflops / roof;
  }
  return row;
}

}  // namespace

void StepProfile::Add(const std::vector<Profiler::Entry>& entries, size_t steps, size_t threads,
                      double seconds, double scale) {
  for (Profiler::Entry entry : entries) {
    entry.thread_seconds *= scale;
    const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const auto& candidate) {
      return candidate.operation == entry.operation;
    });
    if (same == entries_.end()) {
      entries_.push_back(std::move(entry));
      continue;
    }
    same->thread_seconds += entry.thread_seconds;
    same->flops += entry.flops;
    same->calls += entry.calls;
  }
  seconds_ += seconds;
  thread_seconds_ += seconds * static_cast<double>(threads);
  steps_ += steps;
}

std::vector<StepProfile::Row> StepProfile::Rows(double roof) const {
  const double threads = thread_seconds_ / seconds_, steps = static_cast<double>(steps_);
  std::vector<Row> rows;
  Profiler::Entry elsewhere{"elsewhere", thread_seconds_, 0.0, steps_};
  for (const Profiler::Entry& entry : entries_) {
    rows.push_back(MakeRow(entry, thread_seconds_, threads, steps, roof));
    elsewhere.thread_seconds -= entry.thread_seconds;
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.milliseconds > b.milliseconds; });
  rows.push_back(MakeRow(elsewhere, thread_seconds_, threads, steps, roof));
  return rows;
}

std::string StepProfile::Table(double roof) const {
  std::string text = fmt::format("{:<24} {:>8} {:>10} {:>8} {:>9} {:>8}\n", "operation", "calls",
                                 "ms", "of step", "GFLOP/s", "of roof");
  double products = 0.0;
  for (const Row& row : Rows(roof)) {
    text += fmt::format("{:<24} {:>8.0f} {:>10.3f} {:>7.1f}%", row.operation, row.calls,
                        row.milliseconds, 100 * row.share);
    if (row.gflops > 0.0) {
      text += fmt::format(" {:>9.1f} {:>7.1f}%", row.gflops, 100 * row.share_of_roof);
      products += row.share;
    }
    text += '\n';
  }
  return text + fmt::format("a step: {:.3f} ms; matrix products {:.1f}% of it\n",
                            1e3 * seconds_ / static_cast<double>(steps_), 100 * products);
}

nlohmann::ordered_json StepProfile::Json(double roof) const {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Row& row : Rows(roof)) {
    nlohmann::ordered_json json = {{"operation", row.operation},
                                   {"calls_per_step", row.calls},
                                   {"milliseconds_per_step", row.milliseconds},
                                   {"share_of_step", row.share}};
    if (row.gflops > 0.0) {
      json["gflops"] = row.gflops;
      json["share_of_roof"] = row.share_of_roof;
    }
    rows.push_back(std::move(json));
  }
  return rows;
}

}  // namespace headscope
