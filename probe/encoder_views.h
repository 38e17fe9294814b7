// The word vectors of a corpus as one encoder sees it: the trained one, one of random weights, the
// trained one given each sentence's words in random order (every word keeps its own vector), or the
// trained one with the entries of every matrix permuted.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/ops/gemm.h"
#include "model/pretrained.h"
#include "probe/coreference_scores.h"
#include "probe/probe_corpus.h"
#include "probe/probing_task.h"
#include "probe/word_features.h"
#include "probe/word_input.h"

namespace headscope {

enum class EncoderKind : size_t { kTrained, kRandom, kShuffledWords, kPermutedWeights };
inline constexpr const char* kEncoderKindNames[] = {"trained", "random", "shuffled words",
                                                    "permuted weights"};

struct EncoderView {
  EncoderKind kind = EncoderKind::kTrained;
  uint64_t seed = 1;  // of the random weights or orders

  bool operator==(const EncoderView&) const = default;
};

// The sentences of a file as the view's encoder reads them.
std::vector<WordInput> ViewInputs(const ProbeSplit& split, const WordEncoder& encode,
                                  const EncoderView& view);
// The place among them of each of the n words of sentence `s`.
std::vector<uint32_t> ViewPlaces(const EncoderView& view, size_t s, uint32_t n);
// The trained weights, or fresh or permuted ones in `random`.
const ParameterSet& ViewParameters(const PretrainedModel& model, const EncoderView& view,
                                   ParameterSet& random);

// Features of the three files at some layers, standardised layer by layer on the training file.
class ViewFeatures {
 public:
  ViewFeatures(Compute& compute, const PretrainedModel& model, const WordEncoder& encode,
               const ProbeCorpus& corpus, const EncoderView& view, std::span<const size_t> layers,
               const WordFeatureOptions& options);
  // Of layers[k].
  LayerFeatures Layer(size_t k) const { return {train_.Layer(k), dev_.Layer(k), test_.Layer(k)}; }
  // Of all of them, to be mixed.
  LayerFeatures AllLayers() const {
    return {train_.AllLayers(), dev_.AllLayers(), test_.AllLayers(), nullptr, train_.NumLayers()};
  }

 private:
  WordFeatures train_, dev_, test_;
};

// Reads one view after another; the last is kept for those who ask for it again.
class VectorReader {
 public:
  VectorReader(ThreadPool& pool, const PretrainedModel& model, const WordEncoder& encode,
               const ProbeCorpus& corpus, const WordFeatureOptions& options, GemmBackend gemm)
      : compute_(pool, gemm), model_(model), encode_(encode), corpus_(corpus), options_(options) {}

  std::shared_ptr<const ViewFeatures> Read(const EncoderView& view, std::span<const size_t> layers);

 private:
  Compute compute_;
  const PretrainedModel& model_;
  const WordEncoder& encode_;
  const ProbeCorpus& corpus_;
  WordFeatureOptions options_;
  EncoderView last_view_;
  std::vector<size_t> last_layers_;
  std::shared_ptr<const ViewFeatures> last_;
};

}  // namespace headscope
