#include "probe/word_features.h"

#include <cmath>
#include <string>

#include "model/activations.h"
#include "model/base/error.h"
#include "probe/input_batches.h"

namespace headscope {
namespace {

std::vector<std::string> HookNames(const ModelConfig& config, std::span<const size_t> layers) {
  std::vector<std::string> names;
  for (const size_t layer : layers) {
    if (layer > config.num_hidden_layers) {
      Fail("layers: expected 0 … {}, found {}", config.num_hidden_layers, layer);
    }
    names.push_back(HookName(HookOfLayer(layer), BlockOfLayer(layer)));
  }
  return names;
}

void PoolWord(ConstMatrix pieces, WordPooling pooling, float* word) {
  const size_t used = pooling == WordPooling::kFirst ? 1 : pieces.rows;
  for (size_t j = 0; j < pieces.cols; ++j) {
    double sum = 0.0;
    for (size_t p = 0; p < used; ++p) sum += static_cast<double>(pieces(p, j));
    word[j] = static_cast<float>(sum / static_cast<double>(used));
  }
}

// `pieces` [T, C] of one input; `words` [n, C].
void PoolInput(const WordInput& input, ConstMatrix pieces, WordPooling pooling, Matrix words) {
  for (size_t w = 0; w < input.NumWords(); ++w) {
    PoolWord(pieces.RowRange(input.starts[w], input.starts[w + 1]), pooling, words.Row(w));
  }
}

}  // namespace

Hook HookOfLayer(size_t layer) {
  return layer == 0 ? Hook::kFullEmbed : Hook::kNormalizedResidPost;
}
size_t BlockOfLayer(size_t layer) { return layer == 0 ? 0 : layer - 1; }

WordFeatures ExtractWordFeatures(Compute& compute, const ModelConfig& config,
                                 const ParameterSet& parameters, std::span<const WordInput> inputs,
                                 std::span<const size_t> layers,
                                 const WordFeatureOptions& options) {
  std::vector<size_t> starts{0};
  for (const WordInput& input : inputs) starts.push_back(starts.back() + input.NumWords());
  WordFeatures features(layers.size(), starts.back(), config.hidden_size);
  const Encoder encoder(config);
  ForwardOptions forward;
  forward.attention = options.attention;
  forward.intervention = options.intervention;
  Activations acts(config, Activations::Mode::kInference, HookNames(config, layers));
  ForEachInputBatch(
      inputs, options.batch_pieces, [&](const RaggedBatch& batch, size_t begin, size_t end) {
        acts.Prepare(batch);
        encoder.Forward(compute, parameters, batch, forward, acts);
        for (size_t k = 0; k < layers.size(); ++k) {
          const Matrix rows = acts.Rows(HookOfLayer(layers[k]), BlockOfLayer(layers[k]));
          compute.Pool().ParallelFor(end - begin, 1, [&](size_t from, size_t to, size_t) {
            for (size_t s = from; s < to; ++s) {
              const size_t i = begin + s;
              PoolInput(inputs[i], rows.RowRange(batch.offsets[s], batch.offsets[s + 1]),
                        options.pooling, features.Layer(k).RowRange(starts[i], starts[i + 1]));
            }
          });
        }
      });
  return features;
}

Standardisation::Standardisation(ConstMatrix x) {
  std::vector<double> sums(x.cols), squares(x.cols);
  for (size_t i = 0; i < x.rows; ++i) {
    for (size_t j = 0; j < x.cols; ++j) sums[j] += static_cast<double>(x(i, j));
  }
  const double n = static_cast<double>(x.rows);
  for (double& sum : sums) sum /= n;
  for (size_t i = 0; i < x.rows; ++i) {
    for (size_t j = 0; j < x.cols; ++j) {
      const double d = static_cast<double>(x(i, j)) - sums[j];
      squares[j] += d * d;
    }
  }
  for (size_t j = 0; j < x.cols; ++j) {
    const double deviation = std::sqrt(squares[j] / n);
    means_.push_back(static_cast<float>(sums[j]));
    // What rounding alone makes of a constant is not scaled up.
    const bool constant = deviation <= 1e-6 * std::abs(sums[j]);
    factors_.push_back(constant ? 0.0f : static_cast<float>(1.0 / deviation));
  }
}

void Standardisation::Apply(Matrix x) const {
  for (size_t i = 0; i < x.rows; ++i) {
    for (size_t j = 0; j < x.cols; ++j) x(i, j) = (x(i, j) - means_[j]) * factors_[j];
  }
}

}  // namespace headscope
