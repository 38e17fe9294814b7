#include "probe/attack_maps.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/base/elementary.h"
#include "probe/word_attention.h"

namespace headscope {
namespace {

constexpr size_t kDistanceMaps = 3;  // of DistanceMaps
constexpr size_t kPlainMaps = kDistanceMaps + 1, kPlainRoot = 2;

size_t MapsOfHeads(AttackView view, const PatternSource& source) {
  const size_t heads = source.NumHeads(), per_layer = source.NumHeadsPerLayer();
  switch (view) {
    case AttackView::kHeads:
      return heads;
    case AttackView::kSquashed:
    case AttackView::kLogarithm:
      return 2 * heads;
    case AttackView::kColumns:
      return 4 * heads;
    case AttackView::kProducts:
      return heads + (source.NumLayers() - 1) * per_layer * per_layer;
  }
  return 0;
}

// One sentence's maps, filled one after the other.
class SentenceMaps {
 public:
  SentenceMaps(const WordInput& input, size_t sentence, PairMaps& maps)
      : input_(input), sentence_(sentence), maps_(maps), words_(input.NumWords()) {
    exact_.resize(words_ * words_);
  }

  Matrix Next() { return maps_.Map(sentence_, next_++); }

  // At the level of words.
  void Add(ConstMatrix pattern) {
    WordAttention(pattern, input_.starts, {exact_.data(), words_, words_});
    const Matrix map = Next();
    for (size_t k = 0; k < exact_.size(); ++k) map.data[k] = static_cast<float>(exact_[k]);
  }
  // value(from, to) for every two words.
  template <typename Value>
  void AddFrom(const Value& value) {
    const Matrix map = Next();
    for (size_t i = 0; i < words_; ++i) {
      for (size_t j = 0; j < words_; ++j) map(i, j) = i == j ? 0.0f : value(i, j);
    }
  }

