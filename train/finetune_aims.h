// What a fine-tuning's config asks of the classifier beside the labels, ready for its objective.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/attention_control.h"
#include "train/classification_objective.h"
#include "train/finetune_config.h"
#include "train/finetune_data.h"

namespace headscope {

// Every piece of the words of --deceive-words. Throws Error for a word that is no piece of the
// model's.
std::vector<int32_t> HiddenPieces(const FinetuneConfig& config, const FinetuneData& data);

// The segment of --deceive-text; -1: none. Throws Error for what is no text of the task's.
int32_t HiddenSegment(const FinetuneConfig& config, const FinetuneData& data);

class FinetuneAims {
 public:
  // `attention`: the control that the classifier is trained under. Throws Error, naming the flag,
  // for aims that contradict each other, the control or the data.
  FinetuneAims(const FinetuneConfig& config, const FinetuneData& data,
               const AttentionControl& attention);

  // Valid as long as this is.
  ClassifierAims Get() const {
    return {penalty_.get(), adversary_.get(), base_.get(), sites_ ? &*sites_ : nullptr};
  }

 private:
  std::unique_ptr<DeceptivePenalty> penalty_;
  std::unique_ptr<BaseModel> base_;
  std::optional<AttentionScope> sites_;
  std::unique_ptr<AdversarialLoss> adversary_;
};

}  // namespace headscope
