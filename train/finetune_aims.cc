#include "train/finetune_aims.h"

#include <algorithm>

#include "model/base/error.h"

namespace headscope {
namespace {

// Null when there are no words to be hidden.
std::unique_ptr<DeceptivePenalty> PenaltyOf(const FinetuneConfig& config, const FinetuneData& data,
                                            const AttentionControl& attention) {
  std::vector<uint8_t> impermissible(data.word_piece->Size());
  const std::vector<int32_t> ids = HiddenPieces(config, data);
  if (ids.empty()) {
    if (config.deceive == 0.0) return nullptr;
    Fail("--deceive: expected words to hide (--deceive-words), found none");
  }
  for (const int32_t id : ids) impermissible[static_cast<size_t>(id)] = 1;
  const size_t last = data.model.num_hidden_layers - 1;
  if (config.deceive != 0.0 && !attention.UsesScores(last)) {
    Fail("--deceive: attention of the last layer does not depend on scores ({})", attention.Name());
  }
  return std::make_unique<DeceptivePenalty>(
      data.model,
      DeceptionOptions{.weight = config.deceive,
                       .max_over_heads = config.deceive_max,
                       .all_layers = config.deceive_all_layers,
                       .flow_mask = config.flow_mask},
      std::move(impermissible));
}

// The model that this one is trained against or compared with; null when there is none.
std::unique_ptr<BaseModel> BaseOf(const FinetuneConfig& config, const FinetuneData& data) {
  if (!config.adversary_of.empty() && !config.compare_with.empty()) {
    Fail(
        "--compare-with: an adversary is compared with the model it is one of; expected one of "
        "--adversary-of and --compare-with");
  }
  if (config.adversary_of.empty() && config.lambda != 0.0) {
    Fail("--lambda: expected a model to be an adversary of (--adversary-of), found none");
  }
  if (config.adversary_of.empty() && config.adversary_warm_start) {
    Fail("--adversary-warm-start: expected a model to begin with (--adversary-of), found none");
  }
  const std::string& folder =
      config.adversary_of.empty() ? config.compare_with : config.adversary_of;
  if (folder.empty()) return nullptr;
  auto base = std::make_unique<BaseModel>(folder, config.seed);
  base->ExpectLike(data.model, data.task.labels, data.word_piece->Pieces());
  return base;
}

// Null for a model that is no adversary.
std::unique_ptr<AdversarialLoss> AdversaryOf(const FinetuneConfig& config, const FinetuneData& data,
                                             const AttentionControl& attention, BaseModel* base) {
  if (config.adversary_of.empty()) return nullptr;
  if (config.deceive != 0.0) Fail("--deceive: expected none with --adversary-of");
  const size_t last = data.model.num_hidden_layers - 1;
  if (config.lambda != 0.0 && !attention.UsesScores(last) && !attention.HasParameters(last)) {
    Fail("--lambda: attention of the last layer cannot be trained ({})", attention.Name());
  }
  return std::make_unique<AdversarialLoss>(data.model,
                                           AdversaryAim{.lambda = config.lambda,
                                                        .all_layers = config.adversary_all_layers,
                                                        .each_head = config.adversary_each_head},
                                           *base);
}

}  // namespace

std::vector<int32_t> HiddenPieces(const FinetuneConfig& config, const FinetuneData& data) {
  std::vector<int32_t> ids = data.word_piece->Encode(config.deceive_words).ids;
  if (std::find(ids.begin(), ids.end(), data.word_piece->Unk()) != ids.end()) {
    Fail("--deceive-words: expected words of the model's vocabulary, found \"{}\"",
         config.deceive_words);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

FinetuneAims::FinetuneAims(const FinetuneConfig& config, const FinetuneData& data,
                           const AttentionControl& attention)
    : penalty_(PenaltyOf(config, data, attention)),
      base_(BaseOf(config, data)),
      adversary_(AdversaryOf(config, data, attention, base_.get())) {}

}  // namespace headscope
