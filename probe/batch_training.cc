#include "probe/batch_training.h"

#include <vector>

#include "train/adamw.h"

namespace headscope {

size_t TrainOnBatches(Compute& compute, std::span<const uint32_t> items, const RandomStream& random,
                      const BatchTraining& training, ParameterSet& parameters) {
  ParameterSet gradients(parameters.SharedLayout());
  AdamMoments moments(parameters.SharedLayout());
  const AdamW adamw(
      {.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = training.weight_decay},
      parameters.Layout());
  uint64_t step = 0;
  const auto train_epoch = [&](size_t epoch, double rate) {
    RandomStream stream = random;
    stream.step = static_cast<uint32_t>(epoch) + 1;
    std::vector<uint32_t> order;
    for (const uint32_t i : RandomPermutation(stream, static_cast<uint32_t>(items.size()))) {
      order.push_back(items[i]);
    }
    for (size_t begin = 0; begin < order.size();) {
      const size_t end = training.end_of_batch(order, begin);
      training.gradient(std::span(order).subspan(begin, end - begin), gradients);
      adamw.Update(compute.Pool(), ++step, rate, 1.0, gradients, parameters, moments);
      begin = end;
    }
  };
  return TrainWithEarlyStopping(training.stopping, parameters, train_epoch, training.dev_nats);
}

}  // namespace headscope
