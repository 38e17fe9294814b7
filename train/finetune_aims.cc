#include "train/finetune_aims.h"

#include <algorithm>

#include "model/base/error.h"

namespace headscope {
namespace {

// Null when there is nothing to be hidden.
std::unique_ptr<DeceptivePenalty> PenaltyOf(const FinetuneConfig& config, const FinetuneData& data,
                                            const AttentionControl& attention) {
  ImpermissiblePieces impermissible{std::vector<uint8_t>(data.word_piece->Size()),
                                    HiddenSegment(config, data), data.word_piece->Sep()};
  const std::vector<int32_t> ids = HiddenPieces(config, data);
  if (ids.empty() && impermissible.segment < 0) {
    if (config.deceive == 0.0) return nullptr;
    Fail("--deceive: expected what to hide (--deceive-words, --deceive-text), found none");
  }
  for (const int32_t id : ids) impermissible.by_id[static_cast<size_t>(id)] = 1;
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
int32_t HiddenSegment(const FinetuneConfig& config, const FinetuneData& data) {
  if (config.deceive_text.empty()) return -1;
  if (config.deceive_text != "first" && config.deceive_text != "second") {
    Fail("--deceive-text: expected first or second, found \"{}\"", config.deceive_text);
  }
  if (!data.task.HasPairs()) {
    Fail("--deceive-text: expected a task of pairs, as sst2+wiki; {} has single texts",
         data.task.name);
  }
  return config.deceive_text == "first" ? 0 : 1;
}

