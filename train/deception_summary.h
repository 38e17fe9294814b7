// What came of hiding words, over the seeds of a fine-tuning: the attention that is left on them,
// and how often the model is right when that is taken away.
#pragma once

#include <map>
#include <string>

#include "train/finetune_run.h"

namespace headscope {

// Of one seed's test set, in percent; nothing where no words are to be hidden.
//   mass, mass:max  the last layer's attention to the words in the row of what is classified, of
//                   texts that have one: mean of the heads, and the head with the most
//   mass:below      in the layers below, mean of heads and rows that may look at them
//   ablated         accuracy with every weight on the words set to 0
std::map<std::string, double> DeceptionMeasures(const FinetuneResult& result);

class DeceptionSummary {
 public:
  void Add(const FinetuneResult& result);
  bool Empty() const { return seeds_ == 0; }
  // Means over the seeds, by name.
  std::map<std::string, double> Means() const;
  // "attention on what is to be hidden 0.01% …".
  std::string Remark() const;

 private:
  size_t seeds_ = 0;
  std::map<std::string, double> sums_;
};

}  // namespace headscope
