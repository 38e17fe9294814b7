#include "model/pass.h"

#include <algorithm>

#include "model/ops/dropout.h"
#include "model/ops/elementwise.h"

namespace headscope {

void ApplyHiddenDropout(const Pass& pass, size_t site, ConstMatrix x, Matrix y) {
  Dropout dropout{.site = static_cast<uint32_t>(site)};
  if (pass.options.dropout) {
    dropout.seed = pass.options.dropout->seed;
    dropout.step = pass.options.dropout->step;
    dropout.rate = pass.config.hidden_dropout_prob;
  }
  if (dropout.rate == 0.0f && x.data == y.data) return;
  const RaggedBatch& batch = pass.batch;
  pass.compute.Pool().ParallelEach(batch.NumSequences(), [&](size_t s, size_t) {
    const size_t begin = batch.offsets[s], end = batch.offsets[s + 1];
    ApplyDropout(dropout, batch.sequence_ids[s], x.RowRange(begin, end), y.RowRange(begin, end));
  });
}

void AffineForward(Compute& compute, const BertViews<const float>::Affine& affine, ConstMatrix x,
                   Matrix y) {
  Gemm(compute, GemmForm::kNT, x, affine.weight, y);
  AddBiasForward(compute.Pool(), affine.bias, y);
}

void AffineBackward(Compute& compute, const BertViews<const float>::Affine& affine, ConstMatrix x,
                    ConstMatrix dy, Matrix dx, const BertViews<float>::Affine& gradient) {
  AddBiasBackward(compute.Pool(), dy, gradient.bias);
  Gemm(compute, GemmForm::kTN, dy, x, gradient.weight, GemmOutput::kAccumulate);
  if (dx.data != nullptr) Gemm(compute, GemmForm::kNN, dy, affine.weight, dx);
}

}  // namespace headscope
