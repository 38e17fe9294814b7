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

// Nothing where no heads are named.
std::optional<AttentionScope> SitesOf(const FinetuneConfig& config, const FinetuneData& data) {
  if (config.adversary_sites.empty()) return std::nullopt;
  if (config.adversary_of.empty() && config.compare_with.empty()) {
    Fail(
        "--adversary-sites: expected a model to be compared with there (--adversary-of, "
        "--compare-with), found none");
  }
  if (config.adversary_all_layers) {
    Fail("--adversary-sites: expected one of it and --adversary-all-layers");
  }
  try {
    return ScopeOfSites(data.model, config.adversary_sites, config.adversary_each_head);
  } catch (const Error& error) {
    Fail("--adversary-sites: {}", error.what());
  }
}

// Throws Error where no layer in scope has attention that can be moved.
void ExpectTrainable(const AttentionScope& scope, const AttentionControl& attention) {
  for (size_t l = 0; l < scope.heads.size(); ++l) {
    const bool can_move = attention.UsesScores(l) || attention.HasParameters(l);
    if (!scope.heads[l].empty() && can_move) return;
  }
  Fail("--lambda: the attention that is to be moved cannot be trained ({})", attention.Name());
}

// Null for a model that is no adversary.
std::unique_ptr<AdversarialLoss> AdversaryOf(const FinetuneConfig& config, const FinetuneData& data,
                                             const AttentionControl& attention, BaseModel* base,
                                             const std::optional<AttentionScope>& sites) {
  if (config.adversary_of.empty()) return nullptr;
  if (config.deceive != 0.0) Fail("--deceive: expected none with --adversary-of");
  const AttentionScope scope =
      sites ? *sites
            : WholeLayers(data.model, config.adversary_all_layers, config.adversary_each_head);
  if (config.lambda != 0.0) ExpectTrainable(scope, attention);
  return std::make_unique<AdversarialLoss>(
      data.model, AdversaryAim{.lambda = config.lambda, .scope = scope}, *base);
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

FinetuneAims::FinetuneAims(const FinetuneConfig& config, const FinetuneData& data,
                           const AttentionControl& attention)
    : penalty_(PenaltyOf(config, data, attention)),
      base_(BaseOf(config, data)),
      sites_(SitesOf(config, data)),
      adversary_(AdversaryOf(config, data, attention, base_.get(), sites_)) {}

}  // namespace headscope
