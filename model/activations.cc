#include "model/activations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>

#include "model/base/error.h"

namespace headscope {
namespace {

enum class Shape { kHidden, kFeedForward, kSquares, kMlmHidden, kMlmLogits };

struct HookSpec {
  const char* name;  // what follows "blocks.{l}." for a hook of a layer
  bool per_layer;
  Shape shape;
  bool saved_for_backward;
};

// In the order of enum Hook, which is the order of computation.
constexpr std::array<HookSpec, static_cast<size_t>(Hook::kCount)> kHooks = {{
    {"hook_embed_sum", false, Shape::kHidden, true},
    {"hook_full_embed", false, Shape::kHidden, true},
    {"hook_resid_pre", true, Shape::kHidden, true},
    {"attn.hook_q", true, Shape::kHidden, true},
    {"attn.hook_k", true, Shape::kHidden, true},
    {"attn.hook_v", true, Shape::kHidden, true},
    {"attn.hook_attn_scores", true, Shape::kSquares, false},
    {"attn.hook_pattern", true, Shape::kSquares, true},
    {"attn.hook_z", true, Shape::kHidden, true},
    {"hook_attn_out", true, Shape::kHidden, false},
    {"hook_resid_mid", true, Shape::kHidden, true},
    {"hook_normalized_resid_mid", true, Shape::kHidden, true},
    {"mlp.hook_pre", true, Shape::kFeedForward, true},
    {"mlp.hook_post", true, Shape::kFeedForward, false},  // recomputed: it is the widest
    {"hook_mlp_out", true, Shape::kHidden, false},
    {"hook_resid_post", true, Shape::kHidden, true},
    {"hook_normalized_resid_post", true, Shape::kHidden, true},
    {"mlm_head.hook_pre", false, Shape::kMlmHidden, true},
    {"mlm_head.hook_post", false, Shape::kMlmHidden, true},
    {"mlm_head.ln.hook_normalized", false, Shape::kMlmHidden, true},
    {"logits", false, Shape::kMlmLogits, true},
}};

const HookSpec& Spec(Hook hook) { return kHooks[static_cast<size_t>(hook)]; }

bool IsMlm(Hook hook) {
  return Spec(hook).shape == Shape::kMlmHidden || Spec(hook).shape == Shape::kMlmLogits;
}

// Some hooks are further names of memory that another hook owns: queries, keys and values are one
// matrix, and a block's input is the output of what comes before it.
struct Source {
  Hook hook;
  size_t layer;
};
Source SourceOf(Hook hook, size_t layer) {
  switch (hook) {
    case Hook::kK:
    case Hook::kV:
      return {Hook::kQ, layer};
    case Hook::kResidPre:
      return layer == 0 ? Source{Hook::kFullEmbed, 0}
                        : Source{Hook::kNormalizedResidPost, layer - 1};
    default:
      return {hook, Spec(hook).per_layer ? layer : 0};
  }
}

template <typename Visit>  // visit(Hook, layer)
void ForEachHook(const ModelConfig& config, const Visit& visit) {
  const auto visit_range = [&](Hook first, Hook last, size_t layer) {
    for (size_t h = static_cast<size_t>(first); h <= static_cast<size_t>(last); ++h) {
      visit(static_cast<Hook>(h), layer);
    }
  };
  visit_range(Hook::kEmbedSum, Hook::kFullEmbed, 0);
  for (size_t l = 0; l < config.num_hidden_layers; ++l) {
    visit_range(Hook::kResidPre, Hook::kNormalizedResidPost, l);
  }
  if (config.has_mlm_head) visit_range(Hook::kMlmPre, Hook::kLogits, 0);
}

// Columns of a row-shaped activation.
size_t WidthOf(const ModelConfig& config, Hook hook) {
  switch (Spec(hook).shape) {
    case Shape::kHidden:
    case Shape::kMlmHidden:
      return config.hidden_size;
    case Shape::kFeedForward:
      return config.intermediate_size;
    case Shape::kMlmLogits:
      return config.vocab_size;
    case Shape::kSquares:
      break;
  }
  assert(false && "attention hooks are squares, not rows");
  return 0;
}

struct HookPlace {
  Hook hook;
  size_t layer;
};
HookPlace FindHook(const ModelConfig& config, const std::string& name) {
  std::optional<HookPlace> found;
  ForEachHook(config, [&](Hook hook, size_t layer) {
    if (!found && HookName(hook, layer) == name) found = HookPlace{hook, layer};
  });
  if (!found) {
    Fail("the model has no activation named {}; it has: {}", name,
         fmt::join(AllHookNames(config), ", "));
  }
  return *found;
}

bool MatchesGlob(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') {
    return MatchesGlob(pattern.substr(1), name) ||
           (!name.empty() && MatchesGlob(pattern, name.substr(1)));
  }
  return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) &&
         MatchesGlob(pattern.substr(1), name.substr(1));
}

}  // namespace

