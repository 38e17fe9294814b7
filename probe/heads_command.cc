#include "probe/heads_command.h"

#include <fmt/core.h>

#include <cstdio>
#include <memory>

#include "datasets/conllu.h"
#include "datasets/wordpiece.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/base/written_command.h"
#include "model/pretrained.h"
#include "probe/compute_flags.h"
#include "probe/context_check.h"
#include "probe/estimate_text.h"
#include "probe/head_atlas_tables.h"
#include "probe/head_study.h"
#include "probe/head_tables.h"
#include "probe/importance_tables.h"
#include "probe/model_facts.h"
#include "probe/output_folder.h"
#include "probe/report.h"
#include "probe/results.h"
#include "probe/trajectory_files.h"

namespace headscope {
namespace {

struct HeadsFlags {
  std::string model, checkpoints, dev, test, out, coreference = "ontonotes";
  ComputeFlags compute;
  HeadProbeOptions options;
  ImportanceOptions importance;
  std::string protocol = "paper", read = "words";
};

std::string CommandLine(const HeadsFlags& flags) {
  return WrittenCommand("headscope probe heads")
      .AddUnlessEmpty("--model", flags.model)
      .AddUnlessEmpty("--checkpoints", flags.checkpoints)
      .Add("--dev", flags.dev)
      .Add("--test", flags.test)
      .Add("--out", flags.out)
      .Add("--segment", flags.options.segment_pieces)
      .Add("--coref", CoreferenceSchemeName(flags.options.coreference))
      .Add("--random-models", flags.options.random_models)
      .Add("--permuted-models", flags.options.permuted_models)
      .Add("--seed", flags.options.seed)
      .Add("--sign-flips", flags.options.sign_flips)
      .Add("--importance-sentences", flags.importance.sentences)
      .Add("--protocol", flags.protocol)
      .Add("--read", flags.read)
      .Text();
}

void FillFacts(const HeadsFlags& flags, const PretrainedModel& model, HeadProbeResults& results) {
  results.model.sha256 = Sha256OfFile(model.directory + "/model.safetensors");
  results.dev.sha256 = Sha256OfFile(flags.dev);
  results.test.sha256 = Sha256OfFile(flags.test);
  FillProgramFacts(flags.compute.threads, CommandLine(flags), results.facts);
}

void WriteFindings(const HeadsFlags& flags, const HeadStudy& study) {
  const HeadProbeResults& results = study.results;
  WriteFileAtomically(flags.out + "/results.json", ResultsJson(results, study.Importance()));
  WriteFileAtomically(flags.out + "/report.html", HeadReportHtml(results, study.Importance()));
  fmt::print("{}\n", HeadTables(results));
  if (study.importance && results.context.state != ContextState::kNotLearned) {
    fmt::print("{}\n", ImportanceTableText(results, *study.importance));
  }
  fmt::print("results: {}/results.json\nreport:  {}/report.html\n", flags.out, flags.out);
}

std::string PrefaceOf(const HeadProbeResults& results) {
  return fmt::format(
      "At every step the best of {} heads and the nulls are chosen anew on {}, and scored on {} "
      "({} "
      "words); attention is read at {}. Percent with 95% intervals over {}.",
      results.model.layers * results.model.heads, results.dev.path, results.test.path,
      results.test.words, results.facts.read, ClustersText(results.clusters));
}

void RunHeads(HeadsFlags& flags) {
  flags.options.coreference = ParseCoreferenceScheme(flags.coreference);
  flags.options.read = flags.read == "masks" ? ReadAt::kMasks : ReadAt::kWords;
  flags.importance.protocol = ParseImportanceProtocol(flags.protocol);
  flags.options.gemm = flags.compute.Backend();
  const std::vector<Checkpoint> checkpoints = CheckpointsOf(flags.model, flags.checkpoints);
  const Treebank dev = ReadConllu(flags.dev);
  const Treebank test = ReadConllu(flags.test);
  PrepareOutput(flags.out);
  flags.compute.SelectTarget();
  ThreadPool pool(flags.compute.threads);
  TrajectoryFindings findings;
  findings.title = "Attention heads";
  for (size_t i = 0; i < checkpoints.size(); ++i) {
    const PretrainedModel model = LoadPretrained(checkpoints[i].model);
    const WordPiece word_piece = WordPiece::FromFile(model.VocabPath(), model.lower_case);
    const auto progress = [&](const std::string& what) {
      if (!flags.checkpoints.empty()) {
        fmt::print(stderr, "step {} ({} of {}): ", checkpoints[i].step, i + 1, checkpoints.size());
      }
      fmt::print(stderr, "{} …\n", what);
    };
    HeadStudy study =
        StudyHeads(model, word_piece, dev, test, flags.options, flags.importance, pool, progress);
    FillFacts(flags, model, study.results);
    findings.facts = study.results.facts;
    if (flags.checkpoints.empty()) {
      WriteFindings(flags, study);
    } else {
      findings.preface = PrefaceOf(study.results);
      AddToTrajectory(checkpoints[i].step, study.results, findings.trajectory);
      findings.results.emplace_back(checkpoints[i].step,
                                    ResultsJson(study.results, study.Importance()));
    }
  }
  WriteFileAtomically(flags.out + "/manifest.json", ManifestJson(findings.facts));
  if (!flags.checkpoints.empty()) {
    WriteTrajectoryFindings(flags.out, "headscope probe heads", findings);
  }
}

}  // namespace

void AddHeadsCommand(const Command& probe) {
  auto flags = std::make_shared<HeadsFlags>();
  const Command command = probe.Subcommand(
      "heads",
      "what attention heads know about dependencies, parts of speech and coreference, where they "
      "look, what kind they are, how they differ, and the trees in their maps");
  command.Option("--model", flags->model, "a model's folder, or a run directory");
  command.Option(
      "--checkpoints", flags->checkpoints,
      "in place of --model a run whose snapshots (train --checkpoints) are probed one by "
      "one; --importance-sentences 0 --random-models 0 --permuted-models 0 make it quick");
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
  command.Option("--seed", options.seed, "of the sign flips, the random and the permuted models");
  flags->compute.AddTo(command);
  command
      .Option("--sign-flips", options.sign_flips,
              "draws of the null in which the maximum over heads is taken")
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
