// Measures of an experiment that need a cell's model itself, and are made where they are asked for.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "datasets/conllu.h"
#include "model/classifier.h"
#include "probe/dependency_probe.h"
#include "train/finetune_data.h"

namespace headscope {

struct ModelMeasureOptions {
  size_t agreement_examples = 300;  // of the test set, evenly spread
  uint64_t tree_documents = 60;     // to choose on, and as many to score on
};

// "tau":   of attention with gradient and leave-one-out (see attention_agreement.h)
// "trees": UAS and UUAS of the trees in the best head's maps of documents of the synthetic language
//          (see tree_probe.h); none where no row of attention prefers any piece to another
class ModelMeasures {
 public:
  // Of these families.
  ModelMeasures(std::set<std::string> families, size_t threads,
                const ModelMeasureOptions& options = {});

  // Of the classifier in a folder, by the names of measure.h.
  std::map<std::string, double> Of(const std::string& model_directory,
                                   const FinetuneData& data) const;

 private:
  std::map<std::string, double> Trees(ThreadPool& pool, const PretrainedClassifier& model,
                                      const WordPiece& word_piece) const;

  std::set<std::string> families_;
  size_t threads_;
  ModelMeasureOptions options_;
  Treebank dev_, test_;  // where trees are asked for
};

// The families among these measures' names; such as "tau" of "tau:loo".
std::set<std::string> ModelFamilies(const std::set<std::string>& measures);

}  // namespace headscope
