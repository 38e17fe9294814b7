#include "probe/pair_probe.h"

#include <algorithm>
#include <vector>

#include "probe/preconditioner.h"

namespace headscope {
namespace {

ParameterLayout PairLayout(size_t num_maps, size_t num_root, size_t width) {
  ParameterLayout layout;
  layout.Add({.name = "map.weight", .shape = {2 * num_maps}});
  layout.Add({.name = "map.dependent", .shape = {2 * num_maps, width}});
  layout.Add({.name = "map.head", .shape = {2 * num_maps, width}});
  layout.Add({.name = "root.weight", .shape = {num_root}});
  layout.Add({.name = "root.dependent", .shape = {num_root, width}});
  layout.Add({.name = "self", .shape = {1}});
  return layout;
}

// out(a, b) += map(a, b) (of_rows[a] + of_columns[b]); without columns: of_rows alone.
void WeighMap(ConstMatrix map, const float* of_rows, const float* of_columns, Matrix out) {
  for (size_t a = 0; a < map.rows; ++a) {
    const float* m = map.Row(a);
    float* y = out.Row(a);
    const float weight = of_rows[a];
    if (of_columns == nullptr) {
      for (size_t b = 0; b < map.cols; ++b) y[b] += m[b] * weight;
    } else {
      for (size_t b = 0; b < map.cols; ++b) y[b] += m[b] * (weight + of_columns[b]);
    }
  }
}

// Returns sum_ab dout(a, b) map(a, b); writes its parts, drows[a] and, unless null, dcolumns[b].
float WeighMapBackward(ConstMatrix map, ConstMatrix dout, float* drows, float* dcolumns) {
  if (dcolumns != nullptr) std::fill_n(dcolumns, map.cols, 0.0f);
  float total = 0.0f;
  for (size_t a = 0; a < map.rows; ++a) {
    const float* m = map.Row(a);
    const float* dy = dout.Row(a);
    float sum = 0.0f;
    if (dcolumns == nullptr) {
      for (size_t b = 0; b < map.cols; ++b) sum += m[b] * dy[b];
    } else {
      for (size_t b = 0; b < map.cols; ++b) {
        const float product = m[b] * dy[b];
        sum += product;
        dcolumns[b] += product;
      }
    }
    drows[a] = sum;
    total += sum;
  }
  return total;
}

// A column of what words contribute, and a constant; nothing is contributed without words.
void CopyColumn(ConstMatrix x, size_t column, float constant, float* y) {
  for (size_t i = 0; i < x.rows; ++i) y[i] = constant + (x.cols == 0 ? 0.0f : x(i, column));
}
void PasteColumn(const float* y, size_t column, Matrix x) {
  if (x.cols == 0) return;
  for (size_t i = 0; i < x.rows; ++i) x(i, column) = y[i];
}

// Words of the training file whose candidates set the scale of L-BFGS.
constexpr size_t kMomentWords = 4096;
// Of the same, beside the second moments: what is nearly constant must not be blown up.
constexpr double kRidge = 1e-3;

// What the weights see of the candidates of word i, [n + 1, 2 K + G + 1], less their mean.
void FillCandidates(const PairRows& data, uint32_t sentence, size_t i, Matrix x) {
  const PairMaps& maps = *data.maps;
  const size_t n = x.rows - 1, num_maps = maps.NumMaps();
  for (size_t j = 0; j <= n; ++j) std::fill_n(x.Row(j), x.cols, 0.0f);
  for (size_t k = 0; k < num_maps; ++k) {
    const ConstMatrix map = maps.Map(sentence, k);
    for (size_t j = 0; j < n; ++j) {
      x(j, k) = map(i, j);
      x(j, num_maps + k) = map(j, i);
    }
  }
  const ConstMatrix root = maps.Root();
  for (size_t g = 0; g < root.cols; ++g) {
    x(n, 2 * num_maps + g) = root(data.words.starts[sentence] + i, g);
  }
  x(i, x.cols - 1) = 1.0f;
  for (size_t f = 0; f < x.cols; ++f) {
    float sum = 0.0f;
    for (size_t j = 0; j <= n; ++j) sum += x(j, f);
    for (size_t j = 0; j <= n; ++j) x(j, f) -= sum / static_cast<float>(n + 1);
  }
}

// The Hessian of the mean loss where all weights are 0, on some of the sentences.
std::vector<double> HessianAtZero(Compute& compute, const PairRows& data) {
  const size_t width = 2 * data.maps->NumMaps() + data.maps->NumRoot() + 1;
  const size_t stride = 1 + data.words.NumWords() / kMomentWords;
  std::vector<double> hessian(width * width);
  AlignedBuffer<float> candidates, products(width * width);
  size_t words = 0;
  for (size_t at = 0; at < data.words.sentences.size(); at += stride) {
    const uint32_t s = data.words.sentences[at];
    const size_t n = data.words.Length(s);
    words += n;
    candidates.EnsureSize(n * (n + 1) * width);
    const Matrix x(candidates.data(), n * (n + 1), width);
    for (size_t i = 0; i < n; ++i) {
      FillCandidates(data, s, i, x.RowRange(i * (n + 1), (i + 1) * (n + 1)));
    }
    Gemm(compute, GemmForm::kTN, x, x, Matrix(products.data(), width, width));
    for (size_t k = 0; k < hessian.size(); ++k) {
      hessian[k] += static_cast<double>(products.data()[k]) / static_cast<double>(n + 1);
    }
  }
  for (double& value : hessian) value /= static_cast<double>(words);
  return hessian;
}

}  // namespace

void PairProbe::Initialise(const PairMaps& maps, size_t width) {
  layout_ =
      std::make_shared<const ParameterLayout>(PairLayout(maps.NumMaps(), maps.NumRoot(), width));
  parameters_ = std::make_unique<ParameterSet>(layout_);
}

void PairProbe::Forward(Compute& compute, const PairRows& data) {
  batch_.Prepare(compute, data.words);
  const ParameterSet& parameters = *parameters_;
  const size_t words = batch_.NumWords();
  const auto weigh = [&](const char* name, AlignedBuffer<float>& y) {
    const ConstMatrix weights = parameters.At(name);
    if (weights.cols == 0) return;
    y.EnsureSize(words * weights.rows);
    Gemm(compute, GemmForm::kNT, batch_.Features(), weights, Matrix(y.data(), words, weights.rows));
  };
  weigh("map.dependent", as_dependent_);
  weigh("map.head", as_head_);
  weigh("root.dependent", of_root_);
  batch_.Forward(compute, data.words,
                 [&](const Piece& p, Matrix logits) { ScoreSentence(data, p, logits); });
}

PairProbe::Contribution PairProbe::Of(const PairRows& data, const Piece& p,
                                      AlignedBuffer<float>& as_dependent,
                                      AlignedBuffer<float>& as_head,
                                      AlignedBuffer<float>& of_root) {
  const bool has_words = data.words.features.cols != 0;
  const auto view = [&](AlignedBuffer<float>& buffer, size_t columns) {
    return has_words ? Matrix(buffer.data() + p.word * columns, p.length, columns)
                     : Matrix(nullptr, p.length, 0);
  };
  return {view(as_dependent, 2 * data.maps->NumMaps()), view(as_head, 2 * data.maps->NumMaps()),
          view(of_root, data.maps->NumRoot())};
}

void PairProbe::ScoreSentence(const PairRows& data, const Piece& p, Matrix logits) {
  const size_t n = p.length, num_maps = data.maps->NumMaps();
  const Contribution words = Of(data, p, as_dependent_, as_head_, of_root_);
  const float* weights = parameters_->At("map.weight").data;
  const Matrix root_weights = parameters_->At("root.weight");
  const ConstMatrix root = data.RootOf(p.sentence);
  square_.Reset(n * n);
  rows_.EnsureSize(n);
  columns_.EnsureSize(n);
  float* const columns = words.as_head.cols == 0 ? nullptr : columns_.data();
  const Matrix from_head(square_.data(), n, n);
  for (size_t i = 0; i < n; ++i) {
    std::fill_n(logits.Row(i), n, 0.0f);
    logits(i, i) = parameters_->At("self")(0, 0);
    float score = 0.0f;
    for (size_t g = 0; g < root.cols; ++g) {
      const float word = words.of_root.cols == 0 ? 0.0f : words.of_root(i, g);
      score += (root_weights(0, g) + word) * root(i, g);
    }
    logits(i, n) = score;
  }
  for (size_t k = 0; k < num_maps; ++k) {
    const ConstMatrix map = data.maps->Map(p.sentence, k);
    CopyColumn(words.as_dependent, k, weights[k], rows_.data());
    CopyColumn(words.as_head, k, 0.0f, columns_.data());
    WeighMap(map, rows_.data(), columns, logits.ColumnRange(0, n));
    CopyColumn(words.as_head, num_maps + k, weights[num_maps + k], rows_.data());
    CopyColumn(words.as_dependent, num_maps + k, 0.0f, columns_.data());
    WeighMap(map, rows_.data(), columns, from_head);
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) logits(i, j) += from_head(j, i);
  }
}

