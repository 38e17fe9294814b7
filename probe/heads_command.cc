#include "probe/heads_command.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "datasets/conllu.h"
#include "datasets/wordpiece.h"
#include "model/base/build_info.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/ops/simd_target.h"
#include "model/pretrained.h"
#include "probe/compute_flags.h"
#include "probe/context_check.h"
#include "probe/head_probe.h"
#include "probe/head_tables.h"
#include "probe/report.h"
#include "probe/results.h"

namespace headscope {
namespace {

struct HeadsFlags {
  std::string model, dev, test, out, coreference = "ontonotes";
  ComputeFlags compute;
  HeadProbeOptions options;
};

// Hours of work must not end at a folder that cannot be written.
void PrepareOutput(const std::string& directory) {
  MakeDirectory(directory);
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    Fail("--out: cannot write to {}: {}", directory, std::strerror(errno));
  }
}

std::string CommandLine(const HeadsFlags& flags) {
  return fmt::format(
      "headscope probe heads --model {} --dev {} --test {} --out {} --segment {} --coref {} "
      "--random-models {} --seed {} --bootstrap {}",
      flags.model, flags.dev, flags.test, flags.out, flags.options.segment_pieces,
      CoreferenceSchemeName(flags.options.coreference), flags.options.random_models,
      flags.options.seed, flags.options.bootstrap_replicates);
}

void RunHeads(HeadsFlags& flags) {
  flags.options.coreference = ParseCoreferenceScheme(flags.coreference);
  const Treebank dev = ReadConllu(flags.dev);
  const Treebank test = ReadConllu(flags.test);
  const PretrainedModel model = LoadPretrained(ModelOfPath(flags.model));
  const WordPiece word_piece = WordPiece::FromFile(model.VocabPath(), model.lower_case);
  PrepareOutput(flags.out);

  flags.compute.SelectTarget();
  flags.options.gemm = flags.compute.Backend();
  ThreadPool pool(flags.compute.threads);
  const auto progress = [](const std::string& what) { fmt::print(stderr, "{} …\n", what); };
  HeadProbeResults results =
      ProbeHeads(model, word_piece, dev, test, flags.options, pool, progress);
  results.model.sha256 = Sha256OfFile(model.directory + "/model.safetensors");
  results.dev.sha256 = Sha256OfFile(flags.dev);
  results.test.sha256 = Sha256OfFile(flags.test);
  results.facts.threads = flags.compute.threads;
  results.facts.commit = BuildCommit();
  results.facts.compiler = BuildCompiler();
  results.facts.simd_target = ActiveSimdTarget();
  results.facts.command = CommandLine(flags);

  WriteFileAtomically(flags.out + "/results.json", ResultsJson(results));
  WriteFileAtomically(flags.out + "/manifest.json", ManifestJson(results.facts));
  WriteFileAtomically(flags.out + "/report.html", HeadReportHtml(results));
  fmt::print("{}\nresults: {}/results.json\nreport:  {}/report.html\n", HeadTables(results),
             flags.out, flags.out);
}

}  // namespace

void AddHeadsCommand(CLI::App& probe) {
  auto flags = std::make_shared<HeadsFlags>();
  CLI::App* command = probe.add_subcommand(
      "heads", "what attention heads know about dependencies, parts of speech and coreference");
  command->add_option("--model", flags->model, "a model's folder, or a run directory")->required();
  command->add_option("--dev", flags->dev, "CoNLL-U file on which heads and nulls are chosen")
      ->required();
  command->add_option("--test", flags->test, "CoNLL-U file on which they are scored")->required();
  command->add_option("--out", flags->out, "folder for results.json, manifest.json, report.html")
      ->required();
  HeadProbeOptions& options = flags->options;
  command
      ->add_option("--segment", options.segment_pieces,
                   "most pieces of a coreference segment, [CLS] and [SEP] counted")
      ->check(CLI::Range(4, 1 << 20))
      ->capture_default_str();
  command->add_option("--coref", flags->coreference, "which mentions count: ontonotes or gum")
      ->check(CLI::IsMember({"ontonotes", "gum"}))
      ->capture_default_str();
  command
      ->add_option("--random-models", options.random_models,
                   "randomly initialised models of the same shape")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "of the bootstrap and the random models")
      ->capture_default_str();
  flags->compute.AddTo(*command);
  command->add_option("--bootstrap", options.bootstrap_replicates, "replicates of the intervals")
      ->check(CLI::Range(40, 1000000))
      ->capture_default_str();
  command->add_option("--twin", options.twin,
                      "run directory of the uniform-attention twin; by default RUN/twin");
  command->callback([flags] { RunHeads(*flags); });
}

}  // namespace headscope
