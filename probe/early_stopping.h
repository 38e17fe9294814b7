// Training in epochs that the loss on dev ends.
#pragma once

#include <cstddef>
#include <functional>

#include "model/parameter_set.h"

namespace headscope {

struct EarlyStopping {
  double learning_rate = 2e-3;
  size_t max_epochs = 40;
  // After an epoch that does not lower the loss on dev by 1e-3 nats the rate is halved; after so
  // many of them in a row training stops.
  size_t patience = 3;
};

// Leaves `parameters` as they were after the best epoch on dev, and returns how many were trained.
// train_epoch(epoch, rate), epoch from 0 on. Throws Error when no loss on dev is finite.
size_t TrainWithEarlyStopping(
    const EarlyStopping& options, ParameterSet& parameters,
    const std::function<void(size_t epoch, double learning_rate)>& train_epoch,
    const std::function<double()>& dev_nats);

}  // namespace headscope
