// The flags that name the columns of tsv:, csv: and jsonl: tasks.
#pragma once

#include <CLI/CLI.hpp>

#include "datasets/example_files.h"

namespace headscope {

inline void AddColumnFlags(CLI::App& command, ExampleColumns& columns) {
  command.add_option("--text-column", columns.text, "Of tsv:, csv: and jsonl: tasks: the text")
      ->capture_default_str();
  command.add_option("--second-column", columns.second, "The second text of a pair");
  command.add_option("--label-column", columns.label, "The label")->capture_default_str();
  command.add_option("--id-column", columns.id, "The example's id");
}

}  // namespace headscope
