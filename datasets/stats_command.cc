#include "datasets/stats_command.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/statistics_tables.h"
#include "datasets/synthetic_flags.h"
#include "datasets/synthetic_language.h"
#include "datasets/treebank_statistics.h"
#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

struct StatsSettings {
  std::vector<std::string> paths;
  bool synthetic = false;
  uint64_t words = 100000, seed = 1, minimum = kDefaultMinimumInstances;
  std::string json;
  SyntheticOptions options;
};

// A file itself; of a folder its *.conllu in order of their names.
std::vector<std::string> FilesOf(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() == ".conllu") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) Fail("{}: expected files named *.conllu in the folder, found none", path);
  return files;
}

std::string ShortName(const std::string& path) {
  std::filesystem::path name(path);
  if (!name.has_filename()) name = name.parent_path();  // "gum/"
  return name.stem().string();
}

void CountFiles(const std::string& path, TreebankStatistics& statistics) {
  for (const std::string& file : FilesOf(path)) {
    if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[Kcounting {}", file);
    VisitConllu(file, [&](const Document& document) { statistics.Add(document); });
  }
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
}

void CountSynthetic(const SyntheticLanguage& language, uint64_t words,
                    TreebankStatistics& statistics) {
  const bool is_watched = isatty(STDERR_FILENO) != 0;
  for (uint64_t d = 0; statistics.Totals().words < words; ++d) {
    statistics.Add(language.MakeDocument(d));
    if (!is_watched || d % 500 != 0) continue;
    fmt::print(stderr, "\r\033[Kcounting the synthetic language, {}%",
               100 * statistics.Totals().words / words);
  }
  if (is_watched) fmt::print(stderr, "\r\033[K");
}

void RunStats(const StatsSettings& settings) {
  if (settings.paths.empty() && !settings.synthetic) {
    Fail("data stats: expected CoNLL-U files or folders, or --synthetic, found neither");
  }
  std::list<TreebankStatistics> counted;
  if (settings.synthetic) {
    const SyntheticLanguage language(settings.seed, settings.options);
    CountSynthetic(
        language, settings.words,
        counted.emplace_back(fmt::format("synthetic-{}", settings.seed), language.Lexicon()));
  }
  for (const std::string& path : settings.paths) {
    CountFiles(path, counted.emplace_back(ShortName(path)));
  }
  const std::vector<InputStatistics> inputs(counted.begin(), counted.end());
  fmt::print("{}", StatisticsText(inputs, settings.minimum));
  if (settings.json.empty()) return;
  WriteFileAtomically(settings.json, StatisticsJson(inputs));
  fmt::print("{}: the same as JSON, with every relation\n", settings.json);
}

}  // namespace

void AddStatsCommand(const Command& data) {
  const auto settings = std::make_shared<StatsSettings>();
  const Command stats = data.Subcommand(
      "stats",
      "Count what is in treebanks, side by side, and what is to be had of them without a model:\n"
      "words, parts of speech and their best look-up; relations with their best fixed offset,\n"
      "nearest-class rule and mutual information; chains, pronouns and simple resolvers.\n"
      "  headscope data stats --synthetic --tokens 1000000 ud-english-gum ud-english-ewt");
  stats.Option("FILE", settings->paths,
               "CoNLL-U files, or folders of *.conllu: each is one column");
  stats.Switch("--synthetic", settings->synthetic, "A column for the synthetic language");
  stats
      .Option("--tokens", settings->words,
              "Synthetic: whole documents until at least so many words")
      .Positive();
  stats.Option("--seed", settings->seed, "Synthetic: seed");
  AddSyntheticFlags(stats, settings->options);
  stats.Option("--min-instances", settings->minimum,
               "Leave out relations that are rarer in every column");
  stats.Option("--json", settings->json, "The same as JSON, to this file");
  stats.OnRun([settings] { RunStats(*settings); });
}

}  // namespace headscope
