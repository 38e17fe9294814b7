#include "model/trained_random_attention.h"

#include <algorithm>

#include "model/base/aligned_buffer.h"
#include "model/base/error.h"
#include "model/control_tensors.h"
#include "model/ops/softmax.h"

namespace headscope {

TrainedRandomAttention::TrainedRandomAttention(size_t layer, size_t head,
                                               const TrainedRandomOptions& options)
    : layer_(layer), options_(options), tensor_(ControlTensor(layer, head, "logits")) {}

void TrainedRandomAttention::Declare(ParameterLayout& layout) const {
  layout.Add({.name = tensor_,
              .shape = {options_.length, options_.length},
              .init = Init::kNormal,
              .init_scale = options_.scale});
}

void TrainedRandomAttention::Forward(const AttentionSite& site, ConstMatrix, Matrix pattern) const {
  const size_t length = site.Length();
  if (length > options_.length) {
    Fail("random-trained attention has logits for {} pieces: found a sequence of {}",
         options_.length, length);
  }
  const ConstMatrix logits = site.parameters->At(tensor_);
  SoftmaxForward(logits.RowRange(0, length).ColumnRange(0, length), pattern);
}

void TrainedRandomAttention::AccumulateGradients(const AttentionSite& site, ConstMatrix pattern,
                                                 ConstMatrix dpattern,
                                                 ParameterSet& gradients) const {
  const size_t length = site.Length();
  AlignedBuffer<float> memory(length * length);
  const Matrix own(memory.data(), length, length);
  SoftmaxBackward(pattern, dpattern, own);
  const Matrix dlogits = gradients.At(tensor_);
  for (size_t i = 0; i < length; ++i) {
    for (size_t j = 0; j < length; ++j) dlogits(i, j) += own(i, j);
  }
}

}  // namespace headscope
