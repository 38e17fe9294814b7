// From an attention rule (attention_rules.h) to the controls of the heads that it names: the
// regimes and their arguments.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "model/attention_control.h"
#include "model/attention_rules.h"
#include "model/config.h"

namespace headscope {

struct AttentionContext {
  ModelConfig model;
  uint64_t seed = 1;         // the run's: random patterns and permutations are drawn from it
  int32_t cls = 0, sep = 0;  // piece ids
};

// Regimes that stand on another model.
inline constexpr const char* kRandomRegime = "random";  // with its entropy
inline constexpr const char* kFrozenRegime = "frozen-qk";
inline constexpr const char* kConstantRegime = "constant";
inline constexpr const char* kSuppliedRegime = "supplied";

using SharedControl = std::shared_ptr<const AttentionControl>;
using MakeControl =
    std::function<SharedControl(const AttentionContext&, size_t layer, size_t head)>;

MakeControl SharedByAll(SharedControl control);
// How the controls of a rule's heads are made. Throws Error for a regime or arguments that do not
// exist.
MakeControl MakerOf(const AttentionRule& rule);
// The folder of the model that a rule stands on; empty: it has none.
std::string SourceOf(const AttentionRule& rule);

// Lines on every regime and on sites, for --help.
std::string AttentionHelp();

}  // namespace headscope
