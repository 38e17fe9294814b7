#include "probe/encoder_views.h"

#include <algorithm>
#include <numeric>

#include "probe/probe_streams.h"
#include "probe/random_encoder.h"

namespace headscope {

std::vector<uint32_t> ViewPlaces(const EncoderView& view, size_t s, uint32_t n) {
  if (view.kind == EncoderKind::kShuffledWords) {
    return RandomPermutation(
        ProbeStream(view.seed, ProbeSite::kWordOrder, static_cast<uint32_t>(s)), n);
  }
  std::vector<uint32_t> places(n);
  std::iota(places.begin(), places.end(), 0u);
  return places;
}

std::vector<WordInput> ViewInputs(const ProbeSplit& split, const WordEncoder& encode,
                                  const EncoderView& view) {
  std::vector<WordInput> inputs;
  for (size_t s = 0; s < split.NumSentences(); ++s) {
    const std::vector<Word>& words = split.sentences[s]->words;
    const std::vector<uint32_t> places = ViewPlaces(view, s, static_cast<uint32_t>(words.size()));
    std::vector<std::string> forms(words.size());
    for (size_t w = 0; w < words.size(); ++w) forms[places[w]] = words[w].form;
    inputs.push_back(encode(forms));
  }
  return inputs;
}

const ParameterSet& ViewParameters(const PretrainedModel& model, const EncoderView& view,
                                   ParameterSet& random) {
  if (view.kind == EncoderKind::kRandom) {
    InitialiseLike(model, view.seed, random);
    return random;
  }
  if (view.kind == EncoderKind::kPermutedWeights) {
    PermuteWeightsOf(model, view.seed, random);
    return random;
  }
  return model.parameters;
}

namespace {

// Puts the vector at each word's place back to the word. [words, C]
void RestoreOrder(const ProbeSplit& split, const EncoderView& view, Matrix x) {
  std::vector<float> copy;
  for (size_t s = 0; s < split.NumSentences(); ++s) {
    const Matrix rows = x.RowRange(split.starts[s], split.starts[s + 1]);
    copy.clear();
    for (size_t w = 0; w < rows.rows; ++w) {
      copy.insert(copy.end(), rows.Row(w), rows.Row(w) + rows.cols);
    }
    const std::vector<uint32_t> places = ViewPlaces(view, s, static_cast<uint32_t>(rows.rows));
    for (size_t w = 0; w < rows.rows; ++w) {
      std::copy_n(copy.data() + places[w] * rows.cols, rows.cols, rows.Row(w));
    }
  }
}

WordFeatures Extract(Compute& compute, const ModelConfig& config, const ParameterSet& parameters,
                     const WordEncoder& encode, const ProbeSplit& split, const EncoderView& view,
                     std::span<const size_t> layers, const WordFeatureOptions& options) {
  WordFeatures features = ExtractWordFeatures(compute, config, parameters,
                                              ViewInputs(split, encode, view), layers, options);
  if (view.kind != EncoderKind::kShuffledWords) return features;
  for (size_t k = 0; k < layers.size(); ++k) RestoreOrder(split, view, features.Layer(k));
  return features;
}

}  // namespace

ViewFeatures::ViewFeatures(Compute& compute, const PretrainedModel& model,
                           const WordEncoder& encode, const ProbeCorpus& corpus,
                           const EncoderView& view, std::span<const size_t> layers,
                           const WordFeatureOptions& options)
    : train_(0, 0, 0), dev_(0, 0, 0), test_(0, 0, 0) {
  ParameterSet random(model.parameters.SharedLayout());
  const ParameterSet& parameters = ViewParameters(model, view, random);
  const auto extract = [&](const ProbeSplit& split) {
    return Extract(compute, model.config, parameters, encode, split, view, layers, options);
  };
  train_ = extract(corpus.train);
  dev_ = extract(corpus.dev);
  test_ = extract(corpus.test);
  compute.Pool().ParallelEach(layers.size(), [&](size_t k, size_t) {
    const Standardisation scale(train_.Layer(k));
    scale.Apply(train_.Layer(k));
    scale.Apply(dev_.Layer(k));
    scale.Apply(test_.Layer(k));
  });
}

std::shared_ptr<const ViewFeatures> VectorReader::Read(const EncoderView& view,
                                                       std::span<const size_t> layers) {
  if (last_ == nullptr || last_view_ != view || !std::ranges::equal(last_layers_, layers)) {
    last_.reset();  // before there are others
    last_ = std::make_shared<const ViewFeatures>(compute_, model_, encode_, corpus_, view, layers,
                                                 options_);
    last_view_ = view;
    last_layers_.assign(layers.begin(), layers.end());
  }
  return last_;
}

}  // namespace headscope
