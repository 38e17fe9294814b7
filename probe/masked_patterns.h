// Attention read where it is needed: a masked LM has to know what a word hangs on only where that
// word is hidden. Every word attends from the pass in which it stands as [MASK].
//
// The words of an input are dealt to P = min(n, ceil(1 / kMaskedShare)) groups of equal size (to
// one), in an order keyed by (seed, input): each word is masked exactly once, with all its pieces,
// in one of P passes. The rows of a word's pieces come from the pass of its group, those of [CLS]
// and [SEP] from the first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "probe/pattern_source.h"

namespace headscope {

// The groups of n words, [n] in 0 … P - 1.
std::vector<uint32_t> MaskGroups(size_t num_words, uint64_t seed, size_t input);

class MaskedPatterns final : public PatternSource {
 public:
  // BERT's share (Devlin et al. 2019), whatever the model was trained with.
  static constexpr double kMaskedShare = 0.15;

  // `source` must outlive this object. mask: the id of [MASK].
  MaskedPatterns(PatternSource& source, int32_t mask, uint64_t seed)
      : source_(source), mask_(mask), seed_(seed) {}

  size_t NumLayers() const override { return source_.NumLayers(); }
  size_t NumHeadsPerLayer() const override { return source_.NumHeadsPerLayer(); }
  size_t MaxPieces() const override { return source_.MaxPieces(); }
  void Visit(ThreadPool& pool, std::span<const WordInput> inputs,
             const PatternVisitor& visitor) override;
  void VisitInputs(ThreadPool& pool, std::span<const WordInput> inputs,
                   const InputVisitor& visitor) override;

 private:
  // The passes over all inputs, one after another.
  struct Passes {
    std::vector<WordInput> inputs;  // with masks
    // [passes] which input it is of, and whether it is its last
    std::vector<size_t> item;
    std::vector<char> is_last;
    // [passes][pieces of the input] whether the row is read in this pass
    std::vector<std::vector<char>> reads;
  };
  Passes MakePasses(std::span<const WordInput> inputs) const;

  PatternSource& source_;
  int32_t mask_;
  uint64_t seed_;
};

}  // namespace headscope
