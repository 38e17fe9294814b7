#include "probe/suite_group.h"

#include <fmt/format.h>

#include <algorithm>

#include "probe/pair_view.h"

namespace headscope {

std::vector<SuiteStudy> StudiesAskedFor(const SuiteOptions& options) {
  std::vector<SuiteStudy> all = SuiteStudies();
  if (options.studies.empty()) return all;
  std::vector<SuiteStudy> chosen;
  for (SuiteStudy& study : all) {
    if (std::count(options.studies.begin(), options.studies.end(), study.name) > 0) {
      chosen.push_back(std::move(study));
    }
  }
  return chosen;
}

std::string WhyNot(const SuiteStudy& study, const SuiteContext& context) {
  return study.why_not ? study.why_not(context) : "";
}

std::vector<std::unique_ptr<SuiteGroup>> SuiteGroupsOf(const SuiteContext& context,
                                                       const std::vector<SuiteStudy>& studies) {
  std::vector<std::unique_ptr<SuiteGroup>> groups;
  SuiteGroup* plain = nullptr;
  for (const SuiteStudy& study : studies) {
    if (!study.make_task || !WhyNot(study, context).empty()) continue;
    if (!study.prepare && plain != nullptr) {
      plain->studies.push_back(&study);
      continue;
    }
    groups.push_back(std::make_unique<SuiteGroup>());
    groups.back()->studies = {&study};
    if (!study.prepare) plain = groups.back().get();
  }
  return groups;
}

ProbeCorpus SuiteGroup::CorpusOf(const SuiteContext& context, size_t train_words) const {
  return MakeProbeCorpus(
      *train_, *dev_, *test_, context.encode,
      {context.model.config.max_position_embeddings, train_words, context.options.seed});
}

void SuiteGroup::Prepare(const SuiteContext& context) {
  const auto& prepare = studies[0]->prepare;
  const auto read = [&](const Treebank& from, Treebank& prepared) -> const Treebank* {
    if (!prepare) return &from;
    prepared = prepare(from, context.encode, context.model.config, notes);
    return &prepared;
  };
  train_ = read(context.train, prepared_train_);
  dev_ = read(context.dev, prepared_dev_);
  test_ = read(context.test, prepared_test_);
  corpus = CorpusOf(context, context.options.TrainWordsOfSweeps());
  for (const SuiteStudy* study : studies) tasks.push_back(study->make_task(corpus));
  const ModelConfig& config = context.model.config;
  const size_t heads = config.num_hidden_layers * config.num_attention_heads;
  const size_t mib = MibOfAttention(corpus, heads), room = context.options.memory_mib;
  attention_fits_ = mib <= room;
  const auto leaves_aside = [this](size_t s) {
    const std::vector<SuiteProbe>& probes = studies[s]->sweep;
    return std::any_of(probes.begin(), probes.end(),
                       [&](const SuiteProbe& probe) { return !Asks(s, probe.name); });
  };
  for (size_t s = 0; s < studies.size(); ++s) {
    if (!leaves_aside(s)) continue;
    notes.push_back(
        fmt::format("{}: no probes of attention: the maps of {} heads take {} MiB, --memory has {}",
                    studies[s]->name, heads, mib, room));
  }
}

bool SuiteGroup::Asks(size_t s, const std::string& probe) const {
  return attention_fits_ || tasks[s]->InputOf(probe) != ProbeInput::kAttention;
}

}  // namespace headscope
