// What a run trains on, read and encoded: text, vocabulary, corpus of pieces, and their hashes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "datasets/annotated_corpus.h"
#include "datasets/pretraining_corpus.h"
#include "datasets/text_corpus.h"
#include "datasets/wordpiece.h"
#include "train/train_config.h"

namespace headscope {

struct TrainingData {
  std::vector<std::pair<std::string, std::string>> files;  // path and SHA-256
  std::string corpus_hash;
  std::string vocabulary_hash;
  std::unique_ptr<PretrainingCorpus> corpus;
  std::unique_ptr<AnnotatedCorpus> annotation;  // where the config scrubs attention; else null

  const WordPiece& Tokenizer() const { return corpus->Tokenizer(); }
};

// Reads the config's corpus; takes its vocabulary, or `saved_vocab` when that file exists (a run
// that goes on), or trains one. `report` is told what is being done, a line at a time.
TrainingData LoadTrainingData(const TrainConfig& config, const std::string& saved_vocab,
                              const std::function<void(const std::string&)>& report);

}  // namespace headscope
