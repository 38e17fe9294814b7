#include "probe/suite_command.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "datasets/conllu.h"
#include "datasets/data_folder.h"
#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/base/written_command.h"
#include "probe/compute_flags.h"
#include "probe/context_check.h"
#include "probe/fit_journal.h"
#include "probe/model_facts.h"
#include "probe/output_folder.h"
#include "probe/results.h"
#include "probe/section_store.h"
#include "probe/suite.h"
#include "probe/suite_progress.h"
#include "probe/suite_report.h"
#include "train/interrupt.h"

namespace headscope {
namespace {

struct SuiteFlags {
  std::string model, data, treebank = "gum", out;
  bool resume = false;
  ComputeFlags compute;
  SuiteOptions options;
};

struct SuiteFiles {
  std::string train, dev, test;
};

std::string CommandLine(const SuiteFlags& flags) {
  const SuiteOptions& options = flags.options;
  WrittenCommand written("headscope probe all");
  written.Add("--model", flags.model)
      .Add("--data", DataFolder(flags.data))
      .Add("--treebank", flags.treebank)
      .Add("--out", flags.out)
      .Add("--seeds", options.seeds)
      .Add("--sweep-words", options.sweep_words)
      .Add("--seed", options.seed);
  if (options.full) written.Add("--full").Add("--draws", options.draws);
  if (!options.studies.empty()) written.Add("--studies", options.studies);
  return written.AddUnlessEmpty("--twin", options.twin).Text();
}

ProbingResults FactsOf(const SuiteFlags& flags, const SuiteFiles& files,
                       const PretrainedModel& model, const SuiteContext& context) {
  ProbingResults facts;
  facts.model = FactsOf(model);
  facts.model.sha256 = Sha256OfFile(model.directory + "/model.safetensors");
  const auto of = [](const std::string& path, const Treebank& treebank) {
    DataFacts data;
    data.path = path;
    data.documents = treebank.documents.size();
    data.sentences = treebank.NumSentences();
    data.words = treebank.NumWords();
    data.sha256 = Sha256OfFile(path);
    return data;
  };
  facts.train = of(files.train, context.train);
  facts.dev = of(files.dev, context.dev);
  facts.test = of(files.test, context.test);
  facts.facts.seed = flags.options.seed;
  FillProgramFacts(flags.compute.threads, CommandLine(flags), facts.facts);
  if (model.attention != nullptr) {
    facts.notes.push_back("attention, in the random encoders too: " + model.attention->Text());
  }
  if (flags.options.gemm == GemmBackend::kOpenBlas) {
    facts.notes.push_back("matrix products by OpenBLAS: not bit-reproducible");
  }
  return facts;
}

// What every fit depends on.
std::string IdentityOf(const SuiteFlags& flags, const ProbingResults& facts) {
  const SuiteOptions& options = flags.options;
  return fmt::format(
      "commit {}, model {}, train {}, dev {}, test {}, seed {}, seeds {}, draws {}, sweep words "
      "{}, "
      "full {}, twin {}, gemm {}",
      facts.facts.commit, facts.model.sha256, facts.train.sha256, facts.dev.sha256,
      facts.test.sha256, options.seed, options.seeds, options.draws, options.sweep_words,
      options.full, options.twin, flags.compute.gemm);
}

void WriteResults(const SuiteFlags& flags, const ProbingResults& facts,
                  const std::vector<SuiteSection>& sections) {
  const std::string text = SuiteText(sections);
  for (const SuiteSection& section : sections) {
    for (const auto& [name, csv] : section.csvs) WriteFileAtomically(flags.out + "/" + name, csv);
  }
  WriteFileAtomically(flags.out + "/results.json", SuiteJson(facts, sections));
  WriteFileAtomically(flags.out + "/tables.txt", text);
  WriteFileAtomically(flags.out + "/manifest.json", ManifestJson(facts.facts));
  WriteFileAtomically(flags.out + "/report.html", SuiteReportHtml(facts, sections));
  fmt::print(
      "{}\nresults: {}/results.json, tables.txt and a CSV for each study\nreport:  "
      "{}/report.html\n",
      text, flags.out, flags.out);
}

[[noreturn]] void EndInterrupted(const InterruptGuard& interrupt, const SuiteFlags& flags,
                                 SuiteProgress& progress) {
  progress.Print(fmt::format(
      "interrupted; what was fitted is kept in {}/parts; go on with the same command and --resume",
      flags.out));
  throw ExitStatus{128 + interrupt.Signal()};
}

void RunAll(SuiteFlags& flags) {
  const auto file_of = [&](const std::string& part) {
    return TreebankFile(DataFolder(flags.data), flags.treebank, part);
  };
  const SuiteFiles files{file_of("train"), file_of("dev"), file_of("test")};
  flags.options.gemm = flags.compute.Backend();
  const PretrainedModel model = LoadPretrained(ModelOfPath(flags.model));
  const WordPiece word_piece = WordPiece::FromFile(model.VocabPath(), model.lower_case);
  CheckVocabulary(word_piece, model);
  PrepareOutput(flags.out);
  const Treebank train = ReadConllu(files.train), dev = ReadConllu(files.dev),
                 test = ReadConllu(files.test);
  flags.compute.SelectTarget();
  ThreadPool pool(flags.compute.threads);
  const WordEncoder encode = [&](const std::vector<std::string>& words) {
    return EncodeWordInput(word_piece, words);
  };

  SuiteProgress progress;
  const InterruptGuard interrupt;
  const auto stop = [&] { return interrupt.Requested(); };
  const SuiteContext context{pool,
                             model,
                             word_piece,
                             encode,
                             train,
                             dev,
                             test,
                             flags.options,
                             [&](const std::string& what) {
                               if (stop()) throw StudyInterrupted();
                               progress.Print(what + " …");
                             }};
  const ProbingResults facts = FactsOf(flags, files, model, context);
  const std::string identity = IdentityOf(flags, facts);
  const std::string parts = flags.out + "/parts";
  if (!flags.resume) std::filesystem::remove_all(parts);
  SectionStore sections(parts, identity);
  FitJournal journal(parts + "/fits.jsonl", identity, flags.resume);
  if (flags.resume) progress.Print(fmt::format("{} fits are there already", journal.NumFits()));
  SuiteHooks hooks;
  hooks.journal = &journal;
  hooks.sections = &sections;
  hooks.stop = stop;
  hooks.planned = [&](const SuiteClock& clock) { progress.ShowPlan(clock); };
  hooks.advanced = [&](const SuiteClock& clock) { progress.Show(clock); };
  try {
    const std::vector<SuiteSection> found = RunSuite(context, facts, hooks);
    progress.Print("");
    WriteResults(flags, facts, found);
  } catch (const StudyInterrupted&) {
    EndInterrupted(interrupt, flags, progress);
  }
}

std::vector<std::string> StudyNames() {
  std::vector<std::string> names;
  for (const SuiteStudy& study : SuiteStudies()) names.push_back(study.name);
  return names;
}

}  // namespace

void AddSuiteCommand(const Command& probe) {
  auto flags = std::make_shared<SuiteFlags>();
  const Command command = probe.Subcommand(
      "all", "every study of one model on one treebank: heads, probes of every kind, one report");
  SuiteOptions& options = flags->options;
  command.Option("--model", flags->model, "a model's folder, or a run directory").Required();
  command.Option("--data", flags->data,
                 "folder of the corpora (default: HEADSCOPE_DATA, ../shared/data, data)");
  command.Option("--treebank", flags->treebank, "gum or ewt").OneOf({"gum", "ewt"});
  command
      .Option("--out", flags->out, "folder for report.html, results.json, tables.txt and CSV files")
      .Required();
  command.Option("--studies", options.studies, "some of them only")
      .SplitAt(',')
      .OneOf(StudyNames());
  command.Switch("--full", options.full,
                 "sweeps too with all seeds and draws on all of the training file");
  command.Switch("--resume", flags->resume,
                 "use what an interrupted run with the same flags has fitted");
  command.Option("--seeds", options.seeds, "of headline cells").Range(1, 1000);
  command
      .Option("--draws", options.draws,
              "with --full: random encoders, word orders, shuffled labels and online codes")
      .Range(1, 1000);
  command
      .Option("--sweep-words", options.sweep_words,
              "words on which sweeps over layers, controls and nulls are fitted")
      .Range(1, 1e12);
  command.Option("--seed", options.seed, "the first of the seeds");
  command
      .Option("--memory", options.memory_mib,
              "MiB of word vectors held at once; what does not fit is read in further passes")
      .Range(1, 1 << 20);
  command.Option("--twin", options.twin,
                 "run directory of the uniform-attention twin; by default RUN/twin");
  flags->compute.AddTo(command);
  command.Footer(
      "Each question of word vectors is asked three times: of every layer beside control task, "
      "random encoder, shuffled words, shuffled\nlabels and online code (one seed, --sweep-words "
      "words); of further probes (MLPs, ranks) at the layer that is best on dev; and, for\nthe "
      "headline cells, at that layer with --seeds seeds on all of the training file. Encoders are "
      "read once for all questions.\nCtrl-C ends after the fits under way; --resume goes on.");
  command.OnRun([flags] { RunAll(*flags); });
}

}  // namespace headscope
