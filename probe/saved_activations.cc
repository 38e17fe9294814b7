#include "probe/saved_activations.h"

#include <fmt/format.h>

#include "model/safetensors_writer.h"
#include "probe/encoder_views.h"

namespace headscope {
namespace {

template <typename T>
std::string_view BytesOf(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

void SaveSplit(Compute& compute, const PretrainedModel& model, const WordEncoder& encode,
               const ProbeSplit& split, std::span<const size_t> layers,
               const WordFeatureOptions& options, const std::string& path) {
  const size_t width = model.config.hidden_size;
  std::vector<SafetensorsEntry> entries;
  for (const size_t layer : layers) {
    entries.push_back({.name = fmt::format("layer.{}", layer),
                       .dtype = "F32",
                       .shape = {split.NumWords(), width}});
  }
  entries.push_back({.name = "starts", .dtype = "I64", .shape = {split.starts.size()}});
  SafetensorsStream stream(path, std::move(entries));
  const std::vector<WordInput> inputs = ViewInputs(split, encode, EncoderView());
  // A pass for each layer, so that one is in memory.
  for (const size_t layer : layers) {
    const WordFeatures features =
        ExtractWordFeatures(compute, model.config, model.parameters, inputs, {&layer, 1}, options);
    const ConstMatrix x = features.Layer(0);
    stream.Write(BytesOf(std::span(x.data, x.rows * x.cols)));
  }
  const std::vector<int64_t> starts(split.starts.begin(), split.starts.end());
  stream.Write(BytesOf(std::span<const int64_t>(starts)));
  stream.Commit();
}

}  // namespace

void SaveWordVectors(Compute& compute, const PretrainedModel& model, const WordEncoder& encode,
                     const ProbeCorpus& corpus, std::span<const size_t> layers,
                     const WordFeatureOptions& options, const std::string& folder) {
  MakeDirectory(folder);
  const auto save = [&](const ProbeSplit& split, const char* name) {
    SaveSplit(compute, model, encode, split, layers, options, folder + "/" + name + ".safetensors");
  };
  save(corpus.train, "train");
  save(corpus.dev, "dev");
  save(corpus.test, "test");
}

}  // namespace headscope
