#include "train/deceptive_penalty.h"

#include <algorithm>
#include <utility>

#include "model/base/elementary.h"

namespace headscope {
namespace {

constexpr double kLeast =
    1e-6;  // of 1 - m, so that a row all on impermissible pieces has a gradient

double Rest(double mass) { return std::max(1.0 - mass, kLeast); }

size_t IndexOfLargest(const std::vector<double>& values) {
  return static_cast<size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

}  // namespace

DeceptivePenalty::DeceptivePenalty(const ModelConfig& model, const DeceptionOptions& options,
                                   ImpermissiblePieces impermissible)
    : layers_(model.num_hidden_layers),
      heads_(model.num_attention_heads),
      options_(options),
      impermissible_(std::move(impermissible)) {}

double DeceptivePenalty::Mass(const RaggedBatch& batch, size_t sequence, ConstMatrix pattern,
                              size_t row) const {
  double mass = 0.0;
  for (size_t j = 0; j < batch.Length(sequence); ++j) {
    if (impermissible_.Has(batch, sequence, j)) mass += static_cast<double>(pattern(row, j));
  }
  return mass;
}

std::vector<double> DeceptivePenalty::MassesOfHeads(const LabelledBatch& labelled,
                                                    Activations& acts, size_t layer,
                                                    size_t sequence, size_t row) const {
  std::vector<double> masses;
  for (size_t h = 0; h < heads_; ++h) {
    masses.push_back(
        Mass(labelled.batch, sequence, acts.Square(Hook::kPattern, layer, h, sequence), row));
  }
  return masses;
}

std::vector<size_t> DeceptivePenalty::RowsOf(const LabelledBatch& labelled, size_t layer,
                                             size_t sequence) const {
  if (layer + 1 != layers_ && !options_.all_layers) return {};
  return OpenRows(labelled, layer, sequence);
}

std::vector<size_t> DeceptivePenalty::OpenRows(const LabelledBatch& labelled, size_t layer,
                                               size_t sequence) const {
  if (layer + 1 == layers_) return {labelled.TargetRow(sequence)};
  if (options_.flow_mask) return {0};
  std::vector<size_t> rows;
  for (size_t i = 0; i < labelled.batch.Length(sequence); ++i) {
    if (!impermissible_.Has(labelled.batch, sequence, i)) rows.push_back(i);
  }
  return rows;
}

// λ over the number of rows in scope.
double DeceptivePenalty::RowWeight(const LabelledBatch& labelled, size_t sequence) const {
  size_t rows = 0;
  for (size_t l = 0; l < layers_; ++l) rows += RowsOf(labelled, l, sequence).size();
  return options_.weight / static_cast<double>(rows);
}

double DeceptivePenalty::Loss(const LabelledBatch& labelled, Activations& acts) const {
  double loss = 0.0;
  for (size_t s = 0; s < labelled.batch.NumSequences(); ++s) {
    double of_example = 0.0;
    for (size_t l = 0; l < layers_; ++l) {
      for (const size_t row : RowsOf(labelled, l, s)) {
        const std::vector<double> masses = MassesOfHeads(labelled, acts, l, s, row);
        if (options_.max_over_heads) {
          of_example -= Log(Rest(masses[IndexOfLargest(masses)]));
          continue;
        }
        for (const double mass : masses)
          of_example -= Log(Rest(mass)) / static_cast<double>(heads_);
      }
    }
    loss += RowWeight(labelled, s) * of_example;
  }
  return loss;
}

Encoder::PatternGradient DeceptivePenalty::Gradient(const LabelledBatch& labelled,
                                                    Activations& acts, double scale) const {
  return [this, &labelled, &acts, scale](const HookPoint& at, ConstMatrix pattern,
                                         Matrix dpattern) {
    const RaggedBatch& batch = labelled.batch;
    double weight = scale * RowWeight(labelled, at.sequence);
    if (!options_.max_over_heads) weight /= static_cast<double>(heads_);
    for (const size_t row : RowsOf(labelled, at.layer, at.sequence)) {
      if (options_.max_over_heads &&
          IndexOfLargest(MassesOfHeads(labelled, acts, at.layer, at.sequence, row)) != at.head) {
        continue;
      }
      const auto slope = static_cast<float>(weight / Rest(Mass(batch, at.sequence, pattern, row)));
      for (size_t j = 0; j < batch.Length(at.sequence); ++j) {
        if (impermissible_.Has(batch, at.sequence, j)) dpattern(row, j) += slope;
      }
    }
  };
}

double DeceptivePenalty::MassBelow(const LabelledBatch& labelled, Activations& acts,
                                   size_t sequence) const {
  double sum = 0.0;
  size_t count = 0;
  for (size_t l = 0; l + 1 < layers_; ++l) {
    for (const size_t row : OpenRows(labelled, l, sequence)) {
      for (const double mass : MassesOfHeads(labelled, acts, l, sequence, row)) {
        sum += mass;
        ++count;
      }
    }
  }
  return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

void DeceptivePenalty::AddMasses(const LabelledBatch& labelled, Activations& acts,
                                 Masses& masses) const {
  for (size_t s = 0; s < labelled.batch.NumSequences(); ++s) {
    bool any = false;
    for (size_t j = 0; j < labelled.batch.Length(s); ++j) {
      any = any || impermissible_.Has(labelled.batch, s, j);
    }
    if (!any) continue;
    const std::vector<double> of_heads =
        MassesOfHeads(labelled, acts, layers_ - 1, s, labelled.TargetRow(s));
    ++masses.examples;
    for (const double mass : of_heads) masses.mean += mass / static_cast<double>(heads_);
    masses.largest += of_heads[IndexOfLargest(of_heads)];
    masses.below += MassBelow(labelled, acts, s);
  }
}

Intervention DeceptivePenalty::Ablation(const RaggedBatch& batch) const {
  return [this, &batch](const HookPoint& at, Matrix value) {
    if (at.hook != Hook::kPattern) return;
    for (size_t j = 0; j < batch.Length(at.sequence); ++j) {
      if (!impermissible_.Has(batch, at.sequence, j)) continue;
      for (size_t i = 0; i < value.rows; ++i) value(i, j) = 0.0f;
    }
  };
}

}  // namespace headscope
