#include "datasets/fetch_command.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "datasets/data_folder.h"
#include "datasets/download.h"

namespace headscope {
namespace {

struct FetchFlags {
  std::vector<std::string> names;
  std::string data, mirror;
};

void RunFetch(const FetchFlags& flags) {
  std::vector<const Corpus*> wanted;
  for (const std::string& name : flags.names) {
    if (name != "all") {
      wanted.push_back(&FindCorpus(name));
      continue;
    }
    for (const Corpus& corpus : Corpora()) {
      if (corpus.not_published.empty()) wanted.push_back(&corpus);
    }
  }
  const std::string folder = DataFolder(flags.data);
  const bool show_progress = isatty(STDERR_FILENO) != 0;
  for (const Corpus* corpus : wanted) {
    FetchCorpus(*corpus, folder, flags.mirror, show_progress, [](const std::string& line) {
      fmt::print("{}\n", line);
      std::fflush(stdout);
    });
  }
}

}  // namespace

void AddFetchCommand(const Command& data) {
  auto flags = std::make_shared<FetchFlags>();
  const Command command =
      data.Subcommand("fetch", "Download public corpora; licence first, SHA-256 checked");
  std::string names;
  for (const Corpus& corpus : Corpora()) {
    if (corpus.not_published.empty()) names += corpus.name + ", ";
  }
  command.Option("NAME", flags->names, names + "or all").Required();
  command.Option("--data", flags->data,
                 "Folder to fill; default HEADSCOPE_DATA, ../shared/data or data");
  command
      .Option("--mirror", flags->mirror,
              "Take FOLDER/FILE from this address instead, e.g. file:///mnt/mirror")
      .Environment("HEADSCOPE_MIRROR");
  command.OnRun([flags] { RunFetch(*flags); });
}

}  // namespace headscope
