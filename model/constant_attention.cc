#include "model/constant_attention.h"

#include <algorithm>

#include "model/base/error.h"
#include "model/control_tensors.h"

namespace headscope {
namespace {

// Divides a row by its sum, in double and in order; uniform where the sum is 0.
void Renormalise(float* row, size_t size) {
  double sum = 0.0;
  for (size_t j = 0; j < size; ++j) sum += static_cast<double>(row[j]);
  for (size_t j = 0; j < size; ++j) {
    const double share =
        sum > 0.0 ? static_cast<double>(row[j]) / sum : 1.0 / static_cast<double>(size);
    row[j] = static_cast<float>(share);
  }
}

}  // namespace

ConstantAttention::ConstantAttention(size_t layer, size_t head, size_t length)
    : length_(length),
      body_(ControlTensor(layer, head, "body")),
      sep_(ControlTensor(layer, head, "sep")) {}

void ConstantAttention::Declare(ParameterLayout& layout) const {
  layout.Add({.name = body_, .shape = {length_ - 1, length_ - 1}, .trainable = false});
  layout.Add({.name = sep_, .shape = {3, length_}, .trainable = false});
}

void ConstantAttention::Forward(const AttentionSite& site, ConstMatrix, Matrix pattern) const {
  const size_t length = site.Length();
  if (length > length_) {
    Fail("constant attention was made for {} pieces: found a sequence of {}", length_, length);
  }
  const ConstMatrix body = site.parameters->At(body_), sep = site.parameters->At(sep_);
  const size_t last = length - 1;
  for (size_t i = 0; i < last; ++i) {
    std::copy_n(body.Row(i), last, pattern.Row(i));
    pattern(i, last) = sep(0, i);
  }
  std::copy_n(sep.Row(1), last, pattern.Row(last));
  pattern(last, last) = sep(2, 0);
  for (size_t i = 0; i < length; ++i) Renormalise(pattern.Row(i), length);
}

}  // namespace headscope
