// `headscope data vocab`: learns a WordPiece vocabulary from plain text.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddVocabCommand(const Command& data);

}  // namespace headscope
