// Config fields as flags of a command.
#pragma once

#include <string>
#include <vector>

#include "model/base/command_line.h"
#include "train/config_field.h"

namespace headscope {

// Adds a flag for every field that has one. A flag wins over a config file that another flag names:
// so values are kept aside while the command line is parsed, and Apply sets the fields of the flags
// that were given.
class ConfigFlags {
 public:
  ConfigFlags(const Command& command, const std::vector<ConfigField>& fields);
  // Throws Error naming the flag.
  void Apply(const std::vector<ConfigField>& fields) const;

 private:
  struct FieldFlag {
    Flag flag;
    std::string section, key;
  };
  std::vector<FieldFlag> flags_;
};

}  // namespace headscope
