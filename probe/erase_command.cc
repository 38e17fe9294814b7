#include "probe/erase_command.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>

#include "model/base/error.h"
#include "model/base/file.h"
#include "model/base/written_command.h"
#include "probe/context_check.h"
#include "probe/erasure_json.h"
#include "probe/erasure_study.h"
#include "probe/erasure_tables.h"
#include "probe/model_facts.h"
#include "probe/output_folder.h"
#include "probe/probing_command.h"
#include "probe/results.h"
#include "probe/trajectory_files.h"
#include "probe/work_progress.h"

namespace headscope {
namespace {

struct EraseFlags {
  std::string model, checkpoints;
  std::vector<std::string> layers = {"all"};
  ProbeFileFlags files;
  std::string concept_name = "pos", later = "last";
  size_t train_words = 0;
  ComputeFlags compute;
  ErasureOptions options;
};

std::string CommandLine(const EraseFlags& flags) {
  const ErasureOptions& options = flags.options;
  return WrittenCommand("headscope probe erase")
      .AddUnlessEmpty("--model", flags.model)
      .AddUnlessEmpty("--checkpoints", flags.checkpoints)
      .Add("--train", flags.files.train)
      .Add("--dev", flags.files.dev)
      .Add("--test", flags.files.test)
      .Add("--out", flags.files.out)
      .Add("--concept", flags.concept_name)
      .Add("--layers", flags.layers)
      .Add("--probe", options.probes)
      .Add("--later", flags.later)
      .Add("--seeds", options.seeds)
      .Add("--draws", options.draws)
      .Add("--seed", options.seed)
      .Add("--train-words", flags.train_words)
      .Add("--loss-sentences", options.loss_sentences)
      .Add("--iterations", options.inlp.max_iterations)
      .Add("--hidden", options.hidden_units)
      .Add("--pooling", flags.files.pooling)
      .Text();
}

ErasureOptions OptionsOf(const EraseFlags& flags) {
  ErasureOptions options = flags.options;
  options.concept_label =
      flags.concept_name == "relation" ? WordLabel::kRelation : WordLabel::kUpos;
  options.layers = ParseLayers(flags.layers);
  options.every_later_layer = flags.later == "all";
  options.pooling = flags.files.pooling == "first" ? WordPooling::kFirst : WordPooling::kMean;
  options.gemm = flags.compute.Backend();
  return options;
}

void FillFacts(const EraseFlags& flags, const PretrainedModel& model, ErasureResults& results) {
  const ErasureOptions& options = flags.options;
  results.concept_name = flags.concept_name;
  results.title = flags.concept_name == "relation" ? "Relations" : "Parts of speech";
  results.options = {{"probes", fmt::format("{}", fmt::join(options.probes, ","))},
                     {"later", flags.later},
                     {"seeds", std::to_string(options.seeds)},
                     {"iterations", std::to_string(options.inlp.max_iterations)},
                     {"hidden", std::to_string(options.hidden_units)},
                     {"pooling", flags.files.pooling}};
  results.model = FactsOf(model);
  results.model.sha256 = Sha256OfFile(model.directory + "/model.safetensors");
  results.train.sha256 = Sha256OfFile(flags.files.train);
  results.dev.sha256 = Sha256OfFile(flags.files.dev);
  results.test.sha256 = Sha256OfFile(flags.files.test);
  results.facts.seed = options.seed;
  FillProgramFacts(flags.compute.threads, CommandLine(flags), results.facts);
  if (flags.compute.Backend() == GemmBackend::kOpenBlas) {
    results.notes.push_back("matrix products by OpenBLAS: not bit-reproducible");
  }
}

void WriteErasure(const std::string& out, const ErasureResults& results) {
  WriteFileAtomically(out + "/results.json", ErasureJson(results));
  WriteFileAtomically(out + "/rows.csv", ErasureCsv(results));
  WriteFileAtomically(out + "/manifest.json", ManifestJson(results.facts));
  WriteFileAtomically(out + "/report.html", ErasureReportHtml(results));
  fmt::print("{}\nresults: {}/results.json, rows.csv\nreport:  {}/report.html\n",
             ErasureTablesText(results), out, out);
}

void WriteErasures(const std::string& out, const std::vector<Checkpoint>& checkpoints,
                   const std::vector<ErasureResults>& found) {
  TrajectoryFindings findings;
  findings.title = "Erasure: " + found[0].title;
  findings.preface = ErasurePreface(found[0]);
  findings.facts = found[0].facts;
  for (size_t i = 0; i < found.size(); ++i) {
    AddToTrajectory(checkpoints[i].step, found[i], findings.trajectory);
    findings.results.emplace_back(checkpoints[i].step, ErasureJson(found[i]));
  }
  WriteFileAtomically(out + "/manifest.json", ManifestJson(findings.facts));
  WriteTrajectoryFindings(out, "headscope probe erase", findings);
}

// The files of a command, for one model or several of one vocabulary.
class ErasureRun {
 public:
  ErasureRun(const EraseFlags& flags, const PretrainedModel& first)
      : flags_(flags),
        options_(OptionsOf(flags)),
        train_(ReadConllu(flags.files.train)),
        dev_(ReadConllu(flags.files.dev)),
        test_(ReadConllu(flags.files.test)),
        word_piece_(WordPiece::FromFile(first.VocabPath(), first.lower_case)),
        encode_([this](const std::vector<std::string>& words) {
          return EncodeWordInput(word_piece_, words);
        }) {
    CheckVocabulary(word_piece_, first);
    PrepareOutput(flags.files.out);
    flags.compute.SelectTarget();
    pool_ = std::make_unique<ThreadPool>(flags.compute.threads);
    corpus_ =
        MakeProbeCorpus(train_, dev_, test_, encode_,
                        {first.config.max_position_embeddings, flags.train_words, options_.seed});
  }

