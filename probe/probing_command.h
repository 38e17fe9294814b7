// What every `probe` command on word vectors has in common: its flags, what it reads and writes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/base/command_line.h"
#include "probe/compute_flags.h"
#include "probe/probing_study.h"

namespace headscope {

// What is read, where it is written, which vectors.
struct ProbeFileFlags {
  std::string train, dev, test, out, pooling = "mean";
};

struct ProbingFlags : ProbeFileFlags {
  std::string model, checkpoints;
  std::vector<std::string> layers = {"all"};
  size_t train_words = 0;
  bool no_online_code = false, save_activations = false;
  ComputeFlags compute;
  ProbingOptions options;
};

// What a command adds.
struct ProbingCommand {
  std::string name;   // "pos"
  std::string title;  // "Parts of speech"
  std::function<std::unique_ptr<ProbingTask>(const ProbeCorpus&)> make_task;
  std::function<std::vector<std::pair<std::string, std::string>>()> options;  // name, value
  // What is made of each file before it is read as sentences; may append to the notes. None: as is.
  std::function<Treebank(Treebank, const WordEncoder&, const ModelConfig&,
                         std::vector<std::string>& notes)>
      prepare = {};
  // The probes that are asked where --probe names these. None: the same.
  std::function<std::vector<std::string>(const std::vector<std::string>&)> probes = {};
};

void AddProbeFileFlags(const Command& command, ProbeFileFlags& flags);
// "all" among them is an empty list. Throws Error.
std::vector<size_t> ParseLayers(const std::vector<std::string>& names);

// Adds the common flags.
void AddProbingFlags(const Command& command, ProbingFlags& flags,
                     const std::vector<std::string>& probes);

// Reads, fits, writes results.json, rows.csv, contrasts.csv, manifest.json and report.html, prints
// the tables;
// with --checkpoints for every snapshot of a run, as curves over steps.
void RunProbing(const ProbingFlags& flags, const ProbingCommand& command);

}  // namespace headscope