void PairProbe::BackwardSentence(const PairRows& data, const Piece& p, ConstMatrix dlogits,
                                 ParameterSet& gradients) {
  const size_t n = p.length, num_maps = data.maps->NumMaps();
  const Contribution dwords = Of(data, p, das_dependent_, das_head_, dof_root_);
  float* const dweights = gradients.At("map.weight").data;
  const Matrix droot_weights = gradients.At("root.weight");
  float& dself = gradients.At("self")(0, 0);
  const ConstMatrix root = data.RootOf(p.sentence);
  float* const dcolumns = dwords.as_head.cols == 0 ? nullptr : columns_.data();
  const Matrix from_head(square_.data(), n, n);
  for (size_t i = 0; i < n; ++i) {
    dself += dlogits(i, i);
    for (size_t g = 0; g < root.cols; ++g) {
      const float gradient = dlogits(i, n) * root(i, g);
      droot_weights(0, g) += gradient;
      if (dwords.of_root.cols != 0) dwords.of_root(i, g) = gradient;
    }
    for (size_t j = 0; j < n; ++j) from_head(j, i) = dlogits(i, j);
  }
  for (size_t k = 0; k < num_maps; ++k) {
    const ConstMatrix map = data.maps->Map(p.sentence, k);
    dweights[k] += WeighMapBackward(map, dlogits.ColumnRange(0, n), rows_.data(), dcolumns);
    PasteColumn(rows_.data(), k, dwords.as_dependent);
    PasteColumn(columns_.data(), k, dwords.as_head);
    dweights[num_maps + k] += WeighMapBackward(map, from_head, rows_.data(), dcolumns);
    PasteColumn(rows_.data(), num_maps + k, dwords.as_head);
    PasteColumn(columns_.data(), num_maps + k, dwords.as_dependent);
  }
}

