#include "probe/probing_command.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <memory>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/base/written_command.h"
#include "probe/context_check.h"
#include "probe/model_facts.h"
#include "probe/output_folder.h"
#include "probe/probing_files.h"
#include "probe/probing_jobs.h"
#include "probe/probing_report.h"
#include "probe/probing_tables.h"
#include "probe/results.h"
#include "probe/saved_activations.h"
#include "probe/trajectory_files.h"
#include "train/progress_line.h"

namespace headscope {
namespace {

using Clock = std::chrono::steady_clock;

// "fit 12/70, 1m20s left": one line that rewrites itself on a terminal, else now and then a line.
class FitProgressLine {
 public:
  void operator()(size_t done, size_t total) {
    const double seconds = Since(start_);
    if (Since(shown_at_) < (terminal_ ? 0.5 : 30.0) && done != total) return;
    shown_at_ = Clock::now();
    const double left = seconds / static_cast<double>(done) * static_cast<double>(total - done);
    fmt::print(stderr, "{}fit {}/{}, {} left{}", terminal_ ? "\r" : "", done, total,
               ShortDuration(left),
               !terminal_      ? "\n"
               : done == total ? "\x1b[K\n"
                               : "\x1b[K");
    std::fflush(stderr);
  }

 private:
  static double Since(Clock::time_point from) {
    return std::chrono::duration<double>(Clock::now() - from).count();
  }
  bool terminal_ = isatty(fileno(stderr)) == 1;
  Clock::time_point start_ = Clock::now(), shown_at_ = start_;
};

void SetLayers(const std::vector<std::string>& names, ProbingOptions& options) {
  std::vector<std::string> single;
  std::ranges::copy_if(names, std::back_inserter(single),
                       [](const std::string& name) { return name != "mix"; });
  options.mix = single.size() < names.size();
  options.single_layers = !single.empty();
  if (options.single_layers) options.layers = ParseLayers(single);
}

std::string CommandLine(const ProbingFlags& flags, const ProbingCommand& command) {
  const ProbingOptions& options = flags.options;
  WrittenCommand written("headscope probe " + command.name);
  written.AddUnlessEmpty("--model", flags.model)
      .AddUnlessEmpty("--checkpoints", flags.checkpoints)
      .Add("--train", flags.train)
      .Add("--dev", flags.dev)
      .Add("--test", flags.test)
      .Add("--out", flags.out)
      .Add("--probe", options.probes)
      .Add("--layers", flags.layers)
      .Add("--seeds", options.seeds)
      .Add("--draws", options.draws)
      .Add("--seed", options.seed)
      .Add("--pooling", flags.pooling)
      .Add("--train-words", flags.train_words)
      .AddSwitch("--no-code", flags.no_online_code);
  for (const auto& [name, value] : command.options()) written.Add("--" + name, value);
  return written.Text();
}

void FillFacts(const ProbingFlags& flags, const ProbingCommand& command,
               const PretrainedModel& model, ProbingResults& results) {
  results.task = command.name;
  results.title = command.title;
  results.options = command.options();
  results.options.emplace_back("pooling", flags.pooling);
  results.model = FactsOf(model);
  results.model.sha256 = Sha256OfFile(model.directory + "/model.safetensors");
  results.train.sha256 = Sha256OfFile(flags.train);
  results.dev.sha256 = Sha256OfFile(flags.dev);
  results.test.sha256 = Sha256OfFile(flags.test);
  results.facts.seed = flags.options.seed;
  FillProgramFacts(flags.compute.threads, CommandLine(flags, command), results.facts);
  for (const DataFacts* data : {&results.train, &results.dev, &results.test}) {
    if (data->skipped_sentences == 0) continue;
    results.notes.push_back(fmt::format(
        "{}: {} of {} sentences are longer than the model's {} positions and were left out",
        data->path, data->skipped_sentences, data->sentences, results.model.positions));
  }
  if (model.attention != nullptr) {
    results.notes.push_back("attention, in the random encoders too: " + model.attention->Text());
  }
  if (flags.compute.Backend() == GemmBackend::kOpenBlas) {
    results.notes.push_back("matrix products by OpenBLAS: not bit-reproducible");
  }
}

// The files, options and threads of a command, for one model or several of one vocabulary.
class ProbingRun {
 public:
  ProbingRun(const ProbingFlags& flags, const ProbingCommand& command, const PretrainedModel& first)
      : flags_(flags),
        command_(command),
        options_(OptionsOf(flags, command)),
        word_piece_(WordPiece::FromFile(first.VocabPath(), first.lower_case)),
        encode_([this](const std::vector<std::string>& words) {
          return EncodeWordInput(word_piece_, words);
        }),
        train_(Read(flags.train, first.config)),
        dev_(Read(flags.dev, first.config)),
        test_(Read(flags.test, first.config)) {
    CheckVocabulary(word_piece_, first);
    PrepareOutput(flags.out);
    flags.compute.SelectTarget();
    pool_ = std::make_unique<ThreadPool>(flags.compute.threads);
    corpus_ =
        MakeProbeCorpus(train_, dev_, test_, encode_,
                        {first.config.max_position_embeddings, flags.train_words, options_.seed});
    task_ = command.make_task(corpus_);
    if (options_.mix && !task_->HasMix()) {
      Fail("--layers mix: probe {} does not mix layers; expected all or numbers", command.name);
    }
  }

