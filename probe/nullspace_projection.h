// Iterative null-space projection (INLP, Ravfogel et al. 2020, algorithm 1): fit a linear
// classifier, project its rows out of the vectors, and again, until a classifier is no better than
// the most frequent label. The projection is orthogonal: onto the intersection of all null spaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "probe/affine_eraser.h"

namespace headscope {

struct InlpOptions {
  size_t max_iterations = 12;
  // Ends when the accuracy on dev is less than so much above the most frequent label's.
  double within = 0.01;
  double c = 0.03;  // penalty of every classifier (see linear_probe.h)
};

struct InlpResult {
  AffineEraser eraser;
  std::vector<size_t> ranks;         // removed before each fit: 0, then ascending
  std::vector<double> dev_accuracy;  // of each fit
  double majority = 0.0;             // on dev
};

// Vectors [words, C] of train and dev, rows with label -1 left out. At most C - 1 dimensions go.
InlpResult ProjectToNullspace(Compute& compute, ConstMatrix train,
                              std::span<const int32_t> train_labels, ConstMatrix dev,
                              std::span<const int32_t> dev_labels, size_t num_labels,
                              const InlpOptions& options);

}  // namespace headscope
