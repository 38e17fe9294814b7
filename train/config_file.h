// Config files: TOML (https://toml.io, read by toml++) bound to the fields of a typed config.
//
// Reading refuses what it does not know: garbage, unknown sections and keys, wrong types and values
// out of range, each with file and line. Writing gives every number its shortest text that reads
// back to the same bits, so that write, read, write gives the same bytes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "train/config_field.h"

namespace headscope {

// Reads `text`, the content of `path`, into the fields it names; the others keep their values.
void ReadConfig(const std::string& path, const std::string& text,
                const std::vector<ConfigField>& fields);

// A file that has, beside the sections of a config, groups of named tables: [arm.uniform] and
// [arm.learned] are the entries "uniform" and "learned" of the group "arm".
class ConfigDocument {
 public:
  // Parses `text`, the content of `path`. Throws Error with the line of what is not TOML.
  ConfigDocument(const std::string& path, const std::string& text);
  ~ConfigDocument();
  // Reads all but the `groups` into the fields, as ReadConfig does.
  void Read(const std::vector<ConfigField>& fields, const std::vector<std::string>& groups) const;
  // The names of a group's entries, in the file's order; none when there is no such group.
  std::vector<std::string> Entries(const std::string& group) const;
  // Reads an entry into the fields that its keys name, of whichever section.
  void ReadEntry(const std::string& group, const std::string& entry,
                 const std::vector<ConfigField>& fields) const;

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

// Every field, in order, in sections, but for those that are not set and are only written when set.
std::string WriteConfig(const std::vector<ConfigField>& fields);

// Whether its value is other than false, 0 or empty.
bool IsSet(const ConfigField& field);

// A field's value as WriteConfig writes it.
std::string ConfigText(const ConfigField& field);

}  // namespace headscope
