// Named activations of every sentence of a file, written as one safetensors file: the bridge to
// Python.
//
// Tensors of sentence s (0-based line of a text, or sentence of a treebank), in this order:
//   "s/input_ids"  I32 [T]            [CLS] pieces [SEP]
//   "s/word_ids"   I32 [T]            treebanks only: 0-based word of each piece, -1 at [CLS],
//   [SEP] "s/<hook>"     F32 [T, width], or [H, T, T] for attention
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "datasets/wordpiece.h"
#include "model/ops/gemm.h"
#include "model/pretrained.h"

namespace headscope {

struct ExtractionSentence {
  size_t index = 0;  // line or sentence of the input
  std::vector<int32_t> ids;
  std::vector<int32_t> word_ids;  // empty for plain text
};

struct ExtractionInput {
  std::vector<ExtractionSentence> sentences;
  size_t num_blank = 0;          // lines without a piece; they have no tensors
  std::vector<size_t> too_long;  // indices of what exceeds the model's positions; skipped whole, as
                                 // a cut sentence would have other activations
};

// A treebank when the name ends in ".conllu", else a text of one sentence a line. Throws Error,
// also when nothing is left to extract.
ExtractionInput ReadExtractionInput(const std::string& path, const WordPiece& wordpiece,
                                    size_t max_length);

struct ExtractionSummary {
  size_t num_tokens = 0;
  size_t num_tensors = 0;
  size_t num_bytes = 0;  // of tensors
};

// Runs the model without dropout and writes `path` atomically. `hooks` are full names.
// progress(done, total) is called in sentences after every batch.
//
// Memory: the model, the input's pieces, about 300 bytes per tensor for the header, and the
// activations of one batch (512 tokens, or one longer sentence): nothing grows with the size of
// what is written. Throws Error.
ExtractionSummary ExtractActivations(
    Compute& compute, const PretrainedModel& model, const ExtractionInput& input,
    const std::vector<std::string>& hooks, const std::string& path,
    const std::function<void(size_t done, size_t total)>& progress);

}  // namespace headscope
