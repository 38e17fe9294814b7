// The one list of activations (law L3): what a forward pass computes, under TransformerLens names,
// and whether it is kept.
//
// The trap of post-LayerNorm names: in TransformerLens hook_resid_mid and hook_resid_post are the
// sums *before* the LayerNorms, and hook_normalized_resid_post is the block's output.
// TransformerLens has no name for the output of the first LayerNorm; by analogy ours is
// hook_normalized_resid_mid.
//
// Glossary: N tokens, C hidden, F feed-forward, H heads, T length of a sequence, M rows of the
// masked-LM head, V vocabulary.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/base/aligned_buffer.h"
#include "model/base/ragged_batch.h"
#include "model/base/tensor.h"
#include "model/config.h"

namespace headscope {

enum class Hook : size_t {
  kEmbedSum,   // hook_embed_sum                            [N, C] word + position + segment, before
               // LayerNorm
  kFullEmbed,  // hook_full_embed                           [N, C] after LayerNorm and dropout
  kResidPre,   // blocks.{l}.hook_resid_pre                 [N, C] the block's input (a second name
               // of its source)
  kQ,  // blocks.{l}.attn.hook_q                    [N, C] head h is columns hD … (h+1)D - 1
  kK,  // blocks.{l}.attn.hook_k                    [N, C]
  kV,  // blocks.{l}.attn.hook_v                    [N, C]
  kAttnScores,  // blocks.{l}.attn.hook_attn_scores          [H, T, T] per sequence, scaled by 1 /
                // sqrt(D)
  kPattern,     // blocks.{l}.attn.hook_pattern              [H, T, T] per sequence, before dropout
  kZ,           // blocks.{l}.attn.hook_z                    [N, C]
  kAttnOut,     // blocks.{l}.hook_attn_out                  [N, C] after the output projection
  kResidMid,    // blocks.{l}.hook_resid_mid                 [N, C] before the first LayerNorm
  kNormalizedResidMid,  // blocks.{l}.hook_normalized_resid_mid      [N, C]
  kMlpPre,              // blocks.{l}.mlp.hook_pre                   [N, F]
  kMlpPost,             // blocks.{l}.mlp.hook_post                  [N, F] after GELU
  kMlpOut,              // blocks.{l}.hook_mlp_out                   [N, C]
  kResidPost,  // blocks.{l}.hook_resid_post                [N, C] before the second LayerNorm
  kNormalizedResidPost,  // blocks.{l}.hook_normalized_resid_post     [N, C] the block's output
  kMlmPre,               // mlm_head.hook_pre                         [M, C] dense
  kMlmPost,              // mlm_head.hook_post                        [M, C] after GELU
  kMlmNormalized,        // mlm_head.ln.hook_normalized               [M, C] scaled and shifted
  kLogits,               // logits                                    [M, V]
  kCount,
};

// The name of a hook; `layer` is ignored where the hook is not per layer.
std::string HookName(Hook hook, size_t layer);
bool HookIsAttention(Hook hook);  // [H, T, T] per sequence

// Has a row for each row given to the masked-LM head, not for each token.
bool HookIsOfMlmHead(const std::string& name);
// The shape for one sequence of `length` tokens: [T, width], or [H, T, T]. Throws Error for a name
// that this model does not have.
std::vector<size_t> HookShape(const ModelConfig& config, const std::string& name, size_t length);

// Every name of this model, in order of computation, for --list.
std::vector<std::string> AllHookNames(const ModelConfig& config);
// The names that match any of the glob patterns ('*' any run of characters, '?' one). Throws Error
// for a pattern that matches nothing, listing the names.
std::vector<std::string> MatchHookNames(const ModelConfig& config,
                                        const std::vector<std::string>& patterns);

class Activations {
 public:
  // kTraining keeps what backward needs; kInference keeps only what is requested: all else shares
  // scratch and is overwritten by the next layer. `requested` are full hook names.
  enum class Mode { kTraining, kInference };
  Activations(const ModelConfig& config, Mode mode, const std::vector<std::string>& requested = {});

  // Prepares for a batch; `num_mlm_rows` rows will pass through the masked-LM head. Memory is
  // reused and only grows.
  void Prepare(const RaggedBatch& batch, size_t num_mlm_rows = 0);

  // Row-shaped activations, the whole batch [N, width]. Meaningful after Forward only where kept.
  Matrix Rows(Hook hook, size_t layer = 0);
  // Queries, keys and values side by side, [N, 3C]: one GEMM makes all three.
  Matrix QueryKeyValue(size_t layer);
  // One head's [T, T] square of kAttnScores or kPattern.
  Matrix Square(Hook hook, size_t layer, size_t head, size_t sequence);

  // By name, for one sequence: [T, width], or for attention hooks [H * T, T] (heads stacked), or
  // the rows of the masked-LM head as they are (`sequence` is ignored). Throws Error when the
  // activation was not kept.
  Matrix At(const std::string& name, size_t sequence);
  bool IsKept(Hook hook, size_t layer) const;
  // Whether the caller asked for it by name: what nothing else needs is then computed all the same.
  bool IsRequested(Hook hook, size_t layer) const;

  // Working memory of the caller that outlives nothing: slot `index` as an uninitialised [rows,
  // cols] matrix, valid until the same slot is asked for again. Not for several threads at once:
  // take all slots before a parallel loop.
  Matrix Scratch(size_t index, size_t rows, size_t cols);

  // LayerNorm statistics [N]: index 0 is the embedding's, 1 + 2l and 2 + 2l the layer's, 1 + 2L the
  // masked-LM head's.
  float* Mean(size_t norm) { return means_[norm].data(); }
  float* Rstd(size_t norm) { return rstds_[norm].data(); }

 private:
  struct Slot {
    AlignedBuffer<float> buffer;
    bool kept = false;
    bool requested = false;
  };
  // What the views need to know of the batch.
  size_t num_tokens_ = 0;
  size_t num_mlm_rows_ = 0;
  std::vector<uint32_t> offsets_;
  std::vector<size_t>
      square_offsets_;  // [S + 1] start of sequence s in an attention buffer, in floats

  size_t SlotIndex(Hook hook, size_t layer) const;
  size_t Width(Hook hook) const;
  AlignedBuffer<float>& Buffer(Hook hook, size_t layer);

  ModelConfig config_;
  std::vector<Slot> slots_;
  std::vector<AlignedBuffer<float>> means_, rstds_, scratch_;
};

}  // namespace headscope
