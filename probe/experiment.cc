#include "probe/experiment.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>

#include "model/base/error.h"
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

// "key=value" over a file: a key of [experiment] or of the fine-tuning; pretraining.KEY of the
// pretraining.
struct Setting {
  static constexpr std::string_view kPretraining = "pretraining.";

  std::string text, key, value;
  bool of_pretraining = false;

  explicit Setting(const std::string& setting) : text(setting) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      Fail("--set: expected KEY=VALUE, found {}", setting);
    }
    key = setting.substr(0, equals);
    value = setting.substr(equals + 1);
    of_pretraining = key.starts_with(kPretraining);
    if (of_pretraining) key = key.substr(kPretraining.size());
  }

  void Apply(const std::vector<ConfigField>& fields) const {
    const auto is_meant = [&](const ConfigField& field) { return field.key == key; };
    const auto field = std::find_if(fields.begin(), fields.end(), is_meant);
    if (field == fields.end()) {
      std::vector<std::string> keys;
      for (const ConfigField& known : fields) keys.push_back(known.key);
      Fail("--set {}: unknown key \"{}\"; the keys are: {}", text, key, fmt::join(keys, ", "));
    }
    const bool is_list = std::holds_alternative<std::vector<std::string>*>(field->value) ||
                         std::holds_alternative<TextListValue>(field->value);
    Document(is_list)->ReadEntry("set", "it", fields);
  }

 private:
  // The value as TOML or, where it is none (a bare word), as a string or a list of one.
  std::unique_ptr<ConfigDocument> Document(bool is_list) const {
    const auto document = [&](const std::string& toml) {
      return std::make_unique<ConfigDocument>("--set " + text,
                                              fmt::format("[set.it]\n{} = {}\n", key, toml));
    };
    try {
      return document(value);
    } catch (const Error&) {
      return document(is_list ? "[\"" + value + "\"]" : "\"" + value + "\"");
    }
  }
};

