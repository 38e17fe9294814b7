#include "probe/early_stopping.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "model/base/error.h"

namespace headscope {
namespace {

constexpr double kMinimumImprovement = 1e-3;

}  // namespace

size_t TrainWithEarlyStopping(
    const EarlyStopping& options, ParameterSet& parameters,
    const std::function<void(size_t epoch, double learning_rate)>& train_epoch,
    const std::function<double()>& dev_nats) {
  std::vector<float> best;
  double best_nats = std::numeric_limits<double>::infinity(), rate = options.learning_rate;
  size_t epoch = 0, since_better = 0;
  for (; epoch < options.max_epochs && since_better < options.patience; ++epoch) {
    train_epoch(epoch, rate);
    const double nats = dev_nats();
    ++since_better;
    if (nats < best_nats - kMinimumImprovement) {
      since_better = 0;
    } else {
      rate *= 0.5;
    }
    if (nats < best_nats) {
      best_nats = nats;
      best.assign(parameters.Data().begin(), parameters.Data().end());
    }
  }
  if (best.empty()) Fail("probe: the loss on dev is not finite");
  std::copy(best.begin(), best.end(), parameters.Data().begin());
  return epoch;
}

}  // namespace headscope
