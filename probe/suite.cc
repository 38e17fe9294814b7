#include "probe/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>

#include "probe/probing_jobs.h"
#include "probe/section_store.h"
#include "probe/suite_group.h"
#include "probe/suite_section.h"
#include "probe/svg_elements.h"

namespace headscope {
namespace {

std::vector<std::string> NamesOf(const std::vector<SuiteProbe>& probes) {
  std::vector<std::string> names;
  for (const SuiteProbe& probe : probes) names.push_back(probe.name);
  return names;
}

SuiteSection NotAsked(const SuiteStudy& study, const std::string& why) {
  SuiteSection section;
  section.name = study.name;
  section.title = study.title;
  section.json = nlohmann::json{{"not asked", why}}.dump();
  section.html = "<p>Not asked: " + EscapeMarkup(why) + ".</p>\n";
  section.text = "Not asked: " + why + ".\n";
  return section;
}

enum Part : size_t { kSweep, kAtBest, kCapacity, kMixed, kHeadline };
constexpr const char* kPartNames[] = {"sweep", "at best", "capacity", "mix", "headline"};

// One layer, which the sweep's first probe chooses.
bool IsAtBest(Part part) { return part == kAtBest || part == kCapacity; }

// The parts' options but for layers that are yet to be chosen.
ProbingOptions OptionsOf(const SuiteOptions& suite, Part part) {
  ProbingOptions options;
  options.seed = suite.seed;
  options.memory_mib = suite.memory_mib;
  options.gemm = suite.gemm;
  options.seeds = suite.full || part == kHeadline ? suite.seeds : 1;
  options.draws = part == kHeadline ? 0 : suite.full ? suite.draws : part == kCapacity ? 0 : 1;
  options.online_code = part == kSweep;
  options.mix = part == kMixed;
  options.single_layers = part != kMixed;
  return options;
}

const std::vector<SuiteProbe>& ProbesAskedFor(const SuiteStudy& study, Part part) {
  switch (part) {
    case kSweep:
      return study.sweep;
    case kAtBest:
      return study.at_best;
    case kCapacity:
      return study.capacity;
    case kMixed:
      return study.mix;
    case kHeadline:
      break;
  }
  return study.headline;
}

// Of a probe that sees no layer any will do.
size_t ChosenFor(const ProbingResults& sweep, const std::string& probe) {
  return static_cast<size_t>(std::max(0, sweep.ChosenLayerOf(probe)));
}

class SuiteRun {
 public:
  SuiteRun(const SuiteContext& context, const ProbingResults& facts, const SuiteHooks& hooks)
      : context_(context),
        facts_(facts),
        hooks_(hooks),
        studies_(StudiesAskedFor(context.options)),
        groups_(SuiteGroupsOf(context, studies_)),
        clock_({}, 1) {}

  std::vector<SuiteSection> Run() {
    for (const auto& group : groups_) {
      group->Prepare(context_);
      if (!HasPart(*group, kMixed)) {
        group->notes.push_back("no mix of layers: all of them do not fit into --memory");
      }
    }
    MakePlan();
    hooks_.planned(clock_);
    for (const SuiteStudy& study : studies_) {
      const std::string why_not = WhyNot(study, context_);
      if (!why_not.empty()) {
        done_[study.name] = NotAsked(study, why_not);
      } else if (study.run) {
        RunOwn(study);
      }
    }
    for (const auto& group : groups_) RunGroup(*group);
    std::vector<SuiteSection> sections;
    for (const SuiteStudy& study : studies_) sections.push_back(std::move(done_.at(study.name)));
    return sections;
  }

 private:
  static std::vector<SuiteProbe> ProbesOf(const SuiteGroup& group, size_t s, Part part) {
    std::vector<SuiteProbe> probes = ProbesAskedFor(*group.studies[s], part);
    std::erase_if(probes, [&](const SuiteProbe& probe) { return !group.Asks(s, probe.name); });
    return probes;
  }

  bool HasPart(const SuiteGroup& group, Part part) const {
    if (part == kHeadline) return !context_.options.full;
    return part != kMixed ||
           MixFits(group.corpus, context_.model.config, OptionsOf(context_.options, part));
  }

  // What a fit takes: more with more words and wider vectors.
  double SecondsOf(const SuiteProbe& probe, Part part) const {
    const double words = static_cast<double>(part == kHeadline ? context_.train.NumWords()
                                                               : context_.WordsOfSweeps());
    const double width = static_cast<double>(context_.model.config.hidden_size) / 256.0;
    return probe.seconds * words / 1000.0 * width + probe.square_seconds * width * width;
  }

