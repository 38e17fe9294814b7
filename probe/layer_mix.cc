#include "probe/layer_mix.h"

#include <algorithm>

#include "model/base/elementary.h"
#include "model/ops/elementwise.h"

namespace headscope {
namespace {

constexpr const char *kMixWeights = "mix.weights", *kMixScale = "mix.scale";
constexpr double kSpeed = 10.0;

}  // namespace

void LayerMix::AddTo(ParameterLayout& layout) const {
  layout.Add({.name = kMixWeights, .shape = {layers_}});
  layout.Add({.name = kMixScale, .shape = {1}, .init = Init::kOnes});
}

std::vector<double> LayerMix::Softmax(const ParameterSet& parameters) const {
  const float* u = parameters.At(kMixWeights).data;
  const double largest = static_cast<double>(*std::max_element(u, u + layers_));
  std::vector<double> s(layers_);
  double sum = 0.0;
  for (size_t l = 0; l < layers_; ++l) {
    s[l] = Exp(kSpeed * (static_cast<double>(u[l]) - largest));
    sum += s[l];
  }
  for (double& value : s) value /= sum;
  return s;
}

std::vector<double> LayerMix::Weights(const ParameterSet& parameters) const {
  std::vector<double> weights = Softmax(parameters);
  weights.push_back(static_cast<double>(*parameters.At(kMixScale).data));
  return weights;
}

ConstMatrix LayerMix::Forward(ThreadPool& pool, const ParameterSet& parameters, ConstMatrix x) {
  const size_t part = x.cols / parts_, width = part / layers_;
  const auto scale = static_cast<double>(*parameters.At(kMixScale).data);
  std::vector<float> factors;
  for (const double s : Softmax(parameters)) factors.push_back(static_cast<float>(s * scale));
  y_.EnsureSize(x.rows * parts_ * width);
  const Matrix y(y_.data(), x.rows, parts_ * width);
  for (size_t p = 0; p < parts_; ++p) {
    WeighBlocks(pool, factors, x.ColumnRange(p * part, (p + 1) * part),
                y.ColumnRange(p * width, (p + 1) * width));
  }
  return y;
}

// With d_l = sum <dy, h_l>: dgamma = sum_l s_l d_l, du_l = 10 gamma s_l (d_l - sum_m s_m d_m).
void LayerMix::Backward(const ParameterSet& parameters, ConstMatrix x, ConstMatrix dy,
                        ParameterSet& gradients) const {
  const size_t width = x.cols / parts_ / layers_;
  std::vector<double> along(layers_);
  for (size_t i = 0; i < x.rows; ++i) {
    for (size_t p = 0; p < parts_; ++p) {
      const float* d = dy.Row(i) + p * width;
      for (size_t l = 0; l < layers_; ++l) {
        const float* h = x.Row(i) + (p * layers_ + l) * width;
        for (size_t j = 0; j < width; ++j) along[l] += static_cast<double>(d[j] * h[j]);
      }
    }
  }
  const std::vector<double> weights = Weights(parameters);
  double mean = 0.0;
  for (size_t l = 0; l < layers_; ++l) mean += weights[l] * along[l];
  float* du = gradients.At(kMixWeights).data;
  for (size_t l = 0; l < layers_; ++l) {
    du[l] += static_cast<float>(kSpeed * weights.back() * weights[l] * (along[l] - mean));
  }
  *gradients.At(kMixScale).data += static_cast<float>(mean);
}

}  // namespace headscope
