#include "probe/pair_maps.h"

#include <cmath>

#include "probe/word_attention.h"

namespace headscope {
namespace {

constexpr double kLargestFactor = 1e38;

// Mean over a word's pieces of the attention to one piece.
float AttentionToPiece(ConstMatrix pattern, uint32_t begin, uint32_t end, size_t to) {
  double sum = 0.0;
  for (uint32_t p = begin; p < end; ++p) sum += static_cast<double>(pattern(p, to));
  return static_cast<float>(sum / static_cast<double>(end - begin));
}

void FillRoot(const WordInput& input, ConstMatrix pattern, size_t head, size_t num_heads,
              Matrix root) {
  for (size_t w = 0; w < input.NumWords(); ++w) {
    const uint32_t begin = input.starts[w], end = input.starts[w + 1];
    root(w, head) = AttentionToPiece(pattern, begin, end, 0);
    root(w, num_heads + head) = AttentionToPiece(pattern, begin, end, pattern.cols - 1);
    if (head == 0) root(w, 2 * num_heads) = 1.0f;  // one thread's to write
  }
}

// 1 / root mean square; 0 for what is always 0, or too small for float32 to hold that factor.
float Factor(double squares, double count) {
  const double factor = squares > 0.0 ? std::sqrt(count / squares) : 0.0;
  return factor < kLargestFactor ? static_cast<float>(factor) : 0.0f;
}

double SquaresOf(ConstMatrix x) {
  double sum = 0.0;
  for (size_t i = 0; i < x.rows; ++i) {
    for (size_t j = 0; j < x.cols; ++j) {
      sum += static_cast<double>(x(i, j)) * static_cast<double>(x(i, j));
    }
  }
  return sum;
}

}  // namespace

PairMaps::PairMaps(size_t num_maps, size_t num_root, std::span<const uint32_t> starts)
    : num_maps_(num_maps), num_root_(num_root), words_(starts.back()), offsets_{0} {
  for (size_t s = 0; s + 1 < starts.size(); ++s) {
    lengths_.push_back(starts[s + 1] - starts[s]);
    offsets_.push_back(offsets_.back() + num_maps * lengths_[s] * lengths_[s]);
  }
  values_.Reset(offsets_.back());
  root_.Reset(words_ * num_root);
}

Matrix PairMaps::Map(size_t sentence, size_t k) {
  const size_t n = lengths_[sentence];
  return {values_.data() + offsets_[sentence] + k * n * n, n, n};
}

ConstMatrix PairMaps::Map(size_t sentence, size_t k) const {
  const size_t n = lengths_[sentence];
  return {values_.data() + offsets_[sentence] + k * n * n, n, n};
}

size_t PairMaps::Bytes(size_t num_maps, size_t num_root, std::span<const uint32_t> starts) {
  size_t values = starts.back() * num_root;
  for (size_t s = 0; s + 1 < starts.size(); ++s) {
    const size_t n = starts[s + 1] - starts[s];
    values += num_maps * n * n;
  }
  return values * sizeof(float);
}

PairMaps AttentionMaps(ThreadPool& pool, PatternSource& source, std::span<const WordInput> inputs,
                       std::span<const uint32_t> starts) {
  const size_t num_heads = source.NumHeads();
  PairMaps maps(num_heads, 2 * num_heads + 1, starts);
  std::vector<std::vector<double>> memory(pool.NumThreads());
  source.Visit(pool, inputs, [&](size_t thread, size_t head, size_t s, ConstMatrix pattern) {
    const Matrix map = maps.Map(s, head);
    memory[thread].resize(map.rows * map.cols);
    const BasicMatrix<double> exact(memory[thread].data(), map.rows, map.cols);
    WordAttention(pattern, inputs[s].starts, exact);
    for (size_t k = 0; k < map.rows * map.cols; ++k)
      map.data[k] = static_cast<float>(exact.data[k]);
    FillRoot(inputs[s], pattern, head, num_heads, maps.Root().RowRange(starts[s], starts[s + 1]));
  });
  return maps;
}

PairMaps DistanceMaps(std::span<const uint32_t> starts) {
  PairMaps maps(3, 1, starts);
  for (size_t s = 0; s < maps.NumSentences(); ++s) {
    const size_t n = starts[s + 1] - starts[s];
    for (size_t i = 0; i < n; ++i) {
      maps.Root()(starts[s] + i, 0) = 1.0f;
      for (size_t j = i + 1; j < n; ++j) {
        maps.Map(s, 0)(i, j) = static_cast<float>(j - i) / static_cast<float>(n);
        if (j <= i + 2) maps.Map(s, j - i)(i, j) = 1.0f;
      }
    }
  }
  return maps;
}

PairScale::PairScale(const PairMaps& maps) {
  double pairs = 0.0;
  std::vector<double> squares(maps.NumMaps());
  for (size_t s = 0; s < maps.NumSentences(); ++s) {
    const auto n = static_cast<double>(maps.Map(s, 0).rows);
    pairs += n * (n - 1.0);
    for (size_t k = 0; k < maps.NumMaps(); ++k) squares[k] += SquaresOf(maps.Map(s, k));
  }
  for (const double sum : squares) of_maps_.push_back(Factor(sum, pairs));
  const ConstMatrix root = maps.Root();
  for (size_t g = 0; g < maps.NumRoot(); ++g) {
    of_root_.push_back(
        Factor(SquaresOf(root.ColumnRange(g, g + 1)), static_cast<double>(root.rows)));
  }
}

void PairScale::Apply(PairMaps& maps) const {
  for (size_t s = 0; s < maps.NumSentences(); ++s) {
    for (size_t k = 0; k < maps.NumMaps(); ++k) {
      const Matrix map = maps.Map(s, k);
      for (size_t at = 0; at < map.rows * map.cols; ++at) map.data[at] *= of_maps_[k];
    }
  }
  const Matrix root = maps.Root();
  for (size_t w = 0; w < root.rows; ++w) {
    for (size_t g = 0; g < root.cols; ++g) root(w, g) *= of_root_[g];
  }
}

}  // namespace headscope