  void SaveActivations(const PretrainedModel& model, const std::string& folder) {
    Compute compute(*pool_, options_.gemm);
    SaveWordVectors(compute, model, encode_, corpus_, LayersOf(model.config, options_),
                    {options_.pooling, options_.batch_pieces, ControlOf(model.attention)}, folder);
  }

  // One of so many models.
  ProbingResults Probe(const PretrainedModel& model, size_t models) {
    const size_t fits = CountFits(*task_, model.config, options_);
    fmt::print(stderr, "{} fits on {} words\n", fits, corpus_.train.NumWords());
    ProbingResults results;
    results.notes = notes_;
    ProbeEncoder(
        *pool_, model, encode_, corpus_, *task_, options_,
        [&](size_t, size_t) { line_(++done_, fits * models); }, results);
    FillFacts(flags_, command_, model, results);
    return results;
  }

 private:
  Treebank Read(const std::string& path, const ModelConfig& config) {
    Treebank treebank = ReadConllu(path);
    if (!command_.prepare) return treebank;
    return command_.prepare(std::move(treebank), encode_, config, notes_);
  }

  static ProbingOptions OptionsOf(const ProbingFlags& flags, const ProbingCommand& command) {
    ProbingOptions options = flags.options;
    if (command.probes) options.probes = command.probes(options.probes);
    SetLayers(flags.layers, options);
    options.gemm = flags.compute.Backend();
    options.pooling = flags.pooling == "first" ? WordPooling::kFirst : WordPooling::kMean;
    options.online_code = !flags.no_online_code && options.draws > 0;
    return options;
  }

