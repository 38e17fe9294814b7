#include "probe/experiment.h"

#include <fmt/ranges.h>

#include <filesystem>

#include "model/base/error.h"
#include "probe/experiment_arms.h"
#include "probe/experiment_setting.h"
#include "probe/measure.h"
#include "train/config_file.h"

namespace headscope {
namespace {

std::vector<ConfigField> HeaderFields(Experiment& experiment) {
  return {
      {"experiment", "title", "", "", &experiment.title},
      {"experiment", "question", "", "", &experiment.question},
      {"experiment", "method", "", "", &experiment.method},
      {"experiment", "source", "", "", &experiment.source},
      {"experiment", "caveat", "", "", &experiment.caveat},
      {"experiment", "seeds", "", "", &experiment.seeds, 2, 1000},
      {"experiment", "parts", "", "", &experiment.parts},
      {"experiment", "measures", "", "", &experiment.measures},
      {"experiment", "treebank", "", "",
       EnumValue(experiment.treebank, {"synthetic", "gum"}, "treebank")},
  };
}

// Of an experiment without a task.
std::vector<ConfigField> FileFields(Experiment& experiment, TrainConfig& masked_lm) {
  std::vector<ConfigField> fields = HeaderFields(experiment);
  for (ConfigField& field : masked_lm.Fields()) fields.push_back(std::move(field));
  return fields;
}

std::vector<ConfigField> FileFields(Experiment& experiment, FinetuneConfig& finetuning) {
  std::vector<ConfigField> fields = HeaderFields(experiment);
  for (ConfigField& field : finetuning.Fields()) fields.push_back(std::move(field));
  return fields;
}

// The entries [SECTION.NAME], in the file's order.
template <typename Entry>
std::vector<Entry> ReadEntries(const ConfigDocument& document, const std::string& section) {
  std::vector<Entry> entries;
  for (const std::string& name : document.Entries(section)) {
    Entry entry;
    entry.name = name;
    document.ReadEntry(section, name, entry.Fields());
    entries.push_back(std::move(entry));
  }
  return entries;
}

// Refuses what an entry names that is not there. `entry`: "claim.NAME".
class EntryCheck {
 public:
  EntryCheck(const Experiment& experiment, const std::string& entry)
      : experiment_(experiment), entry_(entry) {}

  void Measure(const char* key, const std::string& measure) const {
    if (UnitOf(measure)) return;
    Fail("[{}]: expected {} to be one of {}, found \"{}\"", entry_, key, MeasureNames(), measure);
  }

  void ArmIn(const char* key, const std::string& arm) const {
    if (experiment_.FindArm(arm) != nullptr) return;
    std::vector<std::string> arms;
    for (const Arm& there : experiment_.arms) arms.push_back(there.name);
    Fail("[{}]: expected {} to be one of the arms {}, found \"{}\"", entry_, key,
         fmt::join(arms, ", "), arm);
  }

 private:
  const Experiment& experiment_;
  std::string entry_;
};

void CheckRatio(const Experiment& experiment, const ArmRatio& ratio) {
  const EntryCheck check(experiment, "ratio." + ratio.name);
  check.Measure("measure", ratio.measure);
  check.ArmIn("from", ratio.from);
  check.ArmIn("to", ratio.to);
}

void CheckFigure(const Experiment& experiment, const ArmFigure& figure) {
  const EntryCheck check(experiment, "figure." + figure.name);
  check.Measure("x", figure.x);
  check.Measure("y", figure.y);
  for (const std::string& arm : figure.line) check.ArmIn("line", arm);
}

void CheckClaim(const Experiment& experiment, const Claim& claim) {
  const EntryCheck check(experiment, "claim." + claim.name);
  check.Measure("measure", claim.measure);
  check.ArmIn("arm", claim.arm);
  if (!claim.Constant()) check.ArmIn("against", claim.against);
  if (claim.hypothesis.empty()) Fail("[claim.{}]: expected a hypothesis", claim.name);
  if (claim.expect == Expectation::kEquivalent && claim.margin <= 0.0) {
    Fail("[claim.{}]: expected a margin above 0 for an equivalence, found {}", claim.name,
         claim.margin);
  }
}

void Check(const Experiment& experiment) {
  if (experiment.title.empty()) Fail("[experiment]: expected a title");
  if (experiment.parts.empty() == experiment.arms.empty()) {
    Fail("expected either arms, [arm.NAME], or a suite's parts in [experiment]");
  }
  if (!experiment.arms.empty() && experiment.claims.empty()) {
    Fail("expected at least one [claim.NAME]: what is to be decided, and by which rule");
  }
  for (const Claim& claim : experiment.claims) CheckClaim(experiment, claim);
  for (const ArmRatio& ratio : experiment.ratios) CheckRatio(experiment, ratio);
  for (const ArmFigure& figure : experiment.figures) CheckFigure(experiment, figure);
  for (const std::string& measure : experiment.measures) {
    if (!UnitOf(measure)) {
      Fail("[experiment]: expected measures of {}, found \"{}\"", MeasureNames(), measure);
    }
  }
  for (const Arm& arm : experiment.arms) {
    if (arm.finetuning.task.empty() && !arm.masked_lm) {
      Fail("[data]: expected a task, or a [pretraining.base] to be the experiment's training");
    }
  }
}

}  // namespace

const Arm* Experiment::FindArm(const std::string& arm) const {
  for (const Arm& candidate : arms) {
    if (candidate.name == arm) return &candidate;
  }
  return nullptr;
}

std::set<std::string> Experiment::AskedMeasures() const {
  std::set<std::string> asked(measures.begin(), measures.end());
  for (const Claim& claim : claims) asked.insert(claim.measure);
  for (const ArmFigure& figure : figures) asked.insert({figure.x, figure.y});
  return asked;
}

Experiment ParseExperiment(const std::string& path, const std::string& text,
                           const std::vector<std::string>& settings) {
  Experiment experiment;
  experiment.name = std::filesystem::path(path).stem().string();
  experiment.text = text;
  FinetuneConfig base;
  const ConfigDocument document(path, text);
  document.Read(FileFields(experiment, base), {"pretraining", "arm", "claim", "ratio", "figure"});
  const std::vector<ExperimentSetting> over(settings.begin(), settings.end());
  const bool is_masked_lm = base.task.empty() && !document.Entries("pretraining").empty();
  for (const ExperimentSetting& setting : over) {
    if (!setting.IsOfPretraining() && !is_masked_lm) setting.Apply(FileFields(experiment, base));
    experiment.text += fmt::format("# --set {}\n", setting.Text());
  }
  try {
    if (is_masked_lm) {
      TrainConfig trained;
      document.ReadEntry("pretraining", "base", trained.Fields());
      for (const ExperimentSetting& setting : over) setting.Apply(FileFields(experiment, trained));
      experiment.arms = ReadMaskedLmArms(document, trained);
    } else {
      experiment.arms = ReadFinetuningArms(document, base, over);
    }
    experiment.claims = ReadEntries<Claim>(document, "claim");
    experiment.ratios = ReadEntries<ArmRatio>(document, "ratio");
    experiment.figures = ReadEntries<ArmFigure>(document, "figure");
    Check(experiment);
  } catch (const Error& error) {
    const std::string message = error.what();
    if (message.starts_with(path)) throw;
    Fail("{}: {}", path, message);
  }
  return experiment;
}

}  // namespace headscope
