#include "model/base/profiler.h"

#include <algorithm>
#include <chrono>

namespace headscope {
namespace {

bool IsCalled(const Profiler::Entry& entry, std::string_view operation, std::string_view part) {
  const std::string_view name = entry.operation;
  if (part.empty()) return name == operation;
  return name.size() == operation.size() + 1 + part.size() && name.starts_with(operation) &&
         name.ends_with(part);
}

std::string FullName(std::string_view operation, std::string_view part) {
  std::string name(operation);
  if (!part.empty()) name.append(" ").append(part);
  return name;
}

}  // namespace

Profiler::Profiler(const ThreadPool& pool) : by_thread_(pool.NumThreads()) {}

void Profiler::Add(size_t thread, std::string_view operation, std::string_view part,
                   double thread_seconds, double flops) {
  std::vector<Entry>& entries = by_thread_[thread].entries;
  auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& candidate) {
    return IsCalled(candidate, operation, part);
  });
  if (entry == entries.end()) {
    entries.push_back({FullName(operation, part)});
    entry = entries.end() - 1;
  }
  entry->thread_seconds += thread_seconds;
  entry->flops += flops;
  ++entry->calls;
}

std::vector<Profiler::Entry> Profiler::Entries() const {
  std::vector<Entry> all;
  for (const Thread& thread : by_thread_) {
    for (const Entry& entry : thread.entries) {
      const auto same = std::find_if(all.begin(), all.end(), [&](const Entry& candidate) {
        return candidate.operation == entry.operation;
      });
      if (same == all.end()) {
        all.push_back(entry);
        continue;
      }
      same->thread_seconds += entry.thread_seconds;
      same->flops += entry.flops;
      same->calls += entry.calls;
    }
  }
  return all;
}

void Profiler::Clear() {
  for (Thread& thread : by_thread_) thread.entries.clear();
}

double ProfileSpan::Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void ProfileSpan::Finish() {
  const bool whole = thread_ == kWholePool;
  const double weight = whole ? static_cast<double>(profiler_->NumThreads()) : 1.0;
  profiler_->Add(whole ? 0 : thread_, operation_, part_, weight * (Now() - start_), flops_);
}

}  // namespace headscope
