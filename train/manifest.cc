#include "train/manifest.h"

#include <fmt/chrono.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/base/build_info.h"
#include "model/base/file.h"
#include "model/ops/simd_target.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

// The processes of the manifest that is there, but for the one that started at `started`.
Json EarlierProcesses(const std::string& path, const std::string& started) {
  Json processes = Json::array();
  if (!std::filesystem::exists(path)) return processes;
  const Json old = Json::parse(ReadFile(path), nullptr, false);
  if (!old.is_object() || !old.contains("processes")) return processes;
  for (const Json& process : old["processes"]) {
    if (process.value("started", "") != started) processes.push_back(process);
  }
  return processes;
}

}  // namespace

std::string UtcNow() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

Chronicle::Chronicle(std::string path, ManifestFacts facts, size_t threads, uint64_t first_step)
    : path_(std::move(path)), facts_(std::move(facts)), started_(UtcNow()) {
  record_.threads = threads;
  record_.first_step = record_.last_step = first_step;
  Write();
}

void Chronicle::End(uint64_t step, double seconds, TrainingEnd end) {
  record_.last_step = step;
  record_.seconds = seconds;
  record_.end = end == TrainingEnd::kFinished ? "finished" : "interrupted";
  Write();
}

void Chronicle::Write() const {
  Json files = Json::array();
  for (const auto& [file, hash] : facts_.files) files.push_back({{"path", file}, {"sha256", hash}});
  Json processes = EarlierProcesses(path_, started_);
  processes.push_back({{"started", started_},
                       {"commit", BuildCommit()},
                       {"compiler", BuildCompiler()},
                       {"simd_target", ActiveSimdTarget()},
                       {"threads", record_.threads},
                       {"first_step", record_.first_step},
                       {"last_step", record_.last_step},
                       {"seconds", record_.seconds},
                       {"end", record_.end}});
  const bool reproducible = facts_.gemm == GemmBackend::kHeadscope;
  Json manifest = {
      {"commit", BuildCommit()},
      {"compiler", BuildCompiler()},
      {"simd_target", ActiveSimdTarget()},
      {"threads", record_.threads},
      {"gemm", reproducible ? "headscope" : "openblas"},
      {"bit_reproducible", reproducible},
      {"seed", facts_.seed},
      {"corpus", files},
  };
  for (const auto& [name, hash] : facts_.hashes) manifest[name] = hash;
  for (const auto& [name, count] : facts_.counts) manifest[name] = count;
  manifest["processes"] = processes;
  WriteFileAtomically(path_, manifest.dump(2) + "\n");
}

}  // namespace headscope
