#include "probe/heads_command.h"

#include <fmt/core.h>

#include <cstdio>
#include <memory>
#include <optional>

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
#include "probe/importance_probe.h"
#include "probe/importance_tables.h"
#include "probe/output_folder.h"
#include "probe/report.h"
#include "probe/results.h"

namespace headscope {
namespace {

struct HeadsFlags {
  std::string model, dev, test, out, coreference = "ontonotes";
  ComputeFlags compute;
  HeadProbeOptions options;
  ImportanceOptions importance;
  std::string protocol = "paper", read = "words";
};

std::string CommandLine(const HeadsFlags& flags) {
  return fmt::format(
      "headscope probe heads --model {} --dev {} --test {} --out {} --segment {} --coref {} "
      "--random-models {} --permuted-models {} --seed {} --bootstrap {} --importance-sentences {} "
      "--protocol {} --read {}",
      flags.model, flags.dev, flags.test, flags.out, flags.options.segment_pieces,
      CoreferenceSchemeName(flags.options.coreference), flags.options.random_models,
      flags.options.permuted_models, flags.options.seed, flags.options.bootstrap_replicates,
      flags.importance.sentences, flags.protocol, flags.read);
}

// Nothing when it was not asked for, or cannot be measured: then a note says why.
std::optional<ImportanceResults> ImportanceOf(const HeadsFlags& flags, const PretrainedModel& model,
                                              const WordPiece& word_piece, const Treebank& dev,
                                              const Treebank& test, ThreadPool& pool,
                                              const Progress& progress, HeadProbeResults& results) {
  if (flags.importance.sentences == 0) return std::nullopt;
  std::string why_not;
  if (!HasImportance(model, why_not)) {
    results.notes.push_back("no importance of heads: " + why_not);
    return std::nullopt;
  }
  ImportanceOptions options = flags.importance;
  options.protocol = ParseImportanceProtocol(flags.protocol);
  options.seed = flags.options.seed;
  options.gemm = flags.options.gemm;
  ImportanceResults importance =
      MeasureImportance(model, word_piece, dev, test, options, pool, progress);
  importance.joint = MakeJointTable(results, importance);
  return importance;
}

void RunHeads(HeadsFlags& flags) {
  flags.options.coreference = ParseCoreferenceScheme(flags.coreference);
  flags.options.read = flags.read == "masks" ? ReadAt::kMasks : ReadAt::kWords;
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
  const std::optional<ImportanceResults> importance =
      ImportanceOf(flags, model, word_piece, dev, test, pool, progress, results);
  const ImportanceResults* const measured = importance ? &*importance : nullptr;
  results.model.sha256 = Sha256OfFile(model.directory + "/model.safetensors");
  results.dev.sha256 = Sha256OfFile(flags.dev);
  results.test.sha256 = Sha256OfFile(flags.test);
  results.facts.threads = flags.compute.threads;
  results.facts.commit = BuildCommit();
  results.facts.compiler = BuildCompiler();
  results.facts.simd_target = ActiveSimdTarget();
  results.facts.command = CommandLine(flags);

  WriteFileAtomically(flags.out + "/results.json", ResultsJson(results, measured));
  WriteFileAtomically(flags.out + "/manifest.json", ManifestJson(results.facts));
  WriteFileAtomically(flags.out + "/report.html", HeadReportHtml(results, measured));
  fmt::print("{}\n", HeadTables(results));
  if (importance && results.context.state != ContextState::kNotLearned) {
    fmt::print("{}\n", ImportanceTableText(results, *importance));
  }
  fmt::print("results: {}/results.json\nreport:  {}/report.html\n", flags.out, flags.out);
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
  command
      .Option("--permuted-models", options.permuted_models,
              "the model with the entries of each of its matrices permuted: so many times")
      .Range(0, 1000);
  command.Option("--seed", options.seed, "of the bootstrap, the random and the permuted models");
  flags->compute.AddTo(command);
  command.Option("--bootstrap", options.bootstrap_replicates, "replicates of the intervals")
      .Range(40, 1000000);
  command.Option("--twin", options.twin,
                 "run directory of the uniform-attention twin; by default RUN/twin");
  command
      .Option("--importance-sentences", flags->importance.sentences,
              "sentences of each file on which the importance of heads is measured; 0: none")
      .Range(0, 1 << 20);
  command
      .Option(
          "--protocol", flags->protocol,
          "mask gradients as Michel et al. 2019 write (paper: absolute values of sentences) or as "
          "their code has it (released: of tokens)")
      .OneOf({"paper", "released"});
  command
      .Option("--read", flags->read,
              "where the attending word is read: as it stands (words), or in a pass in which it is "
              "masked with 15% of the words (masks; seven passes)")
      .OneOf({"words", "masks"});
  command.Footer("Kinds of heads. " + HeadKindRules() + ".");
  command.OnRun([flags] { RunHeads(*flags); });
}

}  // namespace headscope