std::string ValueText(const ConfigField& field) {
  std::string text = ConfigText(field);
  if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

template <typename Config>
std::vector<std::string> Differences(Config arm, Config base) {
  std::vector<std::string> differences;
  const std::vector<ConfigField> ours = arm.Fields(), theirs = base.Fields();
  for (size_t i = 0; i < ours.size(); ++i) {
    if (ConfigText(ours[i]) == ConfigText(theirs[i])) continue;
    differences.push_back(fmt::format("{} = {}", ours[i].key, ValueText(ours[i])));
  }
  return differences;
}

// The settings in which "<NAME>" is the model of another arm.
std::vector<std::string*> TextsWithModels(FinetuneConfig& config) {
  return {&config.model, &config.attention, &config.vocab, &config.adversary_of,
          &config.compare_with};
}

std::vector<std::string*> TextsWithModels(TrainConfig& config) {
  return {&config.attention, &config.vocab, &config.keep_away.from};
}

// Calls replace(name) for each "<name>" in the text, and puts what it returns in its place.
void ReplaceNames(std::string& text,
                  const std::function<std::string(const std::string&)>& replace) {
  for (size_t begin = text.find('<'); begin != std::string::npos; begin = text.find('<', begin)) {
    const size_t end = text.find('>', begin);
    if (end == std::string::npos) Fail("expected <ARM>, found \"{}\"", text.substr(begin));
    const std::string found = replace(text.substr(begin + 1, end - begin - 1));
    text.replace(begin, end + 1 - begin, found);
    begin += found.size();
  }
}

// Notes the earlier arms whose models the arm's settings name.
void FindUsed(const std::vector<Arm>& earlier, Arm& arm) {
  FinetuneConfig tuned = arm.finetuning;
  TrainConfig trained = arm.masked_lm.value_or(TrainConfig());
  for (std::string* const text :
       arm.masked_lm ? TextsWithModels(trained) : TextsWithModels(tuned)) {
    ReplaceNames(*text, [&](const std::string& name) {
      const auto found = std::find_if(earlier.begin(), earlier.end(),
                                      [&](const Arm& other) { return other.name == name; });
      if (found == earlier.end()) {
        Fail("[arm.{}]: expected <{}> to be an arm before this one", arm.name, name);
      }
      arm.uses.push_back(name);
      arm.identity_of_used += found->Identity();
      return std::string();
    });
  }
}

std::vector<Arm> ReadArms(const ConfigDocument& document, const FinetuneConfig& base,
                          const std::vector<Setting>& settings) {
  const std::vector<std::string> pretrainings = document.Entries("pretraining");
  if (pretrainings.size() > 1 || (!pretrainings.empty() && pretrainings[0] != "base")) {
    Fail("expected one pretraining, [pretraining.base], found {}", fmt::join(pretrainings, ", "));
  }
  std::vector<Arm> arms;
  for (const std::string& name : document.Entries("arm")) {
    Arm arm{.name = name, .finetuning = base, .pretraining = {}, .uses = {}, .differences = {}};
    bool pretrained = !pretrainings.empty();
    std::vector<ConfigField> fields = arm.finetuning.Fields();
    fields.push_back({"arm", "pretrained", "", "", &pretrained});
    fields.push_back({"arm", "seed_offset", "", "", &arm.seed_offset});
    document.ReadEntry("arm", name, fields);
    arm.differences = Differences(arm.finetuning, base);
    if (pretrained && pretrainings.empty()) {
      Fail("[arm.{}]: expected a [pretraining.base] to be pretrained by", name);
    }
    if (!pretrained && !pretrainings.empty()) arm.differences.push_back("not pretrained");
    if (pretrained) {
      arm.pretraining.emplace();
      document.ReadEntry("pretraining", "base", arm.pretraining->Fields());
      for (const Setting& setting : settings) {
        if (setting.of_pretraining) setting.Apply(arm.pretraining->Fields());
      }
      arm.pretraining->attention = arm.finetuning.attention;
      for (const std::string* text : {&arm.finetuning.attention, &arm.finetuning.model}) {
        if (text->find('<') == std::string::npos) continue;
        Fail("[arm.{}]: expected pretrained = false with \"{}\", another arm's model", name, *text);
      }
    }
    if (arm.seed_offset != 0) {
      arm.differences.push_back(fmt::format("seed + {}", arm.seed_offset));
    }
    FindUsed(arms, arm);
    arms.push_back(std::move(arm));
  }
  return arms;
}

std::vector<Arm> ReadMaskedLmArms(const ConfigDocument& document,
                                  const std::vector<Setting>& settings, Experiment& experiment) {
  TrainConfig base;
  document.ReadEntry("pretraining", "base", base.Fields());
  for (const Setting& setting : settings) setting.Apply(FileFields(experiment, base));
  std::vector<Arm> arms;
  for (const std::string& name : document.Entries("arm")) {
    Arm arm{.name = name, .finetuning = {}, .pretraining = {}, .uses = {}, .differences = {}};
    arm.masked_lm = base;
    std::vector<ConfigField> fields = arm.masked_lm->Fields();
    fields.push_back({"arm", "seed_offset", "", "", &arm.seed_offset});
    try {
      document.ReadEntry("arm", name, fields);
    } catch (const Error& error) {
      Fail("{} (arms are masked LMs: expected a task in [data] for fine-tunings)", error.what());
    }
    arm.differences = Differences(*arm.masked_lm, base);
    arm.masked_lm->Resolve();
    FindUsed(arms, arm);
    arms.push_back(std::move(arm));
  }
  return arms;
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

std::string Arm::Identity() const {
  if (masked_lm) {
    TrainConfig trained = *masked_lm;
    trained.seed = 0;
    return fmt::format("{}seed_offset = {}\n{}", WriteConfig(trained.Fields()), seed_offset,
                       identity_of_used);
  }
  FinetuneConfig tuned = finetuning;
  tuned.seed = 0;
  std::string text = WriteConfig(tuned.Fields());
  if (pretraining) {
    TrainConfig trained = *pretraining;
    text += WriteConfig(trained.Fields());
  }
  if (seed_offset != 0) text += fmt::format("seed_offset = {}\n", seed_offset);
  return text + identity_of_used;
}

FinetuneConfig Arm::WithModels(const ModelOf& model_of) const {
  FinetuneConfig config = finetuning;
  for (std::string* const text : TextsWithModels(config)) ReplaceNames(*text, model_of);
  return config;
}

TrainConfig Arm::MaskedLmWithModels(const ModelOf& model_of) const {
  TrainConfig config = masked_lm.value();
  for (std::string* const text : TextsWithModels(config)) ReplaceNames(*text, model_of);
  return config;
}

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
  const std::vector<Setting> over(settings.begin(), settings.end());
  const bool is_masked_lm = base.task.empty() && !document.Entries("pretraining").empty();
  for (const Setting& setting : over) {
    if (!setting.of_pretraining && !is_masked_lm) setting.Apply(FileFields(experiment, base));
    experiment.text += fmt::format("# --set {}\n", setting.text);
  }
  try {
    experiment.arms = is_masked_lm ? ReadMaskedLmArms(document, over, experiment)
                                   : ReadArms(document, base, over);
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
