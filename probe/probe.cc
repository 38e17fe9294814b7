#include "probe/probe.h"

#include <algorithm>

#include "model/ops/cross_entropy.h"
#include "model/ops/elementwise.h"

namespace headscope {
namespace {

constexpr size_t kScoredRows = 1024;

bool Adjacent(std::span<const uint32_t> rows) {
  for (size_t i = 1; i < rows.size(); ++i) {
    if (rows[i] != rows[i - 1] + 1) return false;
  }
  return true;
}

void ReadPairs(ConstMatrix x, const RowPairs& pairs, std::span<const uint32_t> rows, Matrix out) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const float* a = x.Row(pairs.rows[rows[i]].a);
    const float* b = x.Row(pairs.rows[rows[i]].b);
    float* y = out.Row(i);
    std::copy_n(a, x.cols, y);
    std::copy_n(b, x.cols, y + x.cols);
    if (!pairs.with_product) continue;
    for (size_t j = 0; j < x.cols; ++j) y[2 * x.cols + j] = a[j] * b[j];
  }
}

}  // namespace

std::vector<uint32_t> EvenlySpaced(std::span<const uint32_t> rows, size_t count) {
  const size_t used = std::min(rows.size(), count);
  std::vector<uint32_t> spaced;
  for (size_t i = 0; i < used; ++i) spaced.push_back(rows[i * rows.size() / used]);
  return spaced;
}

ConstMatrix RowBlock::Features(Compute& compute, const ProbeRows& data, size_t begin, size_t end) {
  const std::span<const uint32_t> rows = data.rows.subspan(begin, end - begin);
  if (!data.pairs.rows.empty()) {
    features_.EnsureSize(rows.size() * data.Width());
    const Matrix read(features_.data(), rows.size(), data.Width());
    ReadPairs(data.features, data.pairs, rows, read);
    return read;
  }
  if (Adjacent(rows)) return data.features.RowRange(rows[0], rows[0] + rows.size());
  features_.EnsureSize(rows.size() * data.features.cols);
  const Matrix gathered(features_.data(), rows.size(), data.features.cols);
  GatherRows(compute.Pool(), data.features, rows, gathered);
  return gathered;
}

std::span<const int32_t> RowBlock::Labels(const ProbeRows& data, size_t begin, size_t end) {
  labels_.clear();
  for (const uint32_t row : data.rows.subspan(begin, end - begin)) {
    labels_.push_back(data.labels[row]);
  }
  return labels_;
}

ProbeScores ScoreProbe(Compute& compute, Probe& probe, const ProbeRows& data) {
  ProbeScores scores;
  scores.nats.resize(data.rows.size());
  RowBlock block;
  AlignedBuffer<float> buffer(kScoredRows * probe.NumLabels()), log_sums(kScoredRows);
  for (size_t begin = 0; begin < data.rows.size(); begin += kScoredRows) {
    const size_t end = std::min(begin + kScoredRows, data.rows.size());
    const Matrix logits(buffer.data(), end - begin, probe.NumLabels());
    probe.Logits(compute, block.Features(compute, data, begin, end), logits);
    CrossEntropyForward(compute.Pool(), logits, block.Labels(data, begin, end),
                        scores.nats.data() + begin, log_sums.data());
    for (size_t i = 0; i < logits.rows; ++i) {
      const float* row = logits.Row(i);
      scores.predicted.push_back(
          static_cast<int32_t>(std::max_element(row, row + logits.cols) - row));
    }
  }
  return scores;
}

double ProbeScores::MeanNats() const {
  double sum = 0.0;
  for (const float value : nats) sum += static_cast<double>(value);
  return nats.empty() ? 0.0 : sum / static_cast<double>(nats.size());
}

size_t ProbeScores::NumRight(const ProbeRows& data) const {
  size_t right = 0;
  for (size_t i = 0; i < predicted.size(); ++i) right += predicted[i] == data.labels[data.rows[i]];
  return right;
}

}  // namespace headscope
