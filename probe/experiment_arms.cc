#include "probe/experiment_arms.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "model/base/error.h"

namespace headscope {
namespace {

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
  return {&config.attention, &config.vocab, &config.keep_away.from, &config.keep_away.as};
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

}  // namespace

std::vector<Arm> ReadFinetuningArms(const ConfigDocument& document, const FinetuneConfig& base,
                                    std::span<const ExperimentSetting> settings) {
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
      for (const ExperimentSetting& setting : settings) {
        if (setting.IsOfPretraining()) setting.Apply(arm.pretraining->Fields());
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

std::vector<Arm> ReadMaskedLmArms(const ConfigDocument& document, const TrainConfig& base) {
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

}  // namespace headscope
