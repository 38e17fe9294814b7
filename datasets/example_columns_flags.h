// The flags that name the columns of tsv:, csv: and jsonl: tasks.
#pragma once

#include "datasets/example_files.h"
#include "model/base/command_line.h"

namespace headscope {

inline void AddColumnFlags(const Command& command, ExampleColumns& columns) {
  command.Option("--text-column", columns.text, "Of tsv:, csv: and jsonl: tasks: the text");
  command.Option("--second-column", columns.second, "The second text of a pair");
  command.Option("--label-column", columns.label, "The label");
  command.Option("--id-column", columns.id, "The example's id");
}

}  // namespace headscope
