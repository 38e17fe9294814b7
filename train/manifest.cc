#include "train/manifest.h"

#include <fmt/chrono.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

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

void WriteManifest(const std::string& path, const TrainConfig& config, const TrainingData& data,
                   const ProcessRecord& process, const std::string& started_utc) {
  Json files = Json::array();
  for (const auto& [file, hash] : data.files) files.push_back({{"path", file}, {"sha256", hash}});
  Json processes = EarlierProcesses(path, started_utc);
  processes.push_back({{"started", started_utc},
                       {"commit", BuildCommit()},
                       {"compiler", BuildCompiler()},
                       {"simd_target", ActiveSimdTarget()},
                       {"threads", process.threads},
                       {"first_step", process.first_step},
                       {"last_step", process.last_step},
                       {"seconds", process.seconds},
                       {"end", process.end}});
  const bool reproducible = config.gemm == GemmBackend::kHeadscope;
  const Json manifest = {
      {"commit", BuildCommit()},
      {"compiler", BuildCompiler()},
      {"simd_target", ActiveSimdTarget()},
      {"threads", process.threads},
      {"gemm", reproducible ? "headscope" : "openblas"},
      {"bit_reproducible", reproducible},
      {"seed", config.seed},
      {"corpus", files},
      {"corpus_sha256", data.corpus_hash},
      {"vocabulary_sha256", data.vocabulary_hash},
      {"vocabulary_size", data.Tokenizer().Size()},
      {"training_pieces", data.corpus->NumPieces(Split::kTrain)},
      {"held_out_pieces", data.corpus->NumPieces(Split::kHeldOut)},
      {"processes", processes},
  };
  WriteFileAtomically(path, manifest.dump(2) + "\n");
}

}  // namespace headscope
