#include "bench/step_command.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "bench/clock_flag.h"
#include "bench/machine.h"
#include "bench/measurement.h"
#include "bench/mlm_peer.h"
#include "bench/mlm_workload.h"
#include "bench/provenance.h"
#include "bench/roof.h"
#include "bench/step_profile.h"
#include "bench/training_speed.h"
#include "model/base/build_info.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/base/profiler.h"
#include "model/ops/simd_target.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

struct StepBench {
  std::string size = "mini", isa = "auto", sentences, vocab, json;
  size_t threads = ThreadPool::HardwareThreads();
  size_t rows = 32, length = 128, vocabulary = 8192;
  size_t steps = 4, repetitions = 7;
  double dropout = 0.1, seconds = 1e9;
  MlmPeerOptions peers;
  bool compare = false, profile = false;
  ClockFlag clock;
};

// All bursts of one program. Ratios and shares are paired with our burst and the roof of the same
// repetition.
struct Series {
  std::string name, version;
  std::vector<double> tokens_per_second = {}, ratios = {};
  double peak_mib = 0.0;
};

std::vector<SequenceLengths> Batches(const StepBench& options) {
  if (options.sentences.empty()) {
    return FullLengthBatches(1, options.rows, static_cast<uint32_t>(options.length));
  }
  return SentenceBatches(options.sentences, options.vocab, options.rows, options.length);
}

struct StepSpeeds {
  Series ours;
  std::vector<double> roof, share;
  std::vector<Series> peers;
  size_t dropped = 0;
  StepProfile profile;
};

// Roof, ours and every peer, one after another, until enough repetitions were undisturbed.
StepSpeeds Measure(const StepBench& options, TrainingSpeed& speed, ThreadPool& pool,
                   const Profiler& profiler, std::vector<std::unique_ptr<MlmPeer>>& peers) {
  StepSpeeds result;
  result.ours.name = "headscope";
  result.ours.version = BuildCommit();
  for (const auto& peer : peers) result.peers.push_back({peer->Name(), peer->Version()});
  speed.Run(2);
  const auto repeat = [&] {
    const double roof = MeasureFmaRoof(pool, options.clock.Get());
    const Burst ours = speed.Run(options.steps);
    const bool disturbed = options.clock.Drops(ours, options.threads);
    std::vector<Burst> bursts;
    // A peer's threads may well wait for each other: of that nothing is said.
    for (const auto& peer : peers) bursts.push_back(peer->Run(options.steps));
    if (disturbed) return false;
    const double rate = options.clock.RateOf(ours);
    result.ours.tokens_per_second.push_back(rate);
    result.roof.push_back(roof);
    result.share.push_back(speed.FlopsPerToken() * rate / 1e9 / roof);
    result.profile.Add(profiler.Entries(), options.steps, options.threads,
                       options.clock.SecondsOf(ours), options.clock.SecondsOf(ours) / ours.seconds);
    for (size_t p = 0; p < peers.size(); ++p) {
      const double peer_rate = options.clock.RateOf(bursts[p]);
      result.peers[p].tokens_per_second.push_back(peer_rate);
      result.peers[p].ratios.push_back(rate / peer_rate);
    }
    return true;
  };
  result.dropped =
      RepeatUntilKept({options.repetitions, 4 * options.repetitions, options.seconds}, repeat);
  if (result.roof.empty()) {
    Fail("no repetition was free of other processes: measure on an idle machine");
  }
  result.ours.peak_mib = PeakMib();
  for (size_t p = 0; p < peers.size(); ++p) result.peers[p].peak_mib = peers[p]->PeakMib();
  return result;
}

void PrintSeries(const Series& series, const std::string& ratio, const std::string& share) {
  const auto [low, high] =
      std::minmax_element(series.tokens_per_second.begin(), series.tokens_per_second.end());
  fmt::print("{:<18} {:>9.0f}  ({:.0f}-{:.0f}) {:>8} {:>8} {:>8.0f}\n", series.name,
             Median(series.tokens_per_second), *low, *high, ratio, share, series.peak_mib);
}

void Print(const StepSpeeds& result) {
  fmt::print("{:<18} {:>9}  {:<12} {:>7} {:>8} {:>8}\n", "program", "tokens/s", "(range)",
             "ours/it", "of roof", "peak MiB");
  PrintSeries(result.ours, "", fmt::format("{:.1f}%", 100 * Median(result.share)));
  std::set<std::string> versions;
  for (const Series& peer : result.peers) {
    PrintSeries(peer, fmt::format("{:.2f}", Median(peer.ratios)), "");
    versions.insert(peer.version);
  }
  if (!versions.empty()) fmt::print("{}\n", fmt::join(versions, "; "));
  fmt::print("medians of {} repetitions; {} disturbed by other processes and dropped; {}\n",
             result.roof.size(), result.dropped, RoofLine(result.roof));
}

