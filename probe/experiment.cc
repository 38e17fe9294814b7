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

std::vector<ArmRatio> ReadRatios(const ConfigDocument& document) {
  std::vector<ArmRatio> ratios;
  for (const std::string& name : document.Entries("ratio")) {
    ArmRatio ratio{.name = name, .measure = "", .from = "", .to = ""};
    document.ReadEntry("ratio", name, ratio.Fields());
    ratios.push_back(std::move(ratio));
  }
  return ratios;
}

void CheckRatio(const Experiment& experiment, const ArmRatio& ratio) {
  if (!UnitOf(ratio.measure)) {
    Fail("[ratio.{}]: expected measure to be one of {}, found \"{}\"", ratio.name, MeasureNames(),
         ratio.measure);
  }
  for (const std::string& arm : {ratio.from, ratio.to}) {
    if (experiment.FindArm(arm) == nullptr) {
      Fail("[ratio.{}]: expected from and to to be arms, found \"{}\"", ratio.name, arm);
    }
  }
}

std::vector<Claim> ReadClaims(const ConfigDocument& document) {
  std::vector<Claim> claims;
  for (const std::string& name : document.Entries("claim")) {
    Claim claim;
    claim.name = name;
    document.ReadEntry("claim", name, claim.Fields());
    claims.push_back(std::move(claim));
  }
  return claims;
}

void CheckClaim(const Experiment& experiment, const Claim& claim) {
  std::vector<std::string> arms;
  for (const Arm& arm : experiment.arms) arms.push_back(arm.name);
  const auto check = [&](const char* key, const std::string& arm) {
    if (experiment.FindArm(arm) != nullptr) return;
    Fail("[claim.{}]: expected {} to be one of the arms {}, found \"{}\"", claim.name, key,
         fmt::join(arms, ", "), arm);
  };
  if (!UnitOf(claim.measure)) {
    Fail("[claim.{}]: expected measure to be one of {}, found \"{}\"", claim.name, MeasureNames(),
         claim.measure);
  }
  check("arm", claim.arm);
  if (!claim.Constant()) check("against", claim.against);
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
  return asked;
}

Experiment ParseExperiment(const std::string& path, const std::string& text,
                           const std::vector<std::string>& settings) {
  Experiment experiment;
  experiment.name = std::filesystem::path(path).stem().string();
  experiment.text = text;
  FinetuneConfig base;
  const ConfigDocument document(path, text);
  document.Read(FileFields(experiment, base), {"pretraining", "arm", "claim", "ratio"});
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
    experiment.ratios = ReadRatios(document);
    experiment.claims = ReadClaims(document);
    Check(experiment);
  } catch (const Error& error) {
    const std::string message = error.what();
    if (message.starts_with(path)) throw;
    Fail("{}: {}", path, message);
  }
  return experiment;
}

}  // namespace headscope
