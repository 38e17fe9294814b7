// How far a classifier is from another on the same examples: in what it says, and in every layer's
// attention.
#pragma once

#include <string>
#include <vector>

#include "train/attention_rows.h"
#include "train/attention_scope.h"
#include "train/base_model.h"
#include "train/example_batches.h"
#include "train/predictions.h"

namespace headscope {

// Of each example: "tvd", the total variation of the outputs; of each layer l "jsd:Ll" and "kl:Ll",
// the divergences in nats of the mean of its heads, and "jsd:Ll heads" and "kl:Ll heads", the mean
// over heads of each head's. KL is from the other model's attention: KL(own‖other). The last
// layer's are of the row of what is classified, of the layers below it the mean over all rows.
// Where heads are chosen, "jsd:sites" and "kl:sites", over these as attention_scope.h says.
struct ModelDivergence {
  std::vector<std::string> names;
  std::vector<std::vector<double>> values;  // [name][example]

  bool Empty() const { return values.empty() || values[0].empty(); }
  // Over the examples.
  double Mean(size_t name) const;
};

// Adds the examples of a batch after its forward pass; `base` has been run on it. `outputs`: what
// the model says of them; `chosen`: null where no heads are.
void AddDivergences(const ModelConfig& model, const LabelledBatch& labelled,
                    const Predictions& outputs, Activations& acts, BaseModel& base,
                    const AttentionScope* chosen, ModelDivergence& divergence);

}  // namespace headscope
