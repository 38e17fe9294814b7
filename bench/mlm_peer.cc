#include "bench/mlm_peer.h"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kVariants[] = {"torch-eager", "torch-sdpa", "torch-compiled",
                                     "huggingface-eager", "huggingface-sdpa"};

Json ParseAnswer(const std::string& peer, const std::string& line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) Fail("{}: expected a line of JSON, found {}", peer, line);
  return json;
}

}  // namespace

LengthsFile::LengthsFile(const std::vector<SequenceLengths>& batches)
    : path_(
          (std::filesystem::temp_directory_path() / fmt::format("headscope-bench-{}.txt", getpid()))
              .string()) {
  std::string text;
  for (const SequenceLengths& batch : batches) {
    for (const uint32_t length : batch) text += fmt::format("{} ", length);
    text.back() = '\n';
  }
  WriteFileAtomically(path_, text);
}

LengthsFile::~LengthsFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

MlmPeer::MlmPeer(const MlmPeerOptions& options, const ModelConfig& model, size_t threads,
                 double dropout, const std::string& variant, const std::string& lengths)
    : name_(variant),
      process_({options.python, options.script, variant, lengths, "--layers",
                fmt::format("{}", model.num_hidden_layers), "--hidden",
                fmt::format("{}", model.hidden_size), "--heads",
                fmt::format("{}", model.num_attention_heads), "--vocab",
                fmt::format("{}", model.vocab_size), "--threads", fmt::format("{}", threads),
                "--dropout", fmt::format("{}", dropout)}) {
  std::string line;
  ready_ = process_.ReadLine(line);
  if (ready_) version_ = ParseAnswer(name_, line).at("version").get<std::string>();
}

Burst MlmPeer::Run(size_t steps) {
  std::string line;
  if (!process_.WriteLine(fmt::format("{}", steps)) || !process_.ReadLine(line)) {
    Fail("{}: ended in the middle of the measurement", name_);
  }
  const Json result = ParseAnswer(name_, line);
  peak_mib_ = result.at("peak_mib").get<double>();
  return {result.at("seconds").get<double>(), result.at("cpu_seconds").get<double>(),
          result.at("tokens").get<double>()};
}

std::vector<std::unique_ptr<MlmPeer>> StartMlmPeers(
    const MlmPeerOptions& options, const ModelConfig& model, size_t threads, double dropout,
    const std::string& lengths, const std::function<void(const std::string&)>& say) {
  if (!std::filesystem::exists(options.script)) {
    Fail(
        "{}: expected the peers' script, found none: run from the checkout, or name it with "
        "--peers-script",
        options.script);
  }
  std::vector<std::unique_ptr<MlmPeer>> peers;
  for (const char* variant : kVariants) {
    say(fmt::format("starting {} …", variant));
    auto peer = std::make_unique<MlmPeer>(options, model, threads, dropout, variant, lengths);
    if (peer->IsReady()) {
      peers.push_back(std::move(peer));
    } else {
      say(fmt::format("{} could not be started and is left out", variant));
    }
  }
  return peers;
}

}  // namespace headscope
