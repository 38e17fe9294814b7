#include "probe/pair_view.h"

#include "model/base/error.h"
#include "probe/pattern_source.h"

namespace headscope {
namespace {

constexpr EncoderView kInOrder = {EncoderKind::kTrained, 0};

WordFeatures MeanPieceEmbeddings(const PretrainedModel& model, const WordEncoder& encode,
                                 const ProbeSplit& split) {
  const ConstMatrix table = model.parameters.At("bert.embeddings.word_embeddings.weight");
  WordFeatures features(1, split.NumWords(), table.cols);
  size_t word = 0;
  for (const WordInput& input : ViewInputs(split, encode, kInOrder)) {
    for (size_t w = 0; w < input.NumWords(); ++w, ++word) {
      const auto pieces = static_cast<double>(input.starts[w + 1] - input.starts[w]);
      for (size_t j = 0; j < table.cols; ++j) {
        double sum = 0.0;
        for (uint32_t p = input.starts[w]; p < input.starts[w + 1]; ++p) {
          sum += static_cast<double>(table(static_cast<size_t>(input.ids[p]), j));
        }
        features.Layer(0)(word, j) = static_cast<float>(sum / pieces);
      }
    }
  }
  return features;
}

// Puts the rows and columns of each sentence's maps back to the words.
void RestorePairs(const ProbeSplit& split, const EncoderView& view, PairMaps& maps) {
  std::vector<float> copy;
  const auto restore = [&](Matrix x, const std::vector<uint32_t>& places, bool columns) {
    copy.assign(x.data, x.data + x.rows * x.cols);
    for (size_t i = 0; i < x.rows; ++i) {
      for (size_t j = 0; j < x.cols; ++j) {
        x(i, j) = copy[places[i] * x.cols + (columns ? places[j] : j)];
      }
    }
  };
  for (size_t s = 0; s < split.NumSentences(); ++s) {
    const uint32_t begin = split.starts[s], end = split.starts[s + 1];
    const std::vector<uint32_t> places = ViewPlaces(view, s, end - begin);
    for (size_t k = 0; k < maps.NumMaps(); ++k) restore(maps.Map(s, k), places, true);
    restore(maps.Root().RowRange(begin, end), places, false);
  }
}

void CheckMemory(const ProbeCorpus& corpus, size_t num_heads, size_t memory_mib) {
  const size_t mib = MibOfAttention(corpus, num_heads);
  if (mib <= memory_mib) return;
  Fail(
      "--memory: expected at least {} MiB for the attention of {} heads to {} words of training, "
      "found {}; or fewer words by --train-words",
      mib, num_heads, corpus.train.NumWords(), memory_mib);
}

}  // namespace

size_t MibOfAttention(const ProbeCorpus& corpus, size_t num_heads) {
  size_t bytes = 0;
  for (const ProbeSplit* split : {&corpus.train, &corpus.dev, &corpus.test}) {
    bytes += PairMaps::Bytes(num_heads, 2 * num_heads + 1, split->starts);
  }
  return bytes / (1024 * 1024) + 1;
}

CorpusPairs ScaledOnTrain(PairMaps train, PairMaps dev, PairMaps test) {
  const PairScale scale(train);
  for (PairMaps* maps : {&train, &dev, &test}) scale.Apply(*maps);
  return {std::move(train), std::move(dev), std::move(test)};
}

WordVectors::WordVectors(const PretrainedModel& model, const WordEncoder& encode,
                         const ProbeCorpus& corpus)
    : train_(MeanPieceEmbeddings(model, encode, corpus.train)),
      dev_(MeanPieceEmbeddings(model, encode, corpus.dev)),
      test_(MeanPieceEmbeddings(model, encode, corpus.test)) {
  const Standardisation scale(train_.Layer(0));
  for (WordFeatures* features : {&train_, &dev_, &test_}) scale.Apply(features->Layer(0));
}

CorpusPairs AttentionOf(Compute& compute, const PretrainedModel& model, const WordEncoder& encode,
                        const ProbeCorpus& corpus, const EncoderView& view,
                        const WordFeatureOptions& options, size_t memory_mib) {
  ParameterSet random(model.parameters.SharedLayout());
  EncoderPatterns source(model.config, ViewParameters(model, view, random), options.batch_pieces,
                         compute.Backend(), options.attention);
  CheckMemory(corpus, source.NumHeads(), memory_mib);
  const auto maps_of = [&](const ProbeSplit& split) {
    PairMaps maps =
        AttentionMaps(compute.Pool(), source, ViewInputs(split, encode, view), split.starts);
    if (view.kind == EncoderKind::kShuffledWords) RestorePairs(split, view, maps);
    return maps;
  };
  return ScaledOnTrain(maps_of(corpus.train), maps_of(corpus.dev), maps_of(corpus.test));
}

CorpusPairs DistancesOf(const ProbeCorpus& corpus) {
  return ScaledOnTrain(DistanceMaps(corpus.train.starts), DistanceMaps(corpus.dev.starts),
                       DistanceMaps(corpus.test.starts));
}

}  // namespace headscope
