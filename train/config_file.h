// Config files: TOML (https://toml.io, read by toml++) bound to the fields of a typed config.
//
// Reading refuses what it does not know: garbage, unknown sections and keys, wrong types and values
// out of range, each with file and line. Writing gives every number its shortest text that reads
// back to the same bits, so that write, read, write gives the same bytes.
#pragma once

#include <string>
#include <vector>

#include "train/config_field.h"

namespace headscope {

// Reads `text`, the content of `path`, into the fields it names; the others keep their values.
void ReadConfig(const std::string& path, const std::string& text,
                const std::vector<ConfigField>& fields);

// Every field, in order, in sections.
std::string WriteConfig(const std::vector<ConfigField>& fields);

// A field's value as WriteConfig writes it.
std::string ConfigText(const ConfigField& field);

}  // namespace headscope