std::string HookName(Hook hook, size_t layer) {
  const HookSpec& spec = Spec(hook);
  return spec.per_layer ? fmt::format("blocks.{}.{}", layer, spec.name) : spec.name;
}

bool HookIsAttention(Hook hook) { return Spec(hook).shape == Shape::kSquares; }

bool HookIsOfMlmHead(const std::string& name) {
  for (size_t h = 0; h < kHooks.size(); ++h) {
    if (IsMlm(static_cast<Hook>(h)) && name == kHooks[h].name) return true;
  }
  return false;
}

std::vector<size_t> HookShape(const ModelConfig& config, const std::string& name, size_t length) {
  const Hook hook = FindHook(config, name).hook;
  if (HookIsAttention(hook)) return {config.num_attention_heads, length, length};
  return {length, WidthOf(config, hook)};
}

std::vector<std::string> AllHookNames(const ModelConfig& config) {
  std::vector<std::string> names;
  ForEachHook(config, [&](Hook hook, size_t layer) { names.push_back(HookName(hook, layer)); });
  return names;
}

std::vector<std::string> MatchHookNames(const ModelConfig& config,
                                        const std::vector<std::string>& patterns) {
  const std::vector<std::string> all = AllHookNames(config);
  for (const std::string& pattern : patterns) {
    if (std::none_of(all.begin(), all.end(),
                     [&](const std::string& name) { return MatchesGlob(pattern, name); })) {
      Fail("no activation matches \"{}\"; this model has: {}", pattern, fmt::join(all, ", "));
    }
  }
  std::vector<std::string> matched;
  for (const std::string& name : all) {
    if (std::any_of(patterns.begin(), patterns.end(),
                    [&](const std::string& pattern) { return MatchesGlob(pattern, name); })) {
      matched.push_back(name);
    }
  }
  return matched;
}

Activations::Activations(const ModelConfig& config, Mode mode,
                         const std::vector<std::string>& requested)
    : config_(config) {
  // One slot per (hook, layer) where kept, then one shared slot per hook where not: see SlotIndex.
  const size_t hooks = kHooks.size();
  slots_.resize(hooks * (config.num_hidden_layers + 1));
  ForEachHook(config, [&](Hook hook, size_t layer) {
    const bool wanted =
        std::find(requested.begin(), requested.end(), HookName(hook, layer)) != requested.end();
    if (!wanted && !(mode == Mode::kTraining && Spec(hook).saved_for_backward)) return;
    const Source source = SourceOf(hook, layer);
    slots_[source.layer * hooks + static_cast<size_t>(source.hook)].kept = true;
    if (wanted) slots_[layer * hooks + static_cast<size_t>(hook)].requested = true;
  });
  means_.resize(2 * config.num_hidden_layers + 2);
  rstds_.resize(means_.size());
}

size_t Activations::SlotIndex(Hook hook, size_t layer) const {
  const size_t own = layer * kHooks.size() + static_cast<size_t>(hook);
  const size_t shared = config_.num_hidden_layers * kHooks.size() + static_cast<size_t>(hook);
  return slots_[own].kept ? own : shared;
}

size_t Activations::Width(Hook hook) const { return WidthOf(config_, hook); }

