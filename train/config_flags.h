// Config fields as flags of a command.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "train/config_field.h"

namespace headscope {

// Adds a flag for every field that has one. A flag wins over a config file that another flag names:
// so values are kept aside while the command line is parsed, and Apply sets the fields of the flags
// that were given.
class ConfigFlags {
 public:
  ConfigFlags(CLI::App& app, const std::vector<ConfigField>& fields);
  // Throws Error naming the flag.
  void Apply(const std::vector<ConfigField>& fields) const;

 private:
  struct Flag {
    CLI::Option* option;
    std::string section, key;
  };
  std::vector<Flag> flags_;
};

}  // namespace headscope
