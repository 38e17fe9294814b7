#include "train/attention_rows.h"

#include <numeric>

namespace headscope {

AttentionRows::AttentionRows(size_t heads, Activations& acts)
    : AttentionRows(heads, [&acts](size_t layer, size_t head, size_t sequence) {
        return acts.Square(Hook::kPattern, layer, head, sequence);
      }) {}

AttentionRows::AttentionRows(size_t heads, BaseModel& base)
    : AttentionRows(heads, [&base](size_t layer, size_t head, size_t sequence) {
        return base.Pattern(layer, head, sequence);
      }) {}

std::vector<double> AttentionRows::OfHead(size_t layer, size_t head, size_t sequence,
                                          size_t row) const {
  const ConstMatrix pattern = pattern_of_(layer, head, sequence);
  return {pattern.Row(row), pattern.Row(row) + pattern.cols};
}

std::vector<double> AttentionRows::Mean(size_t layer, std::span<const size_t> heads,
                                        size_t sequence, size_t row) const {
  std::vector<double> mean = OfHead(layer, heads[0], sequence, row);
  for (const size_t h : heads.subspan(1)) {
    const ConstMatrix pattern = pattern_of_(layer, h, sequence);
    for (size_t j = 0; j < mean.size(); ++j) mean[j] += static_cast<double>(pattern(row, j));
  }
  for (double& weight : mean) weight /= static_cast<double>(heads.size());
  return mean;
}

std::vector<double> AttentionRows::Mean(size_t layer, size_t sequence, size_t row) const {
  std::vector<size_t> all(heads_);
  std::iota(all.begin(), all.end(), size_t{0});
  return Mean(layer, all, sequence, row);
}

std::vector<size_t> RowsInSight(const LabelledBatch& labelled, bool is_last_layer,
                                size_t sequence) {
  if (is_last_layer) return {labelled.TargetRow(sequence)};
  std::vector<size_t> rows(labelled.batch.Length(sequence));
  std::iota(rows.begin(), rows.end(), size_t{0});
  return rows;
}

}  // namespace headscope
