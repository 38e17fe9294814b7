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
  const ProfileSpan span(pass.compute.TimeProfiler(), "dropout");
  const RaggedBatch& batch = pass.batch;
  pass.compute.Pool().ParallelEach(batch.NumSequences(), [&](size_t s, size_t) {
    const size_t begin = batch.offsets[s], end = batch.offsets[s + 1];
    ApplyDropout(dropout, batch.sequence_ids[s], x.RowRange(begin, end), y.RowRange(begin, end));
  });
}

namespace {

// Each of the three products of a layer has as many.
double FlopsOf(const BertViews<const float>::Affine& affine, ConstMatrix x) {
  return 2.0 * static_cast<double>(affine.weight.rows * affine.weight.cols * x.rows);
}

}  // namespace

void AffineForward(Compute& compute, std::string_view name,
                   const BertViews<const float>::Affine& affine, ConstMatrix x, Matrix y) {
  const ProfileSpan span(compute.TimeProfiler(), name, "", FlopsOf(affine, x));
  Gemm(compute, GemmForm::kNT, x, affine.weight, y, GemmOutput::kWrite, affine.bias);
}

void AffineBackward(Compute& compute, std::string_view name,
                    const BertViews<const float>::Affine& affine, ConstMatrix x, ConstMatrix dy,
                    Matrix dx, const BertViews<float>::Affine& gradient) {
  Profiler* const profiler = compute.TimeProfiler();
  {
    const ProfileSpan span(profiler, "bias gradients");
    AddBiasBackward(compute.Pool(), dy, gradient.bias);
  }
  {
    const ProfileSpan span(profiler, name, "dW", FlopsOf(affine, x));
    Gemm(compute, GemmForm::kTN, dy, x, gradient.weight, GemmOutput::kAccumulate);
  }
  if (dx.data == nullptr) return;
  const ProfileSpan span(profiler, name, "dx", FlopsOf(affine, x));
  Gemm(compute, GemmForm::kNN, dy, affine.weight, dx);
}

}  // namespace headscope
