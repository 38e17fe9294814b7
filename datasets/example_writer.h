// Examples as JSON Lines.
#pragma once

#include <string>

#include "datasets/example.h"

namespace headscope {

// One object a line: id, text, second_text of pairs, label (its name), and where there are any
// query, evidence, partner, partner_label and group, as Example has them.
std::string ToJsonLines(const ExampleSet& set);

}  // namespace headscope
