// The linear probe: multinomial logistic regression with an L2 penalty, fitted to near its optimum.
//
//   J(W, b) = 1/N sum_i -log softmax(W x_i + b)[label_i] + |W|^2 / (2 c N)
//
// as scikit-learn's LogisticRegression(C=c); the intercepts b [K] are not penalised. J is convex,
// so nothing about the fit is random. Matrix products are the project's, in float; sums over blocks
// of rows, the penalty and L-BFGS are in double, in one order.
//
// With a rank R below K and C, W = A B with A [K, R] and B [R, C] (Hewitt & Liang 2019, section 4;
// reduced-rank logistic regression, Yee & Hastie 2003): the same J, the penalty of the product, by
// L-BFGS on the factors from those nearest to the optimum of any rank. That is a local minimum, of
// J's only one where R >= K - 1: rows of the penalised optimum add up to zero.
#pragma once

#include <vector>

#include "probe/probe.h"
#include "train/lbfgs.h"

namespace headscope {

struct LinearProbeOptions {
  // Tried from the strongest penalty on, each starting where the last one ended, until the loss on
  // dev grows; the best on dev is kept and fitted to the end. With one value dev is not looked at.
  std::vector<double> c = {0.003, 0.03, 0.3};
  // Stops when no entry of J's gradient, in coordinates where the features' second moments are near
  // the unit matrix, is larger: 1e-4 leaves J 2e-5 to 1e-3 nats above its minimum (mini, parts of
  // speech and relations, 20,000 words of GUM, from the strongest penalty to the weakest). To come
  // within 1e-6 (3e-6, or all that float gives) takes twice to eight times as long and moves
  // accuracy on test by 0.2 points at most, by 0.03 at the penalties that dev chooses.
  LbfgsOptions lbfgs = {.memory = 20, .max_iterations = 1000, .tolerance = 1e-4};
  // What stops the fits that only choose. Penalties whose losses on dev are within some 1e-3 nats
  // may change places: mini, relations, 20,000 words of GUM, keep 0.03 at layer 2 as fits to the
  // end do, but 0.003 at the embeddings (0.8833 against 0.8845 nats when they stop; accuracy 72.1
  // where it was 72.4).
  double choice_tolerance = 1e-3;
  // With twice as many rows or more the way to the first optimum begins with that of about so many,
  // evenly spaced: the same optimum, by cheaper steps.
  size_t approach_rows = 20000;
  size_t rank = 0;  // of W at most; 0, or min(K, C) and more: no bound
};

class LinearProbe;

// One of several fits that are made together.
struct LinearFit {
  LinearProbe* probe;
  std::span<const int32_t> labels;  // of the training file's words
  ProbeRows dev;
};

class LinearProbe final : public Probe {
 public:
  explicit LinearProbe(size_t num_labels, LinearProbeOptions options = {})
      : num_labels_(num_labels), options_(std::move(options)) {}

  // Throws Error without rows.
  void Fit(Compute& compute, const ProbeRows& train, const ProbeRows& dev,
           const RandomStream& random) override;
  // Fits probes of one shape and the same options that read the same rows and differ in labels
  // alone (train.labels is not looked at), to the bits that each has by itself. Their products are
  // as wide as all of them together: labels are few, and a product of 17 rows is mostly the packing
  // of the other side.
  static void FitTogether(Compute& compute, const ProbeRows& train,
                          std::span<const LinearFit> fits);
  void Logits(Compute& compute, ConstMatrix x, Matrix logits) override;
  size_t NumLabels() const override { return num_labels_; }

  double ChosenC() const { return c_; }
  // Whether there was a choice, and whether a stronger or weaker penalty might have been better.
  bool HadChoice() const { return options_.c.size() > 1; }
  bool ChoseEdge() const { return c_ == options_.c.front() || c_ == options_.c.back(); }
  ConstMatrix Weights() const { return {w_.data(), num_labels_, w_.size() / num_labels_}; }  // W
  const LbfgsResult& Fitted() const { return fitted_; }  // of the kept penalty

 private:
  friend class LinearFits;
  // W row by row, then b.
  void SetWeights(const std::vector<double>& weights, size_t width);

  size_t num_labels_;
  LinearProbeOptions options_;
  AlignedBuffer<float> w_, b_;  // [K, C], [K]
  AlignedBuffer<float> across_;
  double c_ = 0.0;
  LbfgsResult fitted_;
};

}  // namespace headscope