  ErasureResults Study(const PretrainedModel& model) {
    ErasureResults results;
    {
      WorkProgress line("erasures");
      StudyErasure(
          *pool_, model, word_piece_, encode_, corpus_, options_,
          [&](size_t done, size_t total) { line(done, total); }, results);
    }
    FillFacts(flags_, model, results);
    return results;
  }

 private:
  const EraseFlags& flags_;
  ErasureOptions options_;
  Treebank train_, dev_, test_;
  WordPiece word_piece_;
  WordEncoder encode_;
  std::unique_ptr<ThreadPool> pool_;
  ProbeCorpus corpus_;
};

void RunErase(const EraseFlags& flags) {
  const std::vector<Checkpoint> checkpoints = CheckpointsOf(flags.model, flags.checkpoints);
  ErasureRun run(flags, LoadPretrained(checkpoints[0].model));
  std::vector<ErasureResults> found;
  for (const Checkpoint& checkpoint : checkpoints) {
    if (!flags.checkpoints.empty()) fmt::print(stderr, "step {}: ", checkpoint.step);
    found.push_back(run.Study(LoadPretrained(checkpoint.model)));
  }
  if (flags.checkpoints.empty()) {
    WriteErasure(flags.files.out, found[0]);
  } else {
    WriteErasures(flags.files.out, checkpoints, found);
  }
}

}  // namespace

void AddEraseCommand(const Command& probe) {
  auto flags = std::make_shared<EraseFlags>();
  ErasureOptions& options = flags->options;
  const Command command = probe.Subcommand(
      "erase",
      "what the masked LM and later layers lose when a concept is erased from a layer's vectors");
  command.Option("--model", flags->model, "a model's folder, or a run directory");
  command.Option("--checkpoints", flags->checkpoints,
                 "in place of --model a run whose snapshots (train --checkpoints) are studied one "
                 "by one; step 0 is an encoder of random weights");
  AddProbeFileFlags(command, flags->files);
  command
      .Option("--layers", flags->layers, "all, or a list: 0 the embeddings, 1 the first block, …")
      .SplitAt(',');
  command.Option("--concept", flags->concept_name, "what is erased: pos, or relation (to its head)")
      .OneOf({"pos", "relation"});
  command
      .Option("--probe", options.probes, "of the concept at the erased layer: linear, mlp1, mlp2")
      .SplitAt(',')
      .OneOf(kWordProbes);
  command
      .Option(
          "--later", flags->later,
          "whose vectors probes (linear; of arcs bilinear) read besides: the last layer, or all "
          "later ones")
      .OneOf({"last", "all"});
  command.Option("--seeds", options.seeds, "of probes that are random").Range(1, 1000);
  command.Option("--draws", options.draws, "of random subspaces of the same rank; 0: none")
      .Range(0, 1000);
  command.Option("--seed", options.seed, "the first of the seeds");
  command
      .Option("--train-words", flags->train_words,
              "fit on a sample of whole sentences of about so many words; 0: all")
      .Range(0, 1e12);
  command
      .Option("--loss-sentences", options.loss_sentences,
              "sentences of the test file on which the masked LM is measured; 0: none")
      .Range(0, 1e9);
  command
      .Option("--iterations", options.inlp.max_iterations,
              "at most, of iterative null-space projection")
      .Range(1, 1000);
  command.Option("--hidden", options.hidden_units, "units of each hidden layer of mlp1 and mlp2")
      .Range(1, 100000);
  flags->compute.AddTo(command);
  command.Footer(
      "leace (Belrose et al. 2023) takes away, with the least change, all that a linear function "
      "of a layer's vectors can say of the\nlabels; inlp (Ravfogel et al. 2020) projects out one "
      "linear classifier after the other until none beats the most frequent label.\nBoth are "
      "fitted "
      "on words of the training file and applied to every piece in the forward pass. Beside them, "
      "random subspaces of\nthe same rank: of the whitened space as LEACE's, orthogonal as INLP's. "
      "A quick look: --train-words 20000 --layers 2.");
  command.OnRun([flags] { RunErase(*flags); });
}

}  // namespace headscope
