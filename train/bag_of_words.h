// The baselines that know no order: logistic regression on which words a text has, or on which word
// it has at which place.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "datasets/example.h"
#include "train/classification_objective.h"
#include "train/logistic_regression.h"

namespace headscope {

enum class WordFeatures {
  kWords,         // each word once: present or not
  kWordsAtPlaces  // each word at each place, counted from the text's beginning
};

// Words of BERT's tokenisation in lower case; those of a second text are features of their own.
// Words of the training set only, in order.
class BagOfWords {
 public:
  explicit BagOfWords(const ExampleSet& train, WordFeatures features = WordFeatures::kWords);

  SparseRows Features(const ExampleSet& set) const;
  size_t NumWords() const { return columns_.size(); }

 private:
  WordFeatures features_;
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
                               const ExampleSet& test,
                               WordFeatures features = WordFeatures::kWords);

}  // namespace headscope
