#include "probe/heads_command.h"

#include <fmt/core.h>

#include <cstdio>
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
#include "probe/head_atlas_tables.h"
#include "probe/head_probe.h"
#include "probe/head_tables.h"
#include "probe/output_folder.h"
#include "probe/report.h"
#include "probe/results.h"

namespace headscope {
namespace {

struct HeadsFlags {
  std::string model, dev, test, out, coreference = "ontonotes";
  ComputeFlags compute;
  HeadProbeOptions options;
};

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

void AddHeadsCommand(const Command& probe) {
  auto flags = std::make_shared<HeadsFlags>();
  const Command command = probe.Subcommand(
      "heads",
      "what attention heads know about dependencies, parts of speech and coreference, where they "
      "look, what kind they are, how they differ, and the trees in their maps");
  command.Option("--model", flags->model, "a model's folder, or a run directory").Required();
  command.Option("--dev", flags->dev, "CoNLL-U file on which heads and nulls are chosen")
      .Required();
  command.Option("--test", flags->test, "CoNLL-U file on which they are scored").Required();
  command.Option("--out", flags->out, "folder for results.json, manifest.json, report.html")
      .Required();
  HeadProbeOptions& options = flags->options;
  command
      .Option("--segment", options.segment_pieces,
              "most pieces of a coreference segment, [CLS] and [SEP] counted")
      .Range(4, 1 << 20);
  command.Option("--coref", flags->coreference, "which mentions count: ontonotes or gum")
      .OneOf({"ontonotes", "gum"});
  command
      .Option("--random-models", options.random_models,
              "randomly initialised models of the same shape")
      .Range(0, 1000);
  command.Option("--seed", options.seed, "of the bootstrap and the random models");
  flags->compute.AddTo(command);
  command.Option("--bootstrap", options.bootstrap_replicates, "replicates of the intervals")
      .Range(40, 1000000);
  command.Option("--twin", options.twin,
                 "run directory of the uniform-attention twin; by default RUN/twin");
  command.Footer("Kinds of heads. " + HeadKindRules() + ".");
  command.OnRun([flags] { RunHeads(*flags); });
}

}  // namespace headscope
