// BERT's masked-LM loss in its most obvious form, for any scalar: double, or a dual number that
// carries a derivative. Written from the equations (Devlin et al. 2019; Vaswani et al. 2017), one
// sequence at a time, no shared code with model/.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/base/ragged_batch.h"
#include "model/config.h"
#include "model/parameter_set.h"
#include "tests/support/dual.h"

namespace headscope::testing {

template <typename S>
using Rows = std::vector<std::vector<S>>;

template <typename S>
class ReferenceBert {
 public:
  // `element(i)` is parameter i of the flat buffer.
  ReferenceBert(const ModelConfig& config, const ParameterLayout& layout,
                std::function<S(size_t)> element)
      : config_(config), layout_(layout), element_(std::move(element)) {}

  // Where it gives one, a score of a head in place of q · k / sqrt(D): uniform attention is 0.
  std::function<std::optional<S>(size_t layer, size_t head, size_t row, size_t column)> fixed_score;

  // The mean cross entropy at `positions` (rows of the batch) of `labels`; uniform attention on
  // request.
  S Loss(const RaggedBatch& batch, const std::vector<uint32_t>& positions,
         const std::vector<int32_t>& labels, bool uniform = false) const {
    using std::exp, std::log;
    Rows<S> out;
    for (size_t s = 0; s < batch.NumSequences(); ++s) {
      for (auto& row : Encode(batch.Ids(s), uniform)) out.push_back(std::move(row));
    }
    S loss = 0;
    for (size_t i = 0; i < positions.size(); ++i) {
      const std::vector<S> logits = Logits(out[positions[i]]);
      S sum = 0;
      for (const S& logit : logits) sum = sum + exp(logit);
      loss = loss + log(sum) - logits[static_cast<size_t>(labels[i])];
    }
    return loss / S(static_cast<double>(positions.size()));
  }

  Rows<S> Encode(std::span<const int32_t> ids, bool uniform) const {
    Rows<S> x(ids.size(), std::vector<S>(config_.hidden_size));
    const std::string embeddings = "bert.embeddings.";
    const auto words = Tensor(embeddings + "word_embeddings.weight");
    const auto places = Tensor(embeddings + "position_embeddings.weight");
    const auto segments = Tensor(embeddings + "token_type_embeddings.weight");
    for (size_t t = 0; t < ids.size(); ++t) {
      for (size_t c = 0; c < config_.hidden_size; ++c) {
        x[t][c] = words(static_cast<size_t>(ids[t]), c) + places(t, c) + segments(0, c);
      }
      x[t] = LayerNorm(x[t], embeddings + "LayerNorm");
    }
    for (size_t l = 0; l < config_.num_hidden_layers; ++l) x = Layer(x, l, uniform);
    return x;
  }

 private:
  // A tensor by name: (row, col), vectors at row 0.
  auto Tensor(const std::string& name) const {
    const ParameterSpec& spec = layout_.Find(name);
    return [this, offset = spec.offset, cols = spec.shape.back()](size_t row, size_t col) {
      return element_(offset + row * cols + col);
    };
  }

  std::vector<S> Affine(const std::vector<S>& x, const std::string& name) const {
    std::vector<S> y(layout_.Find(name + ".weight").shape[0]);
    const auto weight = Tensor(name + ".weight"), bias = Tensor(name + ".bias");
    for (size_t o = 0; o < y.size(); ++o) {
      y[o] = bias(0, o);
      for (size_t i = 0; i < x.size(); ++i) y[o] = y[o] + weight(o, i) * x[i];
    }
    return y;
  }

  std::vector<S> LayerNorm(const std::vector<S>& x, const std::string& name) const {
    const auto gamma = Tensor(name + ".weight"), beta = Tensor(name + ".bias");
    using std::sqrt;
    const S n = static_cast<double>(x.size());
    S mean = 0, variance = 0;
    for (const S& v : x) mean = mean + v / n;
    for (const S& v : x) variance = variance + (v - mean) * (v - mean) / n;
    std::vector<S> y(x.size());
    for (size_t c = 0; c < x.size(); ++c) {
      y[c] = gamma(0, c) * (x[c] - mean) /
                 sqrt(variance + S(static_cast<double>(config_.layer_norm_eps))) +
             beta(0, c);
    }
    return y;
  }

  static std::vector<S> Gelu(std::vector<S> x) {
    using std::erf;
    for (S& v : x) v = S(0.5) * v * (S(1) + erf(v / S(std::sqrt(2.0))));
    return x;
  }

  static std::vector<S> Add(std::vector<S> a, const std::vector<S>& b) {
    for (size_t i = 0; i < a.size(); ++i) a[i] = a[i] + b[i];
    return a;
  }

  std::vector<S> Attend(const Rows<S>& q, const Rows<S>& k, const Rows<S>& v, size_t l, size_t t,
                        bool uniform) const {
    using std::exp;
    const size_t width = config_.HeadSize();
    std::vector<S> z(config_.hidden_size, S(0));
    for (size_t h = 0; h < config_.num_attention_heads; ++h) {
      std::vector<S> weight(k.size(), S(1));
      S sum = 0;
      for (size_t j = 0; j < k.size(); ++j) {
        S score = 0;
        for (size_t d = h * width; d < (h + 1) * width; ++d) score = score + q[t][d] * k[j][d];
        score = score / S(std::sqrt(static_cast<double>(width)));
        if (fixed_score) score = fixed_score(l, h, t, j).value_or(score);
        if (!uniform) weight[j] = exp(score);
        sum = sum + weight[j];
      }
      for (size_t j = 0; j < k.size(); ++j) {
        for (size_t d = h * width; d < (h + 1) * width; ++d) {
          z[d] = z[d] + weight[j] / sum * v[j][d];
        }
      }
    }
    return z;
  }

  Rows<S> Layer(const Rows<S>& x, size_t l, bool uniform) const {
    const std::string prefix = "bert.encoder.layer." + std::to_string(l) + ".";
    Rows<S> q, k, v, y;
    for (const auto& row : x) {
      q.push_back(Affine(row, prefix + "attention.self.query"));
      k.push_back(Affine(row, prefix + "attention.self.key"));
      v.push_back(Affine(row, prefix + "attention.self.value"));
    }
    for (size_t t = 0; t < x.size(); ++t) {
      const auto mid = LayerNorm(
          Add(x[t], Affine(Attend(q, k, v, l, t, uniform), prefix + "attention.output.dense")),
          prefix + "attention.output.LayerNorm");
      const auto mlp =
          Affine(Gelu(Affine(mid, prefix + "intermediate.dense")), prefix + "output.dense");
      y.push_back(LayerNorm(Add(mid, mlp), prefix + "output.LayerNorm"));
    }
    return y;
  }

  std::vector<S> Logits(const std::vector<S>& x) const {
    const std::string head = "cls.predictions.";
    const auto h =
        LayerNorm(Gelu(Affine(x, head + "transform.dense")), head + "transform.LayerNorm");
    std::vector<S> logits(config_.vocab_size);
    const auto words = Tensor("bert.embeddings.word_embeddings.weight");
    const auto bias = Tensor(head + "bias");
    for (size_t w = 0; w < logits.size(); ++w) {
      logits[w] = bias(0, w);
      for (size_t c = 0; c < h.size(); ++c) logits[w] = logits[w] + words(w, c) * h[c];
    }
    return logits;
  }

  const ModelConfig& config_;
  const ParameterLayout& layout_;
  std::function<S(size_t)> element_;
};

}  // namespace headscope::testing
