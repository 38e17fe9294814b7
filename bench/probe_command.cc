#include "bench/probe_command.h"

#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/clock_flag.h"
#include "bench/machine.h"
#include "bench/measurement.h"
#include "bench/probe_speed.h"
#include "bench/provenance.h"
#include "bench/roof.h"
#include "datasets/conllu.h"
#include "datasets/data_folder.h"
#include "datasets/wordpiece.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/ops/simd_target.h"
#include "model/pretrained.h"
#include "probe/context_check.h"

namespace headscope {
namespace {

struct ProbeBench {
  std::string model, size = "mini", treebank, data, isa = "auto", json;
  size_t threads = ThreadPool::HardwareThreads();
  size_t vocabulary = 8192, repetitions = 7;
  double seconds = 1e9;
  ClockFlag clock;
};

// A model to read with, and the pieces it reads.
struct Reader {
  ModelConfig config;
  ParameterSet parameters;
  WordEncoder encode;
};

// Random weights; a word is one piece, which one matters to no speed.
Reader RandomReader(const ProbeBench& options) {
  const ModelConfig config = ModelConfigOfSize(options.size, options.vocabulary);
  ParameterSet parameters(std::make_shared<const ParameterLayout>(BertLayout(config)));
  InitialiseParameters(config.initializer_range, 1, parameters);
  const auto encode = [vocabulary = options.vocabulary](const std::vector<std::string>& words) {
    WordInput input;
    input.ids.push_back(0);
    for (const std::string& word : words) {
      input.starts.push_back(static_cast<uint32_t>(input.ids.size()));
      input.ids.push_back(static_cast<int32_t>(word.size() % vocabulary));
    }
    input.starts.push_back(static_cast<uint32_t>(input.ids.size()));
    input.ids.push_back(0);
    return input;
  };
  return {config, std::move(parameters), encode};
}

Reader TrainedReader(const ProbeBench& options) {
  PretrainedModel model = LoadPretrained(ModelOfPath(options.model));
  auto word_piece =
      std::make_shared<WordPiece>(WordPiece::FromFile(model.VocabPath(), model.lower_case));
  const auto encode = [word_piece](const std::vector<std::string>& words) {
    return EncodeWordInput(*word_piece, words);
  };
  return {model.config, std::move(model.parameters), encode};
}

std::string TreebankPath(const ProbeBench& options) {
  if (!options.treebank.empty()) return options.treebank;
  return DataFolder(options.data) + "/ud-english-gum/en_gum-ud-test.conllu";
}

struct ReadingSpeeds {
  std::vector<double> roof, forward, probe;  // GFLOP/s; pieces per second
  size_t disturbed = 0;
};

ReadingSpeeds Measure(const ProbeBench& options, ThreadPool& pool, ProbeSpeed& speed) {
  ReadingSpeeds result;
  speed.RunProbe();
  const auto repeat = [&] {
    const double roof = MeasureFmaRoof(pool, options.clock.Get());
    const Burst forward = speed.RunForward(), probe = speed.RunProbe();
    if (options.clock.Drops(forward, options.threads) ||
        options.clock.Drops(probe, options.threads)) {
      return false;
    }
    result.roof.push_back(roof);
    result.forward.push_back(options.clock.RateOf(forward));
    result.probe.push_back(options.clock.RateOf(probe));
    return true;
  };
  result.disturbed =
      RepeatUntilKept({options.repetitions, 4 * options.repetitions, options.seconds}, repeat);
  if (result.roof.empty()) {
    Fail(
        "no repetition was free of other processes: measure on an idle machine, or one thread "
        "with --cpu-time");
  }
  return result;
}

void RunBenchProbe(const ProbeBench& options) {
  options.clock.Check(options.threads);
  SelectSimdTarget(options.isa);
  const std::string path = TreebankPath(options);
  const Treebank treebank = ReadConllu(path);
  const Reader reader = options.model.empty() ? RandomReader(options) : TrainedReader(options);
  const ProbeNames names = NamesOf(treebank, treebank);
  const ProbeTreebank prepared =
      PrepareTreebank(treebank, names, reader.encode, reader.config.max_position_embeddings);
  if (prepared.sentences.empty()) {
    Fail("{}: expected sentences of at most {} pieces, found none", path,
         reader.config.max_position_embeddings);
  }
  ThreadPool pool(options.threads);
  fmt::print("{}\n{}, {}: {} sentences, {} pieces\n", ProvenanceLine(options.threads),
             options.model.empty() ? options.size + " (random weights)" : options.model, path,
             prepared.sentences.size(), prepared.pieces);
  ProbeSpeed speed(pool, reader.config, reader.parameters, prepared, names);
  const ReadingSpeeds result = Measure(options, pool, speed);
  const double share = Median(Ratios(result.probe, result.forward)), peak = PeakMib();
  fmt::print(
      "forward pass alone       {:>9.0f} pieces/s\n"
      "heads scored on the way  {:>9.0f} pieces/s: {:.1f}% of it\n"
      "peak memory              {:>9.0f} MiB\n"
      "medians of {} repetitions; {} disturbed by other processes and dropped; {}\n",
      Median(result.forward), Median(result.probe), 100 * share, peak, result.roof.size(),
      result.disturbed, RoofLine(result.roof));
  if (options.json.empty()) return;
  nlohmann::ordered_json json = ProvenanceJson(options.threads);
  json.update({{"model", options.model.empty() ? options.size : options.model},
               {"treebank", path},
               {"sentences", prepared.sentences.size()},
               {"pieces", prepared.pieces},
               {"clock", options.clock.Name()},
               {"repetitions", result.roof.size()},
               {"disturbed_repetitions", result.disturbed},
               {"roof", RoofJson(result.roof)},
               {"forward_pieces_per_second", Median(result.forward)},
               {"probe_pieces_per_second", Median(result.probe)},
               {"probe_over_forward", share},
               {"peak_mib", peak}});
  WriteFileAtomically(options.json, json.dump(2) + "\n");
}

}  // namespace

void AddBenchProbeCommand(const Command& bench) {
  const auto options = std::make_shared<ProbeBench>();
  const Command command = bench.Subcommand(
      "probe", "reading a treebank with every head scored, beside the forward pass alone");
  command.Option("--model", options->model,
                 "a model's folder, or a run directory (default: random weights of --size, a word "
                 "is a piece)");
  command.Option("--size", options->size, "model size by name, as in train")
      .OneOf(ModelSizeNames());
  command.Option("--vocab-size", options->vocabulary, "pieces in that model's vocabulary")
      .Range(100, 1000000);
  command.Option("--treebank", options->treebank,
                 "CoNLL-U file (default: GUM's test file in the data folder)");
  command.Option("--data", options->data, "the data folder, as in data fetch");
  command.Option("--threads", options->threads, "threads").Range(1, 1024);
  command.Option("--repetitions", options->repetitions, "passes of each, in turn").Range(1, 1000);
  AddSecondsOption(command, options->seconds);
  options->clock.AddTo(command);
  command.Option("--isa", options->isa, "SIMD target, or auto");
  command.Option("--json", options->json, "writes everything measured to this file too");
  command.OnRun([options] { RunBenchProbe(*options); });
}

}  // namespace headscope