void PairProbe::Backward(Compute& compute, const PairRows& data, ParameterSet& gradients) {
  gradients.SetZero();
  const size_t words = batch_.NumWords(), num_maps = data.maps->NumMaps();
  size_t longest = 0;
  for (const uint32_t s : data.words.sentences) longest = std::max(longest, data.words.Length(s));
  das_dependent_.EnsureSize(words * 2 * num_maps);
  das_head_.EnsureSize(words * 2 * num_maps);
  dof_root_.EnsureSize(words * data.maps->NumRoot());
  square_.EnsureSize(longest * longest);
  rows_.EnsureSize(longest);
  columns_.EnsureSize(longest);
  batch_.BackwardEach(compute, data.words, [&](const Piece& p, ConstMatrix dlogits) {
    BackwardSentence(data, p, dlogits, gradients);
  });
  const auto weigh_backward = [&](const char* name, const AlignedBuffer<float>& dy) {
    const Matrix dweights = gradients.At(name);
    if (dweights.cols == 0) return;
    Gemm(compute, GemmForm::kTN, ConstMatrix(dy.data(), words, dweights.rows), batch_.Features(),
         dweights);
  };
  weigh_backward("map.dependent", das_dependent_);
  weigh_backward("map.head", das_head_);
  weigh_backward("root.dependent", dof_root_);
}

