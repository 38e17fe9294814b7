#include "probe/output_norms.h"

#include <algorithm>
#include <cmath>

#include "model/bert_parameters.h"

namespace headscope {

OutputNorms::OutputNorms(const ModelConfig& config, const ParameterSet& parameters)
    : heads_(config.num_attention_heads), width_(config.HeadSize()) {
  const BertViews<const float> views = ViewBert(config, parameters);
  for (const auto& layer : views.layers) {
    for (size_t head = 0; head < heads_; ++head) AddGram(layer.attention_output.weight, head);
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

void OutputNorms::AddGram(ConstMatrix output, size_t head) {
  std::vector<double> gram(width_ * width_);
  for (size_t c = 0; c < output.rows; ++c) {
    const float* row = output.Row(c) + head * width_;
    for (size_t a = 0; a < width_; ++a) {
      for (size_t b = 0; b < width_; ++b) {
        gram[a * width_ + b] += static_cast<double>(row[a]) * static_cast<double>(row[b]);
      }
    }
  }
  grams_.push_back(std::move(gram));
}

}  // namespace headscope
