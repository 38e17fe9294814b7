// Heads whose queries and keys stay as they start, or as they are in another model: a head has its
// part of its layer's four tensors, rows head * D to head * D + D - 1 of [C, C] and of [C].
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/parameter_set.h"

namespace headscope {

class FrozenQueries {
 public:
  explicit FrozenQueries(const ModelConfig& model);

  // `source`: the folder of the other model; empty: none.
  void Add(size_t layer, size_t head, const std::string& source);

  // Freezes the frozen heads' parts of a tensor: where these are all of it, the tensor.
  void Freeze(ParameterSpec& spec) const;
  // Copies these parts from their sources. Throws Error for a source whose tensors have another
  // shape or whose layers have another number of heads.
  void Copy(ParameterSet& parameters) const;

 private:
  size_t heads_, width_;                            // of a layer, of a head
  std::vector<std::optional<std::string>> frozen_;  // [layers * heads] the source
};

}  // namespace headscope
