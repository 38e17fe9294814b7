#include "probe/masked_losses.h"

#include "model/attention_regime.h"
#include "probe/encoder_views.h"

namespace headscope {
namespace {

constexpr double kMaskedShare = 0.15;

}  // namespace

MaskedLosses::MaskedLosses(const PretrainedModel& model, const WordPiece& word_piece,
                           const WordEncoder& encode, const ProbeSplit& split,
                           const MaskedLossOptions& options)
    : num_clusters_(split.clusters.Count()),
      losses_(model.config, model.parameters, ControlOf(model.attention),
              Activations::Mode::kInference) {
  const Masker masker(word_piece, MaskUnit::kWholeWord, kMaskedShare);
  const std::vector<WordInput> inputs =
      ViewInputs(split, encode, {EncoderKind::kTrained, options.seed});
  batches_ = MaskSentences(inputs, options.sentences, masker, options.seed, options.batch_pieces);
  for (const uint32_t input : InputsWithTargets(batches_)) {
    clusters_.push_back(split.clusters[input]);
  }
}

ClusterSums MaskedLosses::Under(Compute& compute, const Intervention* intervention) {
  std::vector<double> losses;
  for (const MaskedBatch& masked : batches_) losses_.Run(compute, masked, intervention, losses);
  ClusterSums sums{std::vector<double>(num_clusters_), std::vector<double>(num_clusters_)};
  for (size_t k = 0; k < losses.size(); ++k) {
    sums.numerators[clusters_[k]] += losses[k];
    sums.denominators[clusters_[k]] += 1.0;
  }
  return sums;
}

}  // namespace headscope
