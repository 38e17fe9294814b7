#include "probe/experiment_catalogue.h"

#include <fmt/ranges.h>

#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

struct Embedded {
  const char* path;
  const char* text;
};

constexpr Embedded kEmbedded[] = {
#include <experiments.inc>  // made by make from train/experiments
};

}  // namespace

std::vector<ExperimentFile> EmbeddedExperiments() {
  std::vector<ExperimentFile> files;
  for (const Embedded& embedded : kEmbedded) files.push_back({embedded.path, embedded.text});
  return files;
}

ExperimentFile FindExperiment(const std::string& name) {
  if (name.ends_with(".toml")) return {name, ReadFile(name)};
  std::vector<std::string> names;
  for (ExperimentFile& file : EmbeddedExperiments()) {
    if (file.path == name + ".toml") return std::move(file);
    names.push_back(file.path.substr(0, file.path.size() - 5));
  }
  Fail("expected the path of a .toml file or one of {}, found {}", fmt::join(names, ", "), name);
}

}  // namespace headscope
