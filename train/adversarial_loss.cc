#include "train/adversarial_loss.h"

#include "train/divergence.h"

namespace headscope {

AdversarialLoss::AdversarialLoss(const ModelConfig& model, const AdversaryAim& aim, BaseModel& base)
    : layers_(model.num_hidden_layers),
      heads_(model.num_attention_heads),
      aim_(aim),
      base_(base),
      base_rows_(heads_, base) {}

// One over the number of rows in scope.
double AdversarialLoss::RowWeight(const LabelledBatch& labelled, size_t sequence) const {
  const size_t below = aim_.all_layers ? (layers_ - 1) * labelled.batch.Length(sequence) : 0;
  return 1.0 / static_cast<double>(below + 1);
}

double AdversarialLoss::Divergence(const LabelledBatch& labelled, const AttentionRows& rows,
                                   size_t sequence) const {
  double sum = 0.0;
  for (size_t l = 0; l < layers_; ++l) {
    if (!InScope(l)) continue;
    for (const size_t row : RowsInSight(labelled, l + 1 == layers_, sequence)) {
      if (!aim_.each_head) {
        sum += KullbackLeibler(rows.Mean(l, sequence, row), base_rows_.Mean(l, sequence, row));
        continue;
      }
      for (size_t h = 0; h < heads_; ++h) {
        sum += KullbackLeibler(rows.OfHead(l, h, sequence, row),
                               base_rows_.OfHead(l, h, sequence, row)) /
               static_cast<double>(heads_);
      }
    }
  }
  return RowWeight(labelled, sequence) * sum;
}

double AdversarialLoss::Loss(const LabelledBatch& labelled, const Predictions& outputs,
                             Activations& acts) const {
  const AttentionRows rows(heads_, acts);
  double loss = 0.0;
  for (size_t s = 0; s < labelled.batch.NumSequences(); ++s) {
    loss += TotalVariation(outputs.Of(s), base_.Outputs().Of(s));
    if (aim_.lambda != 0.0) loss -= aim_.lambda * Divergence(labelled, rows, s);
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
    if (!InScope(at.layer)) return;
    const double weight =
        -scale * aim_.lambda * RowWeight(labelled, at.sequence) / static_cast<double>(heads_);
    for (const size_t row : RowsInSight(labelled, at.layer + 1 == layers_, at.sequence)) {
      const auto row_of = [&](const AttentionRows& of) {
        return aim_.each_head ? of.OfHead(at.layer, at.head, at.sequence, row)
                              : of.Mean(at.layer, at.sequence, row);
      };
      const std::vector<double> p = row_of(rows), q = row_of(base_rows_);
      for (size_t j = 0; j < p.size(); ++j) {
        dpattern(row, j) += static_cast<float>(weight * KullbackLeiblerSlope(p[j], q[j]));
      }
    }
  };
}

}  // namespace headscope
