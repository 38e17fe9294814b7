// Measures of an experiment that need a cell's model itself, and are made where they are asked for.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "model/classifier.h"
#include "probe/attention_attack.h"
#include "probe/dependency_probe.h"
#include "probe/experiment.h"
#include "train/finetune_data.h"
#include "train/train_config.h"

namespace headscope {

struct ModelMeasureOptions {
  // Of the test set, evenly spread: whose pieces are put in order, whose attention is shuffled, and
  // for which other attention is sought (in all layers, which takes longer, half as many).
  size_t agreement_examples = 300, permuted_examples = 300, attacked_examples = 30;
  uint64_t documents = 60;  // to fit on, to choose on, and to score on
  // Of GUM, whose documents are long, a third as many, evenly spread over each file.
  MeasuredTreebank treebank = MeasuredTreebank::kSynthetic;
  std::string data_folder = {};  // where GUM is, see data_folder.h
};

// "tau":   of attention with gradient and leave-one-out (see attention_agreement.h)
// "permute", "instance", "permute all", "instance all": of attention that is shuffled, and of other
//          attention with the same output, example by example (see instance_measures.h)
// "trees": UAS and UUAS of the trees in the best head's maps of the treebank's documents (see
//          tree_probe.h); none where no row of attention prefers any piece to another
// "knowledge": what can be read off attention and hidden states, likewise (see
//          knowledge_measures.h)
// "attack": what fresh readers make of a masked LM's attention, likewise (see attention_attack.h)
class ModelMeasures {
 public:
  // Of these families.
  ModelMeasures(std::set<std::string> families, size_t threads,
                const ModelMeasureOptions& options = {});

  // Of the classifier in a folder, by the names of measure.h.
  std::map<std::string, double> Of(const std::string& model_directory,
                                   const FinetuneData& data) const;
  // Of the masked LM that was trained by `config`.
  std::map<std::string, double> OfMaskedLm(const std::string& model_directory,
                                           const TrainConfig& config) const;

 private:
  // What needs an encoder only.
  std::map<std::string, double> OfEncoder(ThreadPool& pool, const ModelConfig& config,
                                          const ParameterSet& parameters,
                                          const AttentionControl* attention,
                                          const WordPiece& word_piece) const;
  std::map<std::string, double> Trees(ThreadPool& pool, EncoderPatterns& patterns,
                                      const WordPiece& word_piece) const;

  std::set<std::string> families_;
  size_t threads_;
  ModelMeasureOptions options_;
  AttackCorpus corpus_;  // what is asked about
};

// The families that these measures belong to; such as "tau" of "tau:loo".
std::set<std::string> ModelFamilies(const std::set<std::string>& measures);
// Whether a family's measures are of a treebank's documents.
bool ReadsDocuments(const std::string& family);

}  // namespace headscope
