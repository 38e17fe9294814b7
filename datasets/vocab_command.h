// `headscope data vocab`: learns a WordPiece vocabulary from plain text.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddVocabCommand(CLI::App& data);

}  // namespace headscope
