#include "train/bag_of_words.h"

#include <set>

#include "datasets/bert_words.h"

namespace headscope {
namespace {

std::set<std::string> WordsOf(const Example& example, WordFeatures features) {
  std::set<std::string> words;
  BertWords splitter;
  // A space stands in no word, so places and texts are kept apart by one.
  const auto add = [&](const std::string& text, const std::string& prefix) {
    splitter.Split(text, true);
    for (size_t i = 0; i < splitter.Size(); ++i) {
      const bool places = features == WordFeatures::kWordsAtPlaces;
      words.insert(prefix + (places ? std::to_string(i) + " " : "") + std::string(splitter[i]));
    }
  };
  add(example.text, "");
  add(example.second_text, "second ");
  return words;
}

std::vector<int32_t> Labels(const ExampleSet& set) {
  std::vector<int32_t> labels;
  for (const Example& example : set.examples) labels.push_back(example.label);
  return labels;
}

Predictions Predict(const LogisticRegression& model, const SparseRows& rows,
                    const ExampleSet& set) {
  return {.num_labels = set.labels.size(),
          .labels = Labels(set),
          .probabilities = model.Probabilities(rows)};
}

}  // namespace

BagOfWords::BagOfWords(const ExampleSet& train, WordFeatures features) : features_(features) {
  for (const Example& example : train.examples) {
    for (const std::string& word : WordsOf(example, features)) columns_.emplace(word, 0);
  }
  uint32_t next = 0;
  for (auto& [word, column] : columns_) column = next++;
}

SparseRows BagOfWords::Features(const ExampleSet& set) const {
  SparseRows rows;
  rows.num_columns = columns_.size();
  for (const Example& example : set.examples) {
    for (const std::string& word : WordsOf(example, features_)) {
      const auto found = columns_.find(word);
      if (found == columns_.end()) continue;
      rows.columns.push_back(found->second);
      rows.values.push_back(1.0);
    }
    rows.offsets.push_back(rows.columns.size());
  }
  return rows;
}

BagOfWordsResult RunBagOfWords(const ExampleSet& train, const ExampleSet& dev,
                               const ExampleSet& test, WordFeatures features) {
  const BagOfWords bag(train, features);
  const SparseRows train_rows = bag.Features(train), dev_rows = bag.Features(dev),
                   test_rows = bag.Features(test);
  const std::vector<int32_t> labels = Labels(train);
  BagOfWordsResult best;
  best.words = bag.NumWords();
  for (const double c : {0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0}) {
    const LogisticRegression model(train_rows, labels, train.labels.size(), c, {.tolerance = 1e-4});
    const double accuracy = static_cast<double>(Predict(model, dev_rows, dev).NumCorrect()) /
                            static_cast<double>(dev.examples.size());
    best.converged = best.converged && model.Fit().converged;
    if (accuracy <= best.dev_accuracy) continue;
    best.dev_accuracy = accuracy;
    best.c = c;
    best.test = Predict(model, test_rows, test);
  }
  return best;
}

}  // namespace headscope
