#include "probe/experiment_command.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "datasets/data_folder.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/base/thread_pool.h"
#include "model/base/written_command.h"
#include "model/ops/simd_target.h"
#include "probe/claims_page.h"
#include "probe/experiment_catalogue.h"
#include "probe/experiment_report.h"
#include "probe/model_facts.h"
#include "probe/output_folder.h"
#include "train/interrupt.h"
#include "train/version.h"

namespace headscope {
namespace {

struct ExperimentFlags {
  std::string name, out, data, isa = "auto";
  std::vector<std::string> settings;
  uint64_t seeds = 0;  // 0: as the experiment says
  size_t threads = ThreadPool::HardwareThreads();
  bool resume = false;
  std::vector<std::string> runs;
  double power = 0.8;
};

std::vector<std::string> SettingsOf(const ExperimentFlags& flags) {
  std::vector<std::string> settings = flags.settings;
  if (flags.seeds != 0) settings.push_back(fmt::format("seeds={}", flags.seeds));
  return settings;
}

Experiment Load(const ExperimentFlags& flags, const std::string& name) {
  const ExperimentFile file = FindExperiment(name);
  return ParseExperiment(file.path, file.text, SettingsOf(flags));
}

// The experiment itself, or a suite's parts.
std::vector<Experiment> PartsOf(const ExperimentFlags& flags, Experiment experiment) {
  std::vector<Experiment> parts;
  for (const std::string& name : experiment.parts) {
    parts.push_back(Load(flags, name));
    if (!parts.back().parts.empty()) {
      Fail("{}: expected parts that are no suites themselves, found {}", experiment.name, name);
    }
  }
  if (parts.empty()) parts.push_back(std::move(experiment));
  return parts;
}

std::string OutOf(const ExperimentFlags& flags, const std::string& experiment) {
  return flags.out.empty() ? "runs/" + experiment : flags.out;
}

void List() {
  for (const ExperimentFile& file : EmbeddedExperiments()) {
    const Experiment experiment = ParseExperiment(file.path, file.text);
    fmt::print("{:<24} {}\n", experiment.name,
               experiment.parts.empty()
                   ? experiment.title
                   : fmt::format("{}: {}", experiment.title, fmt::join(experiment.parts, ", ")));
  }
  fmt::print("\nheadscope experiment show NAME prints one; run takes NAME or a .toml file.\n");
}

std::string CommandLine(const ExperimentFlags& flags, const std::string& out) {
  WrittenCommand written("headscope experiment run");
  written.Add(flags.name).Add("--out", out);
  for (const std::string& setting : SettingsOf(flags)) written.Add("--set", setting);
  return written.Text();
}

// A figure of each claim is in its folder; a suite's page is in the suite's.
void Write(const std::string& folder, const ExperimentResults& results, const ProbeFacts& facts) {
  WriteFileAtomically(folder + "/experiment.toml", results.experiment.text);
  WriteFileAtomically(folder + "/results.json", ExperimentJson(results));
  WriteFileAtomically(folder + "/results.csv", ExperimentCsv(results));
  WriteFileAtomically(folder + "/manifest.json", ExperimentManifest(facts, results.cells));
}

void RunExperiment(const ExperimentFlags& flags) {
  SelectSimdTarget(flags.isa);
  const Experiment experiment = Load(flags, flags.name);
  const std::string out = OutOf(flags, experiment.name);
  if (!flags.resume && std::filesystem::exists(out) && !std::filesystem::is_empty(out)) {
    Fail(
        "{}: expected a new folder; go on with what is there by --resume, or name another by --out",
        out);
  }
  ExperimentReport report{.title = experiment.title,
                          .question = experiment.question,
                          .method = experiment.method,
                          .parts = {},
                          .command = CommandLine(flags, out),
                          .build = VersionText()};
  ProbeFacts facts;
  FillProgramFacts(flags.threads, report.command, facts);
  const InterruptGuard interrupt;
  for (Experiment& part : PartsOf(flags, experiment)) {
    const std::string folder = experiment.parts.empty() ? out : out + "/" + part.name;
    PrepareOutput(folder);
    const std::vector<ClaimRecord> records = RecordClaims(part, folder);
    const auto cells =
        RunCells(part, {.directory = folder,
                        .data_folder = DataFolder(flags.data),
                        .threads = flags.threads,
                        .out = stderr,
                        .report = [](const std::string& line) { fmt::print(stderr, "{}\n", line); },
                        .stop = [&] { return interrupt.Requested(); }});
    if (!cells) {
      fmt::print(stderr, "interrupted and saved; go on by the same command and --resume\n");
      throw ExitStatus{128 + interrupt.Signal()};
    }
    const ExperimentResults results{part, *cells, Decide(part.claims, *cells), records};
    Write(folder, results, facts);
    fmt::print("{}\n", ExperimentText(results));
    report.parts.push_back(results);
  }
  WriteFileAtomically(out + "/report.html", ExperimentReportHtml(report));
  fmt::print("results: {}/{}results.json\nreport:  {}/report.html\n", out,
             experiment.parts.empty() ? "" : "*/", out);
}

void Power(const ExperimentFlags& flags) {
  const Experiment experiment = Load(flags, flags.name);
  const std::string out = OutOf(flags, experiment.name);
  fmt::print(
      "seeds for a decision with probability {}, if the pilot's mean and spread are true and each\n"
      "claim has its share of the 5% that an experiment's claims have together:\n",
      flags.power);
  for (const Experiment& part : PartsOf(flags, experiment)) {
    const std::string folder = experiment.parts.empty() ? out : out + "/" + part.name;
    const std::vector<Cell> cells = DoneCells(part, folder);
    if (cells.empty())
      Fail("{}: expected a pilot's cells, found none: run {} first", folder, part.name);
    const std::vector<Decision> decisions = Decide(part.claims, cells);
    const auto defined = std::count_if(decisions.begin(), decisions.end(), [](const Decision& d) {
      return d.verdict != Verdict::kUndefined;
    });
    for (const Decision& decision : decisions) {
      if (decision.verdict == Verdict::kUndefined) {
        fmt::print("{:<28} {:>6}   ({})\n", part.name + "/" + decision.claim.name, "n/a",
                   decision.undefined);
        continue;
      }
      const size_t seeds = SeedsNeeded(decision, static_cast<size_t>(defined), flags.power);
      fmt::print(
          "{:<28} {:>6}   ({} seen over {} seeds: {:.2f} [{:.2f}, {:.2f}] points; rule: {})\n",
          part.name + "/" + decision.claim.name, seeds == 0 ? "never" : fmt::format("{}", seeds),
          VerdictName(decision.verdict), decision.difference.n, decision.difference.value,
          decision.difference.low, decision.difference.high, decision.claim.Rule());
    }
  }
}

void ReportClaims(const ExperimentFlags& flags) {
  const ClaimsFound found = FindClaims(flags.runs);
  if (found.claims.empty()) {
    Fail("{}: expected results.json of experiments, found {} of other kinds",
         fmt::join(flags.runs, ", "), found.other_results);
  }
  const std::string out = OutOf(flags, "claims");
  PrepareOutput(out);
  WrittenCommand command("headscope experiment report");
  command.Add("--out", out);
  for (const std::string& folder : flags.runs) command.Add("--runs", folder);
  WriteFileAtomically(out + "/claims.html", ClaimsHtml(found, command.Text()));
  WriteFileAtomically(out + "/claims.csv", ClaimsCsv(found));
  fmt::print("{}page: {}/claims.html\n", ClaimsText(found), out);
}

Command WithName(const Command& experiment, const char* verb, const char* description,
                 ExperimentFlags& flags) {
  const Command command = experiment.Subcommand(verb, description);
  command.Option("NAME", flags.name, "an experiment of the list, or a .toml file").Required();
  return command;
}

void AddSettings(const Command& command, ExperimentFlags& flags) {
  command.Option("--set", flags.settings,
                 "KEY=VALUE over the file's: of [experiment], of the fine-tuning, or "
                 "pretraining.KEY");
  command.Option("--seeds", flags.seeds, "how many seeds, 1 to N (default: as the experiment says)")
      .Range(2, 1000);
  command.Option("--out", flags.out, "its folder (default: runs/NAME)");
}

}  // namespace

void AddExperimentCommand(const Command& app) {
  const auto flags = std::make_shared<ExperimentFlags>();
  const Command experiment = app.Subcommand(
      "experiment",
      "controlled experiments: hypothesis, margin and decision rule fixed beforehand");
  experiment.ExpectSubcommand();
  experiment.Subcommand("list", "the experiments that come with the program").OnRun(List);
  WithName(experiment, "show", "print an experiment's file", *flags).OnRun([flags] {
    fmt::print("{}", FindExperiment(flags->name).text);
  });
  const Command run =
      WithName(experiment, "run", "run an experiment or a suite, and decide", *flags);
  AddSettings(run, *flags);
  run.Option("--data", flags->data,
             "Folder of the corpora; default HEADSCOPE_DATA, ../shared/data or data");
  run.Switch("--resume", flags->resume, "go on: cells that are done are not run again");
  run.Option("--threads", flags->threads, "changes the speed and nothing else").Range(1, 1024);
  run.Option("--isa", flags->isa, "SIMD target, or auto; changes the speed and nothing else");
  run.OnRun([flags] { RunExperiment(*flags); });
  const Command report = experiment.Subcommand(
      "report", "one page of all claims: paper, experiment, difference, verdict, caveat");
  report.Footer(
      "Looks for the results.json of experiments under every folder of --runs and writes "
      "claims.html and claims.csv.\nExample: headscope experiment report --runs runs --out "
      "runs/claims");
  report.Option("--runs", flags->runs, "folders of experiments; repeatable").Required();
  report.Option("--out", flags->out, "its folder (default: runs/claims)");
  report.OnRun([flags] { ReportClaims(*flags); });
  const Command power = WithName(experiment, "power",
                                 "how many seeds a decision needs, from a pilot's cells", *flags);
  AddSettings(power, *flags);
  power.Option("--power", flags->power, "the probability of a decision").Range(0.01, 0.999);
  power.OnRun([flags] { Power(*flags); });
}

}  // namespace headscope