  void MakePlan() {
    std::vector<PlannedWork> plan;
    for (const SuiteStudy& study : studies_) {
      if (!study.run) continue;
      entries_[study.name] = plan.size();
      plan.push_back({study.title, 0, study.seconds(context_)});
    }
    for (const auto& group : groups_) {
      PlanTogether(*group, {kSweep, kAtBest, kCapacity, kMixed}, plan);
      PlanTogether(*group, {kHeadline}, plan);
    }
    clock_ = SuiteClock(std::move(plan), context_.pool.NumThreads());
  }

  void PlanPart(const SuiteGroup& group, size_t s, Part part, std::vector<PlannedWork>& plan) {
    const SuiteStudy& study = *group.studies[s];
    for (const SuiteProbe& probe : ProbesOf(group, s, part)) {
      ProbingOptions options = OptionsOf(context_.options, part);
      options.probes = {probe.name};
      if (IsAtBest(part) || part == kHeadline) options.layers = {0};  // one, whichever it will be
      entries_[EntryOf(study, part, probe.name)] = plan.size();
      plan.push_back({fmt::format("{}, {}, {}", study.name, probe.name, kPartNames[part]),
                      CountFits(*group.tasks[s], context_.model.config, options),
                      SecondsOf(probe, part)});
    }
  }

  // Parts that share the encoder's passes.
  void PlanTogether(const SuiteGroup& group, const std::vector<Part>& parts,
                    std::vector<PlannedWork>& plan) {
    const size_t begin = plan.size();
    for (size_t s = 0; s < group.studies.size(); ++s) {
      for (const Part part : parts) {
        if (HasPart(group, part)) PlanPart(group, s, part, plan);
      }
    }
    ShareReading(group, parts[0], std::span(plan).subspan(begin));
  }

  void ShareReading(const SuiteGroup& group, Part part, std::span<PlannedWork> plan) const {
    const size_t fits =
        std::accumulate(plan.begin(), plan.end(), size_t{0},
                        [](size_t sum, const PlannedWork& work) { return sum + work.items; });
    if (fits == 0) return;
    const ModelConfig& config = context_.model.config;
    const StudyRequest request{"", group.tasks[0].get(), OptionsOf(context_.options, part)};
    const size_t times =
        part == kHeadline
            ? 1
            : AllViews({&request, 1}).size() * ReadingPasses(group.corpus, config, request.options);
    const size_t trained_on =
        part == kHeadline ? context_.train.NumWords() : group.corpus.train.NumWords();
    const size_t words = trained_on + group.corpus.dev.NumWords() + group.corpus.test.NumWords();
    const double seconds = SecondsToRead(config, static_cast<double>(times * words));
    for (PlannedWork& work : plan) work.reading = seconds / static_cast<double>(fits);
  }

  static std::string EntryOf(const SuiteStudy& study, Part part, const std::string& probe) {
    return fmt::format("{}/{}/{}", study.name, kPartNames[part], probe);
  }

  void RunOwn(const SuiteStudy& study) {
    if (hooks_.stop()) throw StudyInterrupted();
    std::optional<SuiteSection> section;
    if (hooks_.sections != nullptr) section = hooks_.sections->Load(study.name);
    const bool reused = section.has_value();
    if (!reused) {
      section = study.run(context_);
      section->name = study.name;
      section->title = study.title;
      if (hooks_.sections != nullptr) hooks_.sections->Save(*section);
    }
    done_[study.name] = std::move(*section);
    clock_.Done(entries_.at(study.name), reused);
    hooks_.advanced(clock_);
  }

  void RunGroup(SuiteGroup& group) {
    std::vector<SuiteParts> parts(group.studies.size());
    Asked asked;
    Ask(group, group.tasks, kSweep, parts, asked);
    Ask(group, group.tasks, kAtBest, parts, asked);
    Ask(group, group.tasks, kCapacity, parts, asked);
    if (HasPart(group, kMixed)) Ask(group, group.tasks, kMixed, parts, asked);
    RunAsked(group, group.corpus, asked, parts);
    if (HasPart(group, kHeadline)) {
      const ProbeCorpus corpus = group.CorpusOf(context_, 0);
      std::vector<std::unique_ptr<ProbingTask>> tasks;
      for (const SuiteStudy* study : group.studies) tasks.push_back(study->make_task(corpus));
      Asked headline;
      Ask(group, tasks, kHeadline, parts, headline);
      RunAsked(group, corpus, headline, parts);
    }
    for (size_t s = 0; s < group.studies.size(); ++s) {
      const SuiteStudy& study = *group.studies[s];
      parts[s].FillContrasts();
      done_[study.name] = MakeSection(study.name, study.title, parts[s]);
    }
  }

