#include "datasets/example_writer.h"

#include <nlohmann/json.hpp>

namespace headscope {

std::string ToJsonLines(const ExampleSet& set) {
  std::string lines;
  for (const Example& example : set.examples) {
    const auto name = [&](int32_t label) { return set.labels[static_cast<size_t>(label)]; };
    nlohmann::ordered_json line = {{"id", example.id}, {"text", example.text}};
    if (!example.second_text.empty()) line["second_text"] = example.second_text;
    if (example.label >= 0) line["label"] = name(example.label);
    if (example.query >= 0) line["query"] = example.query;
    if (!example.evidence.empty()) line["evidence"] = example.evidence;
    if (!example.partner.empty()) line["partner"] = example.partner;
    if (example.partner_label >= 0) line["partner_label"] = name(example.partner_label);
    if (!example.group.empty()) line["group"] = example.group;
    lines += line.dump() + "\n";
  }
  return lines;
}

}  // namespace headscope
