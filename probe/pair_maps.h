// What a probe may know of two words of a sentence without their vectors: one number per map, such
// as the attention that a head pays from one to the other, or how far apart they stand. Glossary: n
// words of a sentence, K maps, G values that speak for ROOT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/base/aligned_buffer.h"
#include "model/base/tensor.h"
#include "model/base/thread_pool.h"
#include "probe/pattern_source.h"

namespace headscope {

// All sentences of a file.
class PairMaps {
 public:
  // Zeros. `starts`: first word of every sentence, and the end.
  PairMaps(size_t num_maps, size_t num_root, std::span<const uint32_t> starts);

  size_t NumMaps() const { return num_maps_; }
  size_t NumRoot() const { return num_root_; }
  size_t NumSentences() const { return offsets_.size() - 1; }
  // Map k of a sentence, [n, n].
  Matrix Map(size_t sentence, size_t k);
  ConstMatrix Map(size_t sentence, size_t k) const;
  // What speaks for ROOT as the head of each word, [words, G].
  Matrix Root() { return {root_.data(), words_, num_root_}; }
  ConstMatrix Root() const { return {root_.data(), words_, num_root_}; }

  // Bytes of such maps: what to ask before they are made.
  static size_t Bytes(size_t num_maps, size_t num_root, std::span<const uint32_t> starts);

 private:
  size_t num_maps_, num_root_, words_;
  std::vector<uint32_t> lengths_;  // of every sentence
  std::vector<size_t> offsets_;    // of its maps, and the end
  AlignedBuffer<float> values_, root_;
};

// One map per head, at the level of words and 0 from a word to itself (word_attention.h). For ROOT:
// each head's attention to [CLS], each head's to [SEP] (means over the word's pieces), and 1. The
// sentences of `starts` are the inputs.
PairMaps AttentionMaps(ThreadPool& pool, PatternSource& source, std::span<const WordInput> inputs,
                       std::span<const uint32_t> starts);

// What Clark et al.'s (2019) baseline of distances knows, read from either word: (j - i) / n where
// i stands before j, j = i + 1, j = i + 2. For ROOT: 1.
PairMaps DistanceMaps(std::span<const uint32_t> starts);

// Makes the mean square of every map (over pairs of different words) and of every value for ROOT 1,
// so that penalties and rates mean the same for every head.
class PairScale {
 public:
  explicit PairScale(const PairMaps& maps);
  void Apply(PairMaps& maps) const;

 private:
  std::vector<float> of_maps_, of_root_;
};

// The maps of the three files of a corpus, scaled on the first.
struct CorpusPairs {
  PairMaps train, dev, test;
};

}  // namespace headscope
