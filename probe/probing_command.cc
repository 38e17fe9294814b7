#include "probe/probing_command.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>

#include "model/attention_regime.h"
#include "model/base/build_info.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "probe/context_check.h"
#include "probe/model_facts.h"
#include "probe/output_folder.h"
#include "probe/probing_files.h"
#include "probe/probing_report.h"
#include "probe/probing_tables.h"
#include "probe/results.h"
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

std::string CommandLine(const ProbingFlags& flags, const ProbingCommand& command) {
  const ProbingOptions& options = flags.options;
  std::string line = fmt::format(
      "headscope probe {} --model {} --train {} --dev {} --test {} --out {} --probe {} --layers {} "
      "--seeds {} --draws {} --seed {} --pooling {} --train-words {}{}",
      command.name, flags.model, flags.train, flags.dev, flags.test, flags.out,
      fmt::join(options.probes, ","), fmt::join(flags.layers, ","), options.seeds, options.draws,
      options.seed, flags.pooling, flags.train_words, flags.no_online_code ? " --no-code" : "");
  for (const auto& [name, value] : command.options()) {
    line += fmt::format(" --{} {}", name, value);
  }
  return line;
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
  results.facts.threads = flags.compute.threads;
  results.facts.commit = BuildCommit();
  results.facts.compiler = BuildCompiler();
  results.facts.simd_target = ActiveSimdTarget();
  results.facts.command = CommandLine(flags, command);
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

}  // namespace

std::vector<size_t> ParseLayers(const std::vector<std::string>& names) {
  if (names == std::vector<std::string>{"all"}) return {};
  std::vector<size_t> layers;
  for (const std::string& name : names) {
    size_t layer = 0;
    const char* const end = name.data() + name.size();
    const auto [stopped, error] = std::from_chars(name.data(), end, layer);
    if (error != std::errc() || stopped != end) {
      Fail("--layers: expected all, or numbers separated by commas, found {}", name);
    }
    layers.push_back(layer);
  }
  return layers;
}

void AddProbeFileFlags(const Command& command, ProbeFileFlags& flags) {
  command.Option("--model", flags.model, "a model's folder, or a run directory").Required();
  command.Option("--train", flags.train, "CoNLL-U file on which probes are fitted").Required();
  command.Option("--dev", flags.dev, "CoNLL-U file on which penalties and epochs are chosen")
      .Required();
  command.Option("--test", flags.test, "CoNLL-U file on which they are scored, once").Required();
  command
      .Option("--out", flags.out, "folder for results.json, rows.csv, manifest.json, report.html")
      .Required();
  command.Option("--layers", flags.layers, "all, or a list: 0 the embeddings, 1 the first block, …")
      .SplitAt(',');
  command.Option("--pooling", flags.pooling, "a word's vector: mean of its pieces, or the first")
      .OneOf({"mean", "first"});
}

void AddProbingFlags(const Command& command, ProbingFlags& flags,
                     const std::vector<std::string>& probes) {
  ProbingOptions& options = flags.options;
  AddProbeFileFlags(command, flags);
  command
      .Option("--probe", options.probes, fmt::format("one or more of {}", fmt::join(probes, ",")))
      .SplitAt(',')
      .OneOf(probes);
  command.Option("--seeds", options.seeds, "of probes that are random, and of control tasks")
      .Range(1, 1000);
  command
      .Option("--draws", options.draws,
              "of random encoders, word orders, shuffled labels and online codes; 0: none")
      .Range(0, 1000);
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
  ProbingOptions options = flags.options;
  options.layers = ParseLayers(flags.layers);
  options.gemm = flags.compute.Backend();
  options.pooling = flags.pooling == "first" ? WordPooling::kFirst : WordPooling::kMean;
  options.online_code = !flags.no_online_code && options.draws > 0;
  const PretrainedModel model = LoadPretrained(ModelOfPath(flags.model));
  const WordPiece word_piece = WordPiece::FromFile(model.VocabPath(), model.lower_case);
  CheckVocabulary(word_piece, model);
  PrepareOutput(flags.out);
  flags.compute.SelectTarget();
  ThreadPool pool(flags.compute.threads);

  const WordEncoder encode = [&](const std::vector<std::string>& words) {
    return EncodeWordInput(word_piece, words);
  };
  ProbingResults results;
  const auto read = [&](const std::string& path) {
    Treebank treebank = ReadConllu(path);
    if (!command.prepare) return treebank;
    return command.prepare(std::move(treebank), encode, model.config, results.notes);
  };
  const Treebank train = read(flags.train), dev = read(flags.dev), test = read(flags.test);
  const ProbeCorpus corpus =
      MakeProbeCorpus(train, dev, test, encode,
                      {model.config.max_position_embeddings, flags.train_words, options.seed});
  const std::unique_ptr<ProbingTask> task = command.make_task(corpus);
  fmt::print(stderr, "{} fits on {} words\n", CountFits(*task, model.config, options),
             corpus.train.NumWords());
  FitProgressLine line;
  ProbeEncoder(
      pool, model, encode, corpus, *task, options,
      [&](size_t done, size_t total) { line(done, total); }, results);
  FillFacts(flags, command, model, results);

  WriteFileAtomically(flags.out + "/results.json", ProbingJson(results));
  WriteFileAtomically(flags.out + "/rows.csv", ProbingCsv(results));
  WriteFileAtomically(flags.out + "/manifest.json", ManifestJson(results.facts));
  WriteFileAtomically(flags.out + "/report.html", ProbingReportHtml(results));
  fmt::print("{}\nresults: {}/results.json, rows.csv\nreport:  {}/report.html\n",
             ProbingTablesText(results), flags.out, flags.out);
}

}  // namespace headscope
