#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "datasets/planted_lexical.h"
#include "datasets/planted_relational.h"
#include "datasets/planted_task.h"
#include "datasets/split.h"
#include "model/base/error.h"

namespace headscope {
namespace {

constexpr std::string_view kPrefix = "synth:";

struct TaskEntry {
  std::string_view name;
  std::vector<std::string_view> knobs;  // beside those of every task
  std::function<std::unique_ptr<PlantedTask>(const PlantedOptions&)> make;
};

const std::vector<TaskEntry>& Tasks() {
  const auto attractors = [](const PlantedOptions& options, uint64_t otherwise) {
    return options.attractors == 0 ? otherwise : options.attractors;
  };
  const auto shortcut = [](Shortcut kind) {
    return
        [kind](const PlantedOptions& o) { return MakeShortcutTask(o.seed, kind, o.rate, o.clean); };
  };
  static const std::vector<TaskEntry> tasks = {
      {"lexical",
       {"redundancy"},
       [](const PlantedOptions& o) { return MakeLexicalTask(o.seed, o.redundancy); }},
      {"relational:agreement",
       {"attractors"},
       [=](const PlantedOptions& o) { return MakeAgreementTask(o.seed, attractors(o, 3)); }},
      {"relational:pronoun",
       {"attractors"},
       [=](const PlantedOptions& o) { return MakePronounTask(o.seed, attractors(o, 1)); }},
      {"relational:recall",
       {"pairs"},
       [](const PlantedOptions& o) { return MakeRecallTask(o.seed, o.pairs); }},
      {"induction",
       {"pairs"},
       [](const PlantedOptions& o) { return MakeInductionTask(o.seed, o.pairs); }},
      {"shortcut:token", {"rate", "clean"}, shortcut(Shortcut::kToken)},
      {"shortcut:context", {"rate", "clean"}, shortcut(Shortcut::kContext)},
      {"shortcut:order", {"rate", "clean"}, shortcut(Shortcut::kOrder)},
  };
  return tasks;
}

const TaskEntry& FindTask(std::string_view name) {
  for (const TaskEntry& task : Tasks()) {
    if (task.name == name) return task;
  }
  Fail("task: expected {}, found \"{}{}\"", PlantedTaskNames(), kPrefix, name);
}

template <typename Number>
void ParseNumber(std::string_view name, std::string_view text, Number least, Number most,
                 Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= least) ||
      !(value <= most)) {
    Fail("task knob {}: expected a number from {} to {}, found \"{}\"", name, least, most, text);
  }
}

void SetKnob(const TaskEntry& task, std::string_view name, std::string_view text,
             PlantedOptions& o) {
  const auto number = [&](uint64_t least, uint64_t most, uint64_t& value) {
    ParseNumber(name, text, least, most, value);
  };
  constexpr uint64_t kMostExamples = 20'000'000;
  std::vector<std::string_view> knobs = task.knobs;
  knobs.insert(knobs.end(), {"train", "dev", "test", "seed"});
  if (std::find(knobs.begin(), knobs.end(), name) == knobs.end()) {
    std::string known;
    for (const std::string_view knob : knobs) {
      known += (known.empty() ? "" : ", ") + std::string(knob);
    }
    Fail("task {}{}: expected a knob of {}, found \"{}\"", kPrefix, task.name, known, name);
  }
  if (name == "redundancy") number(1, 6, o.redundancy);
  if (name == "pairs") number(2, 8, o.pairs);
  if (name == "train") number(2, kMostExamples, o.train);
  if (name == "dev") number(2, kMostExamples, o.dev);
  if (name == "test") number(2, kMostExamples, o.test);
  if (name == "seed") number(0, uint64_t{1} << 53, o.seed);
  if (name == "rate")
    ParseNumber(name, text, 0.0, task.name == "shortcut:token" ? 1.0 : 0.5, o.rate);
  if (name == "clean") o.clean = text != "0";
  if (name == "attractors") {
    const bool agreement = task.name == "relational:agreement";
    number(1, agreement ? 9 : 3, o.attractors);
    if (agreement && o.attractors % 2 == 0) {
      Fail(
          "task knob attractors: expected an odd number, so that half of the nouns are plural, "
          "found {}",
          o.attractors);
    }
  }
}

}  // namespace

bool IsPlantedTask(std::string_view name) { return name.starts_with(kPrefix); }

PlantedOptions ParsePlantedName(const std::string& name) {
  PlantedOptions options;
  const std::string_view rest =
      IsPlantedTask(name) ? std::string_view(name).substr(kPrefix.size()) : name;
  const std::vector<std::string_view> parts = Split(rest, ',');
  options.task = parts[0];
  const TaskEntry& task = FindTask(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    const size_t equals = parts[i].find('=');
    const std::string_view value =
        equals == std::string_view::npos ? "1" : parts[i].substr(equals + 1);
    SetKnob(task, parts[i].substr(0, equals), value, options);
  }
  return options;
}

std::unique_ptr<PlantedTask> MakePlantedTask(const PlantedOptions& options) {
  return FindTask(options.task).make(options);
}

std::string PlantedTaskNames() {
  std::string names;
  for (const TaskEntry& task : Tasks()) {
    names += fmt::format("{}{}{}", names.empty() ? "" : ", ", kPrefix, task.name);
  }
  return names;
}

}  // namespace headscope
