// The baseline that knows no order: logistic regression on which words a text has.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "datasets/example.h"
#include "train/classification_objective.h"
#include "train/logistic_regression.h"

namespace headscope {

// Words of BERT's tokenisation in lower case, each once (present or not); those of a second text
// are features of their own. Words of the training set only, in order.
class BagOfWords {
 public:
  explicit BagOfWords(const ExampleSet& train);

  SparseRows Features(const ExampleSet& set) const;
  size_t NumWords() const { return columns_.size(); }

 private:
  std::map<std::string, uint32_t> columns_;
};

struct BagOfWordsResult {
  Predictions test;
  double c = 1.0;  // chosen on dev
  double dev_accuracy = -1.0;
  size_t words = 0;
  bool converged = true;
};

// Fits on `train` for each strength of the penalty (C = 0.01, 0.03, …, 10), keeps the best on `dev`
// (the strongest penalty among equals) and predicts `test`.
BagOfWordsResult RunBagOfWords(const ExampleSet& train, const ExampleSet& dev,
                               const ExampleSet& test);

}  // namespace headscope
