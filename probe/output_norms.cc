#include "probe/output_norms.h"

#include <algorithm>
#include <cmath>

#include "model/bert_parameters.h"
#include "train/divergence.h"

namespace headscope {
namespace {

// W' W of a head's columns of the output projection [C, heads * D].
std::vector<double> Gram(BasicMatrix<const float> output, size_t head, size_t width) {
  std::vector<double> gram(width * width);
  for (size_t c = 0; c < output.rows; ++c) {
    const float* row = output.Row(c) + head * width;
    for (size_t a = 0; a < width; ++a) {
      for (size_t b = 0; b < width; ++b) {
        gram[a * width + b] += static_cast<double>(row[a]) * static_cast<double>(row[b]);
      }
    }
  }
  return gram;
}

// Empty where it weighs nothing but zeros.
std::vector<double> Weighted(std::span<const float> weights, std::span<const double> norms) {
  std::vector<double> weighted;
  double sum = 0.0;
  for (size_t j = 0; j < weights.size(); ++j) {
    weighted.push_back(static_cast<double>(weights[j]) * norms[j]);
    sum += weighted.back();
  }
  if (!(sum > 0.0)) return {};
  for (double& w : weighted) w /= sum;
  return weighted;
}

}  // namespace

OutputNorms::OutputNorms(const ModelConfig& config, const ParameterSet& parameters)
    : heads_(config.num_attention_heads), width_(config.HeadSize()) {
  const BertViews<const float> views = ViewBert(config, parameters);
  for (const auto& layer : views.layers) {
    for (size_t head = 0; head < heads_; ++head) {
      grams_.push_back(Gram(layer.attention_output.weight, head, width_));
    }
  }
}

double OutputNorms::Norm(size_t layer, size_t head, const float* value) const {
  const double* gram = grams_[layer * heads_ + head].data();
  double square = 0.0;
  for (size_t a = 0; a < width_; ++a) {
    double row = 0.0;
    for (size_t b = 0; b < width_; ++b) {
      row += gram[a * width_ + b] * static_cast<double>(value[b]);
    }
    square += row * static_cast<double>(value[a]);
  }
  return std::sqrt(std::max(0.0, square));
}

double ValueWeightedJensenShannon(std::span<const float> p, std::span<const float> q,
                                  std::span<const double> norms) {
  const std::vector<double> of_p = Weighted(p, norms), of_q = Weighted(q, norms);
  if (of_p.empty() || of_q.empty()) return 0.0;
  return JensenShannon(std::span<const double>(of_p), std::span<const double>(of_q));
}

}  // namespace headscope
