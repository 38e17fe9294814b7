// A fine-tuned run and the examples on which its attention is put to the test.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "datasets/example_encoding.h"
#include "datasets/task.h"
#include "datasets/wordpiece.h"
#include "model/classifier.h"

namespace headscope {

struct ExplanationRequest {
  std::string run;   // folder of a fine-tuning: config.toml and model/
  std::string task;  // another task of the same labels; empty: the run's
  std::string data_folder;
  bool dev = false;       // the dev set instead of the test set
  uint64_t examples = 0;  // how many, drawn by `seed`; 0: all
  uint64_t seed = 1;
};

struct ExplanationExamples {
  PretrainedClassifier model;
  std::unique_ptr<WordPiece> word_piece;
  std::string task;
  std::vector<std::string> ids;     // of each example
  std::vector<std::string> groups;  // of each example; empty where it has none
  std::vector<size_t> places;       // in the split, ascending
  bool is_dev = false;              // the split
  EncodedSet set;                   // those examples, encoded with
  uint64_t max_length = 0;
  Truncation truncation = Truncation::kHead;
};

// Throws Error for a folder that is no fine-tuning, and when the task's labels are not the model's.
ExplanationExamples LoadExplanationExamples(const ExplanationRequest& request);

}  // namespace headscope
