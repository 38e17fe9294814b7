// The experiments that come with the program (train/experiments/*.toml, part of the executable),
// and those of users' own files.
#pragma once

#include <string>
#include <vector>

namespace headscope {

struct ExperimentFile {
  std::string path;  // "NAME.toml" of one that came with the program
  std::string text;
};

// By name.
std::vector<ExperimentFile> EmbeddedExperiments();

// `name` is that of an embedded experiment or the path of a file that ends in .toml. Throws Error
// listing the embedded ones when it is neither.
ExperimentFile FindExperiment(const std::string& name);

}  // namespace headscope
