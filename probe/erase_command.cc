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
#include "probe/work_progress.h"

namespace headscope {
namespace {

struct EraseFlags {
  std::string model;
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
      .Add("--model", flags.model)
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
                     {"draws", std::to_string(options.draws)},
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

void RunErase(const EraseFlags& flags) {
  const ErasureOptions options = OptionsOf(flags);
  const Treebank train = ReadConllu(flags.files.train), dev = ReadConllu(flags.files.dev),
                 test = ReadConllu(flags.files.test);
  const PretrainedModel model = LoadPretrained(ModelOfPath(flags.model));
  const WordPiece word_piece = WordPiece::FromFile(model.VocabPath(), model.lower_case);
  CheckVocabulary(word_piece, model);
  PrepareOutput(flags.files.out);
  flags.compute.SelectTarget();
  ThreadPool pool(flags.compute.threads);
  const WordEncoder encode = [&](const std::vector<std::string>& words) {
    return EncodeWordInput(word_piece, words);
  };
  const ProbeCorpus corpus =
      MakeProbeCorpus(train, dev, test, encode,
                      {model.config.max_position_embeddings, flags.train_words, options.seed});
  ErasureResults results;
  {
    WorkProgress line("erasures");
    StudyErasure(
        pool, model, word_piece, encode, corpus, options,
        [&](size_t done, size_t total) { line(done, total); }, results);
  }
  FillFacts(flags, model, results);
  WriteErasure(flags.files.out, results);
}

}  // namespace

void AddEraseCommand(const Command& probe) {
  auto flags = std::make_shared<EraseFlags>();
  ErasureOptions& options = flags->options;
  const Command command = probe.Subcommand(
      "erase",
      "what the masked LM and later layers lose when a concept is erased from a layer's vectors");
  command.Option("--model", flags->model, "a model's folder, or a run directory").Required();
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
      .Option("--later", flags->later,
              "whose vectors linear probes read besides: the last layer, or all later ones")
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