void Activations::Prepare(const RaggedBatch& batch, size_t num_mlm_rows) {
  num_tokens_ = batch.NumTokens();
  num_mlm_rows_ = num_mlm_rows;
  offsets_ = batch.offsets;
  square_offsets_.assign(1, 0);
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    const size_t squares = config_.num_attention_heads * batch.Length(s) * batch.Length(s);
    square_offsets_.push_back(square_offsets_.back() + squares);
  }
  ForEachHook(config_, [&](Hook hook, size_t layer) {
    const Source source = SourceOf(hook, layer);
    if (source.hook != hook || source.layer != layer) return;
    // Scores that nobody reads live in a thread's scratch instead.
    if (hook == Hook::kAttnScores && !IsKept(hook, layer)) return;
    Slot& slot = slots_[SlotIndex(hook, layer)];
    // How many pieces are masked differs from batch to batch: logits that grow by a row now and
    // then leave holes of their size behind.
    constexpr size_t kGrain = 128;
    const size_t rows = IsMlm(hook) ? (num_mlm_rows_ + kGrain - 1) / kGrain * kGrain : num_tokens_;
    slot.buffer.EnsureSize(HookIsAttention(hook) ? square_offsets_.back()
                           : hook == Hook::kQ    ? rows * 3 * config_.hidden_size
                                                 : rows * Width(hook));
  });
  for (size_t norm = 0; norm < means_.size(); ++norm) {
    const size_t rows = norm + 1 == means_.size() ? num_mlm_rows_ : num_tokens_;
    means_[norm].EnsureSize(rows);
    rstds_[norm].EnsureSize(rows);
  }
}

AlignedBuffer<float>& Activations::Buffer(Hook hook, size_t layer) {
  const Source source = SourceOf(hook, layer);
  return slots_[SlotIndex(source.hook, source.layer)].buffer;
}

Matrix Activations::QueryKeyValue(size_t layer) {
  return {Buffer(Hook::kQ, layer).data(), num_tokens_, 3 * config_.hidden_size};
}

Matrix Activations::Rows(Hook hook, size_t layer) {
  const size_t width = Width(hook);
  if (hook == Hook::kQ || hook == Hook::kK || hook == Hook::kV) {
    const size_t column = (static_cast<size_t>(hook) - static_cast<size_t>(Hook::kQ)) * width;
    return QueryKeyValue(layer).ColumnRange(column, column + width);
  }
  return {Buffer(hook, layer).data(), IsMlm(hook) ? num_mlm_rows_ : num_tokens_, width};
}

Matrix Activations::Square(Hook hook, size_t layer, size_t head, size_t sequence) {
  assert(HookIsAttention(hook) && head < config_.num_attention_heads);
  const size_t length = offsets_[sequence + 1] - offsets_[sequence];
  float* data = Buffer(hook, layer).data() + square_offsets_[sequence] + head * length * length;
  return {data, length, length};
}

Matrix Activations::At(const std::string& name, size_t sequence) {
  const auto [hook, layer] = FindHook(config_, name);
  if (!IsKept(hook, layer)) Fail("activation {} was not kept: request it", name);
  if (IsMlm(hook)) return Rows(hook, layer);
  if (!HookIsAttention(hook)) {
    return Rows(hook, layer).RowRange(offsets_[sequence], offsets_[sequence + 1]);
  }
  Matrix heads = Square(hook, layer, 0, sequence);
  heads.rows *= config_.num_attention_heads;
  return heads;
}

bool Activations::IsKept(Hook hook, size_t layer) const {
  const Source source = SourceOf(hook, layer);
  return slots_[source.layer * kHooks.size() + static_cast<size_t>(source.hook)].kept;
}

bool Activations::IsRequested(Hook hook, size_t layer) const {
  return slots_[layer * kHooks.size() + static_cast<size_t>(hook)].requested;
}

Matrix Activations::Scratch(size_t index, size_t rows, size_t cols) {
  if (index >= scratch_.size()) scratch_.resize(index + 1);
  scratch_[index].EnsureSize(rows * cols);
  return {scratch_[index].data(), rows, cols};
}

}  // namespace headscope