double PairProbe::Gradient(Compute& compute, const PairRows& data, ParameterSet& gradients) {
  Forward(compute, data);
  Backward(compute, data, gradients);
  return batch_.SumOfNats() / static_cast<double>(batch_.NumWords());
}

double PairProbe::PenalisedLoss(Compute& compute, const PairRows& train, std::span<const double> w,
                                std::span<double> gradient) {
  const auto all = static_cast<double>(train.words.NumWords());
  double loss = 0.0;
  for (size_t k = 0; k < w.size(); ++k) {
    parameters_->Data()[k] = static_cast<float>(w[k]);
    loss += 0.5 * w[k] * w[k] / (options_.c * all);
    gradient[k] = w[k] / (options_.c * all);
  }
  ParameterSet of_batch(layout_);
  const std::span<const uint32_t> sentences = train.words.sentences;
  for (size_t begin = 0; begin < sentences.size();) {
    const size_t end = ArcBatch::End(train.words, begin, options_.batch_words);
    const PairRows batch = train.Of(sentences.subspan(begin, end - begin));
    const double share = static_cast<double>(batch.words.NumWords()) / all;
    loss += share * Gradient(compute, batch, of_batch);
    for (size_t k = 0; k < w.size(); ++k) {
      gradient[k] += share * static_cast<double>(of_batch.Data()[k]);
    }
    begin = end;
  }
  return loss;
}

void PairProbe::FitToOptimum(Compute& compute, const PairRows& train) {
  const Preconditioner scale(HessianAtZero(compute, train), kRidge);
  std::vector<double> w, weights(parameters_->Data().size(), 0.0);
  fitted_ = MinimiseLbfgs(
      [&](std::span<const double> u, std::span<double> gradient) {
        w.assign(u.begin(), u.end());
        scale.ToWeights(w);
        const double loss = PenalisedLoss(compute, train, w, gradient);
        scale.ToGradient(gradient);
        return loss;
      },
      weights, options_.lbfgs);
  scale.ToWeights(weights);
  for (size_t k = 0; k < weights.size(); ++k) {
    parameters_->Data()[k] = static_cast<float>(weights[k]);
  }
}

void PairProbe::Fit(Compute& compute, const PairRows& train, const PairRows& dev,
                    const RandomStream& random) {
  CheckHasSentences("pair", train.words, dev.words);
  Initialise(*train.maps, train.words.features.cols);
  if (train.words.features.cols == 0) return FitToOptimum(compute, train);
  TrainOnSentences(
      compute, train.words, dev.words, options_.batch_words, options_.stopping, random,
      [&](const ArcRows& batch, ParameterSet& gradients) {
        Gradient(compute, {batch, train.maps}, gradients);
      },
      [&](const ArcRows& all) {
        return Score(compute, {all, dev.maps});
      },
      *parameters_);
}

ArcScores PairProbe::Score(Compute& compute, const PairRows& data) {
  return ScoreInBatches(data.words, options_.batch_words,
                        [&](const ArcRows& batch, ArcScores& scores) {
                          Forward(compute, {batch, data.maps});
                          batch_.AddTo(batch, scores);
                        });
}

}  // namespace headscope
