// A probe on word vectors and what bounds its capacity (Hewitt & Liang 2019, section 4), as a name
// that every result carries.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "probe/probe.h"

namespace headscope {

// What a probe on word vectors may look like.
inline const std::vector<std::string> kWordProbes = {"linear", "mlp1", "mlp2"};

struct WordProbe {
  std::string kind;  // of kWordProbes
  // Of "linear": the most that the rank of its weights may be (0: no bound), and the penalty C (0:
  // the best of some on dev).
  size_t rank = 0;
  double c = 0.0;
  // Of MLPs: units of each hidden layer (0: as many as the task has it), AdamW's weight decay, and
  // the rate of dropout before each matrix.
  size_t units = 0;
  double weight_decay = 0.0, dropout = 0.0;

  bool IsLinear() const { return kind == "linear"; }
  // "linear", "linear rank 4 C 0.03", "mlp1 units 45 decay 0.1 dropout 0.4": what is not 0.
  std::string Name() const;
  bool operator==(const WordProbe&) const = default;
};

// Throws Error for a name that is none.
WordProbe ParseWordProbe(const std::string& name);

// Values of each setting, as texts; none: what is without it.
struct WordProbeSweep {
  std::vector<std::string> rank = {}, penalty = {};                      // of linear
  std::vector<std::string> units = {}, weight_decay = {}, dropout = {};  // of MLPs
};
// The names of the kinds with every combination of the values that concern them. Throws Error.
std::vector<std::string> SweptProbes(const std::vector<std::string>& kinds,
                                     const WordProbeSweep& sweep);

// On a mix of layers (0: on one), "linear" too is trained on batches, without a penalty: J is not
// convex in both; rank and penalty are of one layer. Throws Error.
std::unique_ptr<Probe> MakeWordProbe(const std::string& name, size_t num_labels,
                                     size_t hidden_units, size_t mixed_layers = 0,
                                     size_t parts = 1);

}  // namespace headscope
