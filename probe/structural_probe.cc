#include "probe/structural_probe.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/base/error.h"
#include "model/ops/elementwise.h"
#include "probe/batch_training.h"

namespace headscope {
namespace {

// Heads before their dependents.
std::vector<size_t> FromTheRoot(std::span<const int32_t> heads) {
  const size_t n = heads.size();
  std::vector<size_t> order;
  std::vector<char> done(n + 1);
  done[n] = 1;
  while (order.size() < n) {
    for (size_t i = 0; i < n; ++i) {
      if (done[i] == 0 && done[static_cast<size_t>(heads[i])] != 0) {
        done[i] = 1;
        order.push_back(i);
      }
    }
  }
  return order;
}

// d|x| / dx, 0 at 0.
float Sign(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f; }

std::vector<uint32_t> All(size_t n) {
  std::vector<uint32_t> all(n);
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

constexpr const char* kWeight = "projection.weight";

}  // namespace

std::vector<float> TreeDepths(std::span<const int32_t> heads) {
  std::vector<float> depths(heads.size());
  for (const size_t i : FromTheRoot(heads)) {
    const auto head = static_cast<size_t>(heads[i]);
    depths[i] = head == heads.size() ? 0.0f : depths[head] + 1.0f;
  }
  return depths;
}

std::vector<float> TreeDistances(std::span<const int32_t> heads) {
  const size_t n = heads.size();
  std::vector<float> distances(n * n);
  std::vector<size_t> before;
  for (const size_t i : FromTheRoot(heads)) {
    const auto head = static_cast<size_t>(heads[i]);
    for (const size_t j : before) {
      distances[i * n + j] = distances[j * n + i] = distances[head * n + j] + 1.0f;
    }
    before.push_back(i);
  }
  return distances;
}

void StructuralProbe::Initialise(size_t width, const RandomStream& random) {
  const double size = static_cast<double>(options_.rank) * static_cast<double>(width);
  ParameterLayout layout;
  layout.Add({.name = kWeight,
              .shape = {options_.rank, width},
              .init = Init::kNormal,
              .init_scale = static_cast<float>(std::sqrt(2.0 / size))});
  layout_ = std::make_shared<const ParameterLayout>(std::move(layout));
  parameters_ = std::make_unique<ParameterSet>(layout_);
  InitialiseParameters(1.0f, random.Bits64(0), *parameters_);
}

// dL/dz_i = 4 sum_j s_ij (z_i - z_j), s_ij = sign(prediction - target) / n^2.
double StructuralProbe::Distances(Compute& compute, const std::vector<float>& target, Matrix z,
                                  const Matrix* dz, std::vector<float>& prediction) {
  const size_t n = z.rows;
  products_.EnsureSize(n * n);
  signs_.EnsureSize(n * n);
  const Matrix products(products_.data(), n, n), signs(signs_.data(), n, n);
  GemmSerial(compute, 0, GemmForm::kNT, z, z, products);
  const float weight = 1.0f / static_cast<float>(n * n);
  double loss = 0.0;
  prediction.resize(n * n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      const float d = products(i, i) + products(j, j) - 2.0f * products(i, j);
      const float error = i == j ? 0.0f : d - target[i * n + j];
      prediction[i * n + j] = i == j ? 0.0f : d;
      signs(i, j) = weight * Sign(error);
      loss += static_cast<double>(std::abs(error));
    }
  }
  loss /= static_cast<double>(n * n);
  if (dz == nullptr) return loss;
  GemmSerial(compute, 0, GemmForm::kNN, signs, z, *dz);
  for (size_t i = 0; i < n; ++i) {
    float sum = 0.0f;
    for (size_t j = 0; j < n; ++j) sum += signs(i, j);
    for (size_t r = 0; r < z.cols; ++r) (*dz)(i, r) = 4.0f * (sum * z(i, r) - (*dz)(i, r));
  }
  return loss;
}

double StructuralProbe::Depths(const std::vector<float>& target, Matrix z, const Matrix* dz,
                               std::vector<float>& prediction) {
  const size_t n = z.rows;
  const float weight = 1.0f / static_cast<float>(n);
  double loss = 0.0;
  prediction.resize(n);
  for (size_t i = 0; i < n; ++i) {
    float depth = 0.0f;
    for (size_t r = 0; r < z.cols; ++r) depth += z(i, r) * z(i, r);
    prediction[i] = depth;
    const float error = depth - target[i];
    loss += static_cast<double>(std::abs(error));
    if (dz == nullptr) continue;
    for (size_t r = 0; r < z.cols; ++r) (*dz)(i, r) = 2.0f * weight * Sign(error) * z(i, r);
  }
  return loss / static_cast<double>(n);
}

double StructuralProbe::RunSentence(Compute& compute, const std::vector<float>& target, Matrix z,
                                    const Matrix* dz, std::vector<float>& prediction) {
  return kind_ == StructuralKind::kDistance ? Distances(compute, target, z, dz, prediction)
                                            : Depths(target, z, dz, prediction);
}

double StructuralProbe::Run(Compute& compute, const StructuralRows& data,
                            std::span<const uint32_t> sentences, ParameterSet* gradients,
                            std::vector<std::vector<float>>* predictions) {
  std::vector<uint32_t> rows;
  for (const uint32_t s : sentences) {
    for (uint32_t w = data.starts[s]; w < data.starts[s + 1]; ++w) rows.push_back(w);
  }
  const size_t width = data.features.cols, rank = options_.rank;
  x_.EnsureSize(rows.size() * width);
  z_.EnsureSize(rows.size() * rank);
  dz_.EnsureSize(rows.size() * rank);
  const Matrix x(x_.data(), rows.size(), width), z(z_.data(), rows.size(), rank),
      dz(dz_.data(), rows.size(), rank);
  GatherRows(compute.Pool(), data.features, rows, x);
  Gemm(compute, GemmForm::kNT, x, std::as_const(*parameters_).At(kWeight), z);
  double loss = 0.0;
  std::vector<float> prediction;
  size_t row = 0;
  for (const uint32_t s : sentences) {
    const size_t end = row + data.starts[s + 1] - data.starts[s];
    const Matrix dz_part = dz.RowRange(row, end);
    loss += RunSentence(compute, data.targets[s], z.RowRange(row, end),
                        gradients == nullptr ? nullptr : &dz_part, prediction);
    if (predictions != nullptr) predictions->push_back(prediction);
    row = end;
  }
  if (gradients == nullptr) return loss;
  Gemm(compute, GemmForm::kTN, dz, x, gradients->At(kWeight));
  const float scale = 1.0f / static_cast<float>(sentences.size());
  for (float& g : gradients->Data()) g *= scale;
  return loss;
}

double StructuralProbe::Gradient(Compute& compute, const StructuralRows& data,
                                 ParameterSet& gradients) {
  const std::vector<uint32_t> all = All(data.targets.size());
  return Run(compute, data, all, &gradients, nullptr) / static_cast<double>(all.size());
}

double StructuralProbe::RunInBatches(Compute& compute, const StructuralRows& data,
                                     std::vector<std::vector<float>>* predictions) {
  const std::vector<uint32_t> all = All(data.targets.size());
  double loss = 0.0;
  for (size_t begin = 0; begin < all.size(); begin += options_.batch_sentences) {
    const size_t count = std::min(options_.batch_sentences, all.size() - begin);
    loss += Run(compute, data, std::span(all).subspan(begin, count), nullptr, predictions);
  }
  return loss;
}

void StructuralProbe::Fit(Compute& compute, const StructuralRows& train, const StructuralRows& dev,
                          const RandomStream& random) {
  if (train.targets.empty() || dev.targets.empty()) {
    Fail("structural probe: expected sentences to fit on and to choose on, found {} and {}",
         train.targets.size(), dev.targets.size());
  }
  Initialise(train.features.cols, random);
  BatchTraining training;
  training.stopping = options_.stopping;
  training.end_of_batch = [&](std::span<const uint32_t> order, size_t begin) {
    return std::min(begin + options_.batch_sentences, order.size());
  };
  training.gradient = [&](std::span<const uint32_t> batch, ParameterSet& gradients) {
    Run(compute, train, batch, &gradients, nullptr);
  };
  training.dev_nats = [&] {
    return RunInBatches(compute, dev, nullptr) / static_cast<double>(dev.targets.size());
  };
  TrainOnBatches(compute, All(train.targets.size()), random, training, *parameters_);
}

std::vector<std::vector<float>> StructuralProbe::Predict(Compute& compute,
                                                         const StructuralRows& data) {
  std::vector<std::vector<float>> predictions;
  RunInBatches(compute, data, &predictions);
  return predictions;
}

}  // namespace headscope
