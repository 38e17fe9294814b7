#include "model/matched_random_attention.h"

#include <vector>

#include "model/control_tensors.h"
#include "model/pattern_entropy.h"

namespace headscope {

MatchedRandomAttention::MatchedRandomAttention(size_t layer, size_t head, size_t max_length,
                                               const RandomStream& stream)
    : logits_(max_length, stream),
      ladder_(max_length),
      tensor_(ControlTensor(layer, head, "scales")) {}

void MatchedRandomAttention::Declare(ParameterLayout& layout) const {
  layout.Add({.name = tensor_, .shape = {ladder_.Lengths().size()}, .trainable = false});
}

void MatchedRandomAttention::Match(double entropy_share, ParameterSet& parameters) const {
  const Matrix scales = parameters.At(tensor_);
  for (size_t k = 0; k < ladder_.Lengths().size(); ++k) {
    scales(0, k) = static_cast<float>(logits_.ScaleOf(ladder_.Lengths()[k], entropy_share));
  }
}

void MatchedRandomAttention::Forward(const AttentionSite& site, ConstMatrix, Matrix pattern) const {
  const float* scales = site.parameters->At(tensor_).Row(0);
  logits_.WritePattern(ladder_.ScaleAt(site.Length(), scales), pattern);
}

void MatchEntropies(Compute& compute, const std::string& directory, const ModelConfig& model,
                    std::span<const MatchedSite> sites, std::span<const RaggedBatch> sample,
                    ParameterSet& parameters) {
  std::vector<HeadPlace> places;
  for (const MatchedSite& site : sites) places.push_back(site.place);
  const std::vector<double> shares = MeasureEntropyShares(
      compute, directory, model, model.max_position_embeddings, places, sample);
  compute.Pool().ParallelEach(
      sites.size(), [&](size_t i, size_t) { sites[i].control->Match(shares[i], parameters); });
}

}  // namespace headscope