  const ProbingFlags& flags_;
  const ProbingCommand& command_;
  ProbingOptions options_;
  WordPiece word_piece_;
  WordEncoder encode_;
  std::vector<std::string> notes_;
  Treebank train_, dev_, test_;
  std::unique_ptr<ThreadPool> pool_;
  ProbeCorpus corpus_;
  std::unique_ptr<ProbingTask> task_;
  FitProgressLine line_;
  size_t done_ = 0;
};

void WriteFindings(const ProbingFlags& flags, const ProbingResults& results) {
  WriteFileAtomically(flags.out + "/results.json", ProbingJson(results));
  WriteFileAtomically(flags.out + "/rows.csv", ProbingCsv(results));
  WriteFileAtomically(flags.out + "/contrasts.csv", ContrastsCsv(results));
  WriteFileAtomically(flags.out + "/report.html", ProbingReportHtml(results));
  fmt::print("{}\nresults: {}/results.json, rows.csv, contrasts.csv\nreport:  {}/report.html\n",
             ProbingTablesText(results), flags.out, flags.out);
}

void WriteTrajectory(const ProbingFlags& flags, const ProbingCommand& command,
                     const std::vector<Checkpoint>& checkpoints,
                     const std::vector<ProbingResults>& found) {
  TrajectoryFindings findings;
  findings.title = command.title;
  findings.preface = ProbingPreface(found[0]);
  findings.facts = found[0].facts;
  for (size_t i = 0; i < found.size(); ++i) {
    AddToTrajectory(checkpoints[i].step, found[i], findings.trajectory);
    findings.results.emplace_back(checkpoints[i].step, ProbingJson(found[i]));
  }
  WriteTrajectoryFindings(flags.out, "headscope probe " + command.name, findings);
}

}  // namespace

std::vector<size_t> ParseLayers(const std::vector<std::string>& names) {
  std::vector<size_t> layers;
  bool all = false;
  for (const std::string& name : names) {
    if (name == "all") {
      all = true;
      continue;
    }
    size_t layer = 0;
    const char* const end = name.data() + name.size();
    const auto [stopped, error] = std::from_chars(name.data(), end, layer);
    if (error != std::errc() || stopped != end) {
      Fail("--layers: expected all, or numbers separated by commas, found {}", name);
    }
    layers.push_back(layer);
  }
  return all ? std::vector<size_t>{} : layers;
}

void AddProbeFileFlags(const Command& command, ProbeFileFlags& flags) {
  command.Option("--train", flags.train, "CoNLL-U file on which probes are fitted").Required();
  command.Option("--dev", flags.dev, "CoNLL-U file on which penalties and epochs are chosen")
      .Required();
  command.Option("--test", flags.test, "CoNLL-U file on which they are scored, once").Required();
  command
      .Option("--out", flags.out,
              "folder for results.json, rows.csv, contrasts.csv, manifest.json, report.html")
      .Required();
  command.Option("--pooling", flags.pooling, "a word's vector: mean of its pieces, or the first")
      .OneOf({"mean", "first"});
}

void AddProbingFlags(const Command& command, ProbingFlags& flags,
                     const std::vector<std::string>& probes) {
  ProbingOptions& options = flags.options;
  command.Option("--model", flags.model, "a model's folder, or a run directory");
  command.Option(
      "--checkpoints", flags.checkpoints,
      "in place of --model a run whose snapshots (train --checkpoints) are probed one by "
      "one; step 0 is an encoder of random weights");
  AddProbeFileFlags(command, flags);
  command
      .Option("--probe", options.probes, fmt::format("one or more of {}", fmt::join(probes, ",")))
      .SplitAt(',')
      .OneOf(probes);
  command
      .Option("--layers", flags.layers,
              "all, or a list: 0 the embeddings, 1 the first block, …; mix: of all layers, by "
              "weights that are learned with the probe")
      .SplitAt(',');
  command.Option("--seeds", options.seeds, "of probes that are random, and of control tasks")
      .Range(1, 1000);
  command
      .Option("--draws", options.draws,
              "of random encoders, word orders, shuffled labels and online codes; 0: none")
      .Range(0, 1000);
  command.Switch("--save-activations", flags.save_activations,
                 "write the word vectors to OUT/activations/{train,dev,test}.safetensors");
  command.Switch("--no-code", flags.no_online_code, "leave out the online codes");
  command.Option("--seed", options.seed, "the first of the seeds");
  command
      .Option("--train-words", flags.train_words,
              "fit on a sample of whole sentences of about so many words; 0: all")
      .Range(0, 1e12);
  command
      .Option("--memory", options.memory_mib,
              "MiB of word vectors held at once; what does not fit is read in further passes")
      .Range(1, 1 << 20);
  flags.compute.AddTo(command);
}

void RunProbing(const ProbingFlags& flags, const ProbingCommand& command) {
  const std::vector<Checkpoint> checkpoints = CheckpointsOf(flags.model, flags.checkpoints);
  ProbingRun run(flags, command, LoadPretrained(checkpoints[0].model));
  std::vector<ProbingResults> found;
  for (const Checkpoint& checkpoint : checkpoints) {
    const PretrainedModel model = LoadPretrained(checkpoint.model);
    std::string saved = flags.out + "/activations";
    if (!flags.checkpoints.empty()) {
      fmt::print(stderr, "step {}: ", checkpoint.step);
      saved += fmt::format("/step-{}", checkpoint.step);
    }
    if (flags.save_activations) run.SaveActivations(model, saved);
    found.push_back(run.Probe(model, checkpoints.size()));
  }
  WriteFileAtomically(flags.out + "/manifest.json", ManifestJson(found[0].facts));
  if (flags.checkpoints.empty()) {
    WriteFindings(flags, found[0]);
  } else {
    WriteTrajectory(flags, command, checkpoints, found);
  }
}

}  // namespace headscope