 private:
  const WordInput& input_;
  size_t sentence_;
  PairMaps& maps_;
  size_t words_, next_ = 0;
  std::vector<double> exact_;
};

// Mean over a word's pieces of the attention to one piece.
float FromWord(const WordInput& input, ConstMatrix pattern, size_t word, size_t to) {
  double sum = 0.0;
  for (uint32_t p = input.starts[word]; p < input.starts[word + 1]; ++p) {
    sum += static_cast<double>(pattern(p, to));
  }
  return static_cast<float>(sum / static_cast<double>(input.starts[word + 1] - input.starts[word]));
}

void AddSquashed(ConstMatrix pattern, const ConstMatrix& words, SentenceMaps& maps) {
  const auto length = static_cast<float>(pattern.rows);
  maps.AddFrom([&](size_t i, size_t j) {
    const float u = length * words(i, j);
    return u / (1.0f + u);
  });
}

void AddLogarithm(ConstMatrix pattern, const ConstMatrix& words, SentenceMaps& maps) {
  const double scale = 1e7 * static_cast<double>(pattern.rows);
  maps.AddFrom([&](size_t i, size_t j) {
    return static_cast<float>(Log(1.0 + scale * static_cast<double>(words(i, j))));
  });
}

void AddColumns(const WordInput& input, ConstMatrix pattern, const ConstMatrix& words,
                SentenceMaps& maps) {
  maps.AddFrom([&](size_t, size_t j) { return FromWord(input, pattern, j, 0); });
  maps.AddFrom([&](size_t, size_t j) { return FromWord(input, pattern, j, pattern.cols - 1); });
  std::vector<float> received(words.cols);
  for (size_t i = 0; i < words.rows; ++i) {
    for (size_t j = 0; j < words.cols; ++j) received[j] += words(i, j);
  }
  maps.AddFrom([&](size_t, size_t j) { return received[j]; });
}

void AddProducts(std::span<const ConstMatrix> patterns, size_t per_layer, SentenceMaps& maps) {
  std::vector<float> product;
  for (size_t above = per_layer; above < patterns.size(); ++above) {
    const size_t layer_below = above / per_layer - 1;
    for (size_t h = 0; h < per_layer; ++h) {
      const ConstMatrix a = patterns[above], b = patterns[layer_below * per_layer + h];
      product.assign(a.rows * b.cols, 0.0f);
      for (size_t i = 0; i < a.rows; ++i) {
        for (size_t k = 0; k < a.cols; ++k) {
          for (size_t j = 0; j < b.cols; ++j) product[i * b.cols + j] += a(i, k) * b(k, j);
        }
      }
      maps.Add(ConstMatrix(product.data(), a.rows, b.cols));
    }
  }
}

void FillRoot(const WordInput& input, std::span<const ConstMatrix> patterns, Matrix root) {
  const size_t heads = patterns.size();
  for (size_t w = 0; w < root.rows; ++w) {
    for (size_t h = 0; h < heads; ++h) {
      root(w, h) = FromWord(input, patterns[h], w, 0);
      root(w, heads + h) = FromWord(input, patterns[h], w, patterns[h].cols - 1);
    }
  }
}

// All maps of the sentence that another has.
void AddCopies(const PairMaps& from, size_t sentence, SentenceMaps& maps) {
  for (size_t k = 0; k < from.NumMaps(); ++k) {
    const ConstMatrix map = from.Map(sentence, k);
    std::copy_n(map.data, map.rows * map.cols, maps.Next().data);
  }
}

}  // namespace

PairMaps PlainMaps(std::span<const WordInput> inputs, std::span<const uint32_t> starts) {
  PairMaps maps(kPlainMaps, kPlainRoot, starts);
  const PairMaps distances = DistanceMaps(starts);
  for (size_t s = 0; s < inputs.size(); ++s) {
    const WordInput& input = inputs[s];
    const float uniform = 1.0f / static_cast<float>(input.ids.size());
    SentenceMaps sentence(input, s, maps);
    AddCopies(distances, s, sentence);
    sentence.AddFrom([&](size_t, size_t j) {
      return uniform * static_cast<float>(input.starts[j + 1] - input.starts[j]);
    });
    for (uint32_t w = starts[s]; w < starts[s + 1]; ++w) {
      maps.Root()(w, 0) = 1.0f;
      maps.Root()(w, 1) = uniform;
    }
  }
  return maps;
}

PairMaps AttackMaps(ThreadPool& pool, PatternSource& source, AttackView view,
                    std::span<const WordInput> inputs, std::span<const uint32_t> starts) {
  const size_t of_heads = MapsOfHeads(view, source);
  const size_t of_root = 2 * source.NumHeads();
  PairMaps maps(of_heads + kPlainMaps, of_root + kPlainRoot, starts);
  const PairMaps plain = PlainMaps(inputs, starts);
  source.VisitInputs(pool, inputs, [&](size_t s, std::span<const ConstMatrix> patterns) {
    SentenceMaps sentence(inputs[s], s, maps);
    for (const ConstMatrix& pattern : patterns) sentence.Add(pattern);
    for (size_t h = 0; h < patterns.size(); ++h) {
      const ConstMatrix words = std::as_const(maps).Map(s, h);
      if (view == AttackView::kSquashed) AddSquashed(patterns[h], words, sentence);
      if (view == AttackView::kLogarithm) AddLogarithm(patterns[h], words, sentence);
      if (view == AttackView::kColumns) AddColumns(inputs[s], patterns[h], words, sentence);
    }
    if (view == AttackView::kProducts) {
      AddProducts(patterns, source.NumHeadsPerLayer(), sentence);
    }
    AddCopies(plain, s, sentence);
    FillRoot(inputs[s], patterns, maps.Root().RowRange(starts[s], starts[s + 1]));
    for (uint32_t w = starts[s]; w < starts[s + 1]; ++w) {
      std::copy_n(plain.Root().Row(w), kPlainRoot, maps.Root().Row(w) + of_root);
    }
  });
  return maps;
}

}  // namespace headscope
