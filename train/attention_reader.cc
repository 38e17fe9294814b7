#include "train/attention_reader.h"

#include "train/attention_looks.h"

namespace headscope {

ReaderSums AttentionReader::Read(Compute& compute, const ParameterSet& parameters,
                                 const Reading& reading, const RaggedBatch& batch,
                                 Activations& acts) {
  reading_ = &reading;
  if (reading.NumRows() == 0) return {};
  attention_.EnsureSize(reading.NumRows() * shape_.NumFeatures());
  features_.EnsureSize(reading.NumRows() * shape_.NumFeatures());
  compute.Pool().ParallelEach(batch.NumSequences(), [&](size_t s, size_t) {
    for (size_t l = 0; l < shape_.layers; ++l) {
      for (size_t h = 0; h < shape_.heads; ++h) {
        LookForward(acts.Square(Hook::kPattern, l, h, s), reading, s, ColumnOf(l, h),
                    View(attention_));
      }
    }
  });
  kinds_.clear();
  for (size_t r = 0; r < reading.NumRows(); ++r) kinds_.push_back(reading.KindOf(r));
  scale_.Forward(compute.Pool(), View(attention_), kinds_, shape_.plain, View(features_));
  return network_.Answer(compute, parameters, reading, View(features_));
}

void AttentionReader::DivergenceBackward(Compute& compute, const ParameterSet& parameters,
                                         double scale) {
  if (reading_->NumRows() == 0) return;
  dfeatures_.EnsureSize(reading_->NumRows() * shape_.NumFeatures());
  const Matrix dfeatures = View(dfeatures_);
  network_.DivergenceBackward(compute, parameters, scale, dfeatures);
  scale_.Backward(compute.Pool(), View(attention_), kinds_, View(features_), dfeatures, dfeatures);
}

void AttentionReader::AddPatternGradient(const HookPoint& at, Matrix dpattern) const {
  LookBackward(*reading_, at.sequence, ColumnOf(at.layer, at.head), View(dfeatures_), dpattern);
}

}  // namespace headscope
