#include "train/adversarial_loss.h"

#include "train/divergence.h"

namespace headscope {

AdversarialLoss::AdversarialLoss(const ModelConfig& model, const AdversaryAim& aim, BaseModel& base)
    : heads_(model.num_attention_heads), aim_(aim), base_(base), base_rows_(heads_, base) {}

double AdversarialLoss::Loss(const LabelledBatch& labelled, const Predictions& outputs,
                             Activations& acts) const {
  const AttentionRows rows(heads_, acts);
  double loss = 0.0;
  for (size_t s = 0; s < labelled.batch.NumSequences(); ++s) {
    loss += TotalVariation(outputs.Of(s), base_.Outputs().Of(s));
    if (aim_.lambda == 0.0) continue;
    loss -=
        aim_.lambda * MeanDivergence(aim_.scope, labelled, s, rows, base_rows_, KullbackLeibler);
  }
  return loss;
}

// With p = softmax(z) and g_k = ½ sign(p_k - q_k): dz_j = p_j (g_j - Σ_k p_k g_k).
void AdversarialLoss::LogitGradient(const Predictions& outputs, double scale,
                                    Matrix dlogits) const {
  const auto slope = [](double difference) {
    return difference > 0.0 ? 0.5 : (difference < 0.0 ? -0.5 : 0.0);
  };
  for (size_t s = 0; s < dlogits.rows; ++s) {
    const std::span<const double> p = outputs.Of(s), q = base_.Outputs().Of(s);
    double mean = 0.0;
    for (size_t k = 0; k < p.size(); ++k) mean += p[k] * slope(p[k] - q[k]);
    for (size_t k = 0; k < p.size(); ++k) {
      dlogits(s, k) = static_cast<float>(scale * p[k] * (slope(p[k] - q[k]) - mean));
    }
  }
}

Encoder::PatternGradient AdversarialLoss::Gradient(const LabelledBatch& labelled, Activations& acts,
                                                   double scale) const {
  if (aim_.lambda == 0.0) return {};
  return [this, &labelled, rows = AttentionRows(heads_, acts), scale](
             const HookPoint& at, ConstMatrix, Matrix dpattern) {
    if (!aim_.scope.Has(at.layer, at.head)) return;
    const std::vector<size_t>& heads = aim_.scope.heads[at.layer];
    const double row_weight = 1.0 / static_cast<double>(aim_.scope.NumRows(labelled, at.sequence));
    const double weight = -scale * aim_.lambda * row_weight / static_cast<double>(heads.size());
    for (const size_t row : aim_.scope.RowsOf(labelled, at.layer, at.sequence)) {
      const auto row_of = [&](const AttentionRows& of) {
        return aim_.scope.each_head ? of.OfHead(at.layer, at.head, at.sequence, row)
                                    : of.Mean(at.layer, heads, at.sequence, row);
      };
      const std::vector<double> p = row_of(rows), q = row_of(base_rows_);
      for (size_t j = 0; j < p.size(); ++j) {
        dpattern(row, j) += static_cast<float>(weight * KullbackLeiblerSlope(p[j], q[j]));
      }
    }
  };
}

}  // namespace headscope
