// Training on batches of items that are shuffled anew each epoch, by AdamW, until the loss on dev
// ends it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "model/base/random.h"
#include "model/ops/gemm.h"
#include "probe/early_stopping.h"

namespace headscope {

struct BatchTraining {
  EarlyStopping stopping = {};
  double weight_decay = 0.0;  // of the tensors that decay
  // Where the batch that begins at order[begin] ends, at least one item on.
  std::function<size_t(std::span<const uint32_t> order, size_t begin)> end_of_batch;
  // Writes the gradient of the batch's mean loss.
  std::function<void(std::span<const uint32_t> batch, ParameterSet& gradients)> gradient;
  std::function<double()> dev_nats;
};

// Leaves `parameters` as they were after the best epoch on dev, and returns how many were trained.
// Epoch e takes `items` in the order that `random` draws at step e + 1. Throws Error when no loss
// on dev is finite.
size_t TrainOnBatches(Compute& compute, std::span<const uint32_t> items, const RandomStream& random,
                      const BatchTraining& training, ParameterSet& parameters);

}  // namespace headscope