  // Requests that share the encoder's passes: of each, whose it is.
  struct Asked {
    std::vector<StudyRequest> requests;
    std::vector<size_t> studies;
    std::vector<Part> parts;

    // The request of a part of a study, which was asked before.
    size_t Find(size_t study, Part part) const {
      size_t r = 0;
      while (studies.at(r) != study || parts.at(r) != part) ++r;
      return r;
    }
  };

  // Adds what one part asks: of each study once, or of each probe where layers are chosen for each.
  void Ask(const SuiteGroup& group, const std::vector<std::unique_ptr<ProbingTask>>& tasks,
           Part part, const std::vector<SuiteParts>& done, Asked& asked) const {
    for (size_t s = 0; s < group.studies.size(); ++s) {
      const SuiteStudy& study = *group.studies[s];
      const auto ask = [&](std::vector<std::string> probes, std::vector<size_t> layers) {
        StudyRequest request{study.name + "/" + kPartNames[part], tasks[s].get(),
                             OptionsOf(context_.options, part)};
        request.options.probes = std::move(probes);
        request.options.layers = std::move(layers);
        if (IsAtBest(part)) request.best_of = {asked.Find(s, kSweep), study.sweep[0].name};
        asked.requests.push_back(std::move(request));
        asked.studies.push_back(s);
        asked.parts.push_back(part);
      };
      const std::vector<std::string> probes = NamesOf(ProbesOf(group, s, part));
      if (probes.empty()) continue;
      if (part != kHeadline) {
        ask(probes, {});
        continue;
      }
      for (const std::string& probe : probes) ask({probe}, {ChosenFor(done[s].sweep, probe)});
    }
  }

  void RunAsked(const SuiteGroup& group, const ProbeCorpus& corpus, const Asked& asked,
                std::vector<SuiteParts>& parts) {
    if (asked.requests.empty()) return;
    std::vector<ProbingResults> results(asked.requests.size());
    ProbeEncoder(context_.pool, context_.model, context_.encode, corpus, asked.requests,
                 HooksOf(group, asked), results);
    for (size_t r = 0; r < results.size(); ++r) {
      FillFacts(*group.studies[asked.studies[r]], group.notes, results[r]);
      if (IsAtBest(asked.parts[r])) results[r].chosen_layers.clear();  // others chose
      SuiteParts& of = parts[asked.studies[r]];
      AppendResults(asked.parts[r] == kHeadline ? of.headline : of.sweep, std::move(results[r]));
    }
  }

  StudyHooks HooksOf(const SuiteGroup& group, const Asked& asked) {
    const auto entry = [this, &group, &asked](size_t request, const std::string& probe) {
      return entries_.at(
          EntryOf(*group.studies[asked.studies[request]], asked.parts[request], probe));
    };
    StudyHooks hooks;
    hooks.journal = hooks_.journal;
    hooks.stop = hooks_.stop;
    hooks.cost = [this, entry](size_t request, const std::string& probe) {
      return clock_.Plan()[entry(request, probe)].seconds;
    };
    hooks.progress = [this, entry](const FitEvent& event) {
      clock_.Done(entry(event.request, event.probe), event.reused);
      hooks_.advanced(clock_);
    };
    return hooks;
  }

  void FillFacts(const SuiteStudy& study, const std::vector<std::string>& notes,
                 ProbingResults& results) const {
    results.task = study.name;
    results.title = study.title;
    results.options = study.options;
    results.facts = facts_.facts;
    results.model = facts_.model;
    results.train.sha256 = facts_.train.sha256;
    results.dev.sha256 = facts_.dev.sha256;
    results.test.sha256 = facts_.test.sha256;
    results.notes = facts_.notes;
    results.notes.insert(results.notes.end(), notes.begin(), notes.end());
  }

  const SuiteContext& context_;
  const ProbingResults& facts_;
  const SuiteHooks& hooks_;
  std::vector<SuiteStudy> studies_;
  std::vector<std::unique_ptr<SuiteGroup>> groups_;
  SuiteClock clock_;
  std::map<std::string, size_t> entries_;  // in the clock's plan
  std::map<std::string, SuiteSection> done_;
};

}  // namespace

std::vector<SuiteSection> RunSuite(const SuiteContext& context, const ProbingResults& facts,
                                   const SuiteHooks& hooks) {
  return SuiteRun(context, facts, hooks).Run();
}

}  // namespace headscope