Json ToJson(const Series& series) {
  Json json = {{"program", series.name},
               {"version", series.version},
               {"tokens_per_second", Median(series.tokens_per_second)},
               {"all_tokens_per_second", series.tokens_per_second},
               {"peak_mib", series.peak_mib}};
  if (!series.ratios.empty()) json["ours_over_it"] = Median(series.ratios);
  return json;
}

void WriteJson(const StepBench& options, const StepSpeeds& result) {
  Json programs = Json::array({ToJson(result.ours)});
  for (const Series& peer : result.peers) programs.push_back(ToJson(peer));
  Json json = ProvenanceJson(options.threads);
  json.update(Json{{"size", options.size},
                   {"vocabulary", options.vocabulary},
                   {"sequences", options.rows},
                   {"longest", options.length},
                   {"sentences", options.sentences},
                   {"steps_per_burst", options.steps},
                   {"disturbed_repetitions", result.dropped},
                   {"roof", RoofJson(result.roof)},
                   {"share_of_roof", Median(result.share)},
                   {"clock", options.clock.Name()},
                   {"programs", programs}});
  if (options.profile) json["profile"] = result.profile.Json(Median(result.roof));
  WriteFileAtomically(options.json, json.dump(2) + "\n");
}

void RunBenchStep(const StepBench& options) {
  options.clock.Check(options.threads);
  SelectSimdTarget(options.isa);
  ModelConfig model = ModelConfigOfSize(options.size, options.vocabulary);
  model.hidden_dropout_prob = model.attention_probs_dropout_prob =
      static_cast<float>(options.dropout);
  const std::vector<SequenceLengths> batches = Batches(options);
  ThreadPool pool(options.threads);
  Profiler profiler(pool);
  TrainingSpeed speed(pool, model, batches, options.profile ? &profiler : nullptr);
  fmt::print("{}\n{} ({} parameters), {} batches of {} {}, dropout {}\n",
             ProvenanceLine(options.threads), options.size, speed.NumParameters(), batches.size(),
             options.rows,
             options.sentences.empty() ? fmt::format("sequences of {} pieces", options.length)
                                       : "sentences of " + options.sentences,
             options.dropout);
  const LengthsFile lengths(batches);
  std::vector<std::unique_ptr<MlmPeer>> peers;
  if (options.compare) {
    peers = StartMlmPeers(options.peers, model, options.threads, options.dropout, lengths.Path(),
                          [](const std::string& line) {
                            fmt::print("{}\n", line);
                            std::fflush(stdout);
                          });
  }
  const StepSpeeds result = Measure(options, speed, pool, profiler, peers);
  Print(result);
  if (options.profile) fmt::print("\n{}", result.profile.Table(Median(result.roof)));
  if (!options.json.empty()) WriteJson(options, result);
}

}  // namespace

void AddBenchStepCommand(const Command& bench) {
  const auto options = std::make_shared<StepBench>();
  const Command command = bench.Subcommand(
      "step", "masked-LM training steps: tokens/s, share of the machine's FMA roof, and PyTorch's");
  command.Option("--size", options->size, "model size by name, as in train")
      .OneOf(ModelSizeNames());
  command.Option("--threads", options->threads, "threads of every program").Range(1, 1024);
  command.Option("--batch", options->rows, "sequences of a batch").Range(1, 100000);
  command.Option("--seq-len", options->length, "pieces of a sequence; of sentences the most")
      .Range(3, 512);
  command.Option("--vocab-size", options->vocabulary, "pieces in the vocabulary")
      .Range(100, 1000000);
  command.Option("--dropout", options->dropout, "of hidden states and patterns").Range(0.0, 0.9);
  command.Option("--sentences", options->sentences,
                 "CoNLL-U file: batches of its sentences instead of full sequences");
  command.Option("--vocab", options->vocab,
                 "vocab.txt that cuts the sentences' words (default: a word is a piece)");
  command.Option("--steps", options->steps, "steps of a burst").Range(1, 10000);
  command.Option("--repetitions", options->repetitions, "bursts of every program, in turn")
      .Range(1, 1000);
  command.Switch("--profile", options->profile, "time per operation and its share of the roof too");
  AddSecondsOption(command, options->seconds);
  options->clock.AddTo(command);
  command.Switch("--compare-torch", options->compare,
                 "PyTorch (eager, SDPA, compiled) and HuggingFace too, where installed");
  command.Option("--python", options->peers.python, "the Python that has them");
  command.Option("--peers-script", options->peers.script, "");
  command.Option("--isa", options->isa, "SIMD target, or auto");
  command.Option("--json", options->json, "writes everything measured to this file too");
  command.OnRun([options] { RunBenchStep(*options); });
}

}  // namespace headscope
