// A probing classifier: given vectors that an encoder made of words, what can be read off them?
//
// Control tasks (Hewitt & Liang 2019) and the online code (Voita & Titov 2020) wrap any probe: they
// only choose its labels and its rows. Glossary: N rows, C width of a feature, K labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/base/aligned_buffer.h"
#include "model/base/random.h"
#include "model/base/tensor.h"
#include "model/ops/gemm.h"

namespace headscope {

// Two rows of a feature matrix that are read together.
struct RowPair {
  uint32_t a, b;
};

// Pairs of rows that are read as one: x_a and x_b side by side, and (with_product, for linear
// probes that must compare) their product entry by entry behind them. Made a block at a time, so
// that pairs may be many.
struct RowPairs {
  std::span<const RowPair> rows = {};
  bool with_product = false;
};

// Rows of a feature matrix with their labels.
struct ProbeRows {
  ConstMatrix features;             // [words, C]
  std::span<const int32_t> labels;  // [words], in [0, K) for every row that takes part
  std::span<const uint32_t> rows;   // the words that take part, in this order; may repeat
  RowPairs pairs = {};              // if there are any, labels and rows count pairs, not words

  size_t Width() const {
    return features.cols * (pairs.rows.empty() ? 1 : pairs.with_product ? 3 : 2);
  }
};

// So many of the rows, evenly spaced; all where there are no more.
std::vector<uint32_t> EvenlySpaced(std::span<const uint32_t> rows, size_t count);

// Rows of ProbeRows as one matrix: in place where they are adjacent, else gathered.
class RowBlock {
 public:
  // [rows.size(), data.Width()]; valid until the next call.
  ConstMatrix Features(Compute& compute, const ProbeRows& data, size_t begin, size_t end);
  std::span<const int32_t> Labels(const ProbeRows& data, size_t begin, size_t end);

 private:
  AlignedBuffer<float> features_;
  std::vector<int32_t> labels_;
};

class Probe {
 public:
  virtual ~Probe() = default;
  // Fits on `train`; `dev` chooses what a probe leaves open (penalty, number of epochs). All that
  // is random comes from `random`, so that equal arguments give equal bits for any number of
  // threads.
  virtual void Fit(Compute& compute, const ProbeRows& train, const ProbeRows& dev,
                   const RandomStream& random) = 0;
  // Unnormalised log-probabilities: x [N, C], logits [N, K].
  virtual void Logits(Compute& compute, ConstMatrix x, Matrix logits) = 0;
  virtual size_t NumLabels() const = 0;
  // Of a probe that mixes layers (see layer_mix.h): their weights, then the scale.
  virtual std::vector<double> MixWeights() const { return {}; }
};

struct ProbeScores {
  std::vector<int32_t> predicted;  // of each row; the first of equals
  std::vector<float> nats;         // -log p(label) of each row
  double MeanNats() const;
  size_t NumRight(const ProbeRows& data) const;
};
ProbeScores ScoreProbe(Compute& compute, Probe& probe, const ProbeRows& data);

}  // namespace headscope
