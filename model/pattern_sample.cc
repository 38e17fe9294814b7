#include "model/pattern_sample.h"

#include <algorithm>
#include <vector>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/encoder.h"
#include "model/pretrained.h"

namespace headscope {
namespace {

void CheckShape(const std::string& directory, const ModelConfig& found,
                const ModelConfig& expected) {
  const auto expect = [&](const char* what, size_t wanted, size_t had) {
    if (wanted != had) Fail("{}: expected {} {}, found {}", directory, wanted, what, had);
  };
  expect("layers", expected.num_hidden_layers, found.num_hidden_layers);
  expect("heads", expected.num_attention_heads, found.num_attention_heads);
  expect("pieces in the vocabulary", expected.vocab_size, found.vocab_size);
}

// The sequences of a batch that are short enough, and long enough to have a [CLS] and a [SEP].
RaggedBatch Fitting(const RaggedBatch& batch, size_t longest) {
  RaggedBatch fitting;
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    const size_t length = batch.Length(s);
    if (length < 2 || length > longest) continue;
    const auto ids = batch.Ids(s), segments = batch.Segments(s);
    fitting.ids.insert(fitting.ids.end(), ids.begin(), ids.end());
    fitting.segments.insert(fitting.segments.end(), segments.begin(), segments.end());
    fitting.offsets.push_back(static_cast<uint32_t>(fitting.ids.size()));
    fitting.sequence_ids.push_back(batch.sequence_ids[s]);
  }
  return fitting;
}

}  // namespace

void VisitPatterns(Compute& compute, const std::string& directory, const ModelConfig& model,
                   size_t longest, std::span<const HeadPlace> places,
                   std::span<const RaggedBatch> sample, const PatternVisitor& visit) {
  const PretrainedModel source = LoadPretrained(directory);
  CheckShape(directory, source.config, model);
  longest = std::min(longest, source.config.max_position_embeddings);
  const Encoder encoder(source.config);
  std::vector<std::string> hooks;
  for (size_t l = 0; l < source.config.num_hidden_layers; ++l) {
    hooks.push_back(HookName(Hook::kPattern, l));
  }
  Activations acts(source.config, Activations::Mode::kInference, hooks);
  ForwardOptions options;
  options.attention = ControlOf(source.attention);
  size_t sequences = 0;
  for (const RaggedBatch& whole : sample) {
    const RaggedBatch batch = Fitting(whole, longest);
    sequences += batch.NumSequences();
    if (batch.NumSequences() == 0) continue;
    acts.Prepare(batch);
    encoder.Forward(compute, source.parameters, batch, options, acts);
    compute.Pool().ParallelEach(places.size(), [&](size_t i, size_t) {
      for (size_t s = 0; s < batch.NumSequences(); ++s) {
        visit(i, acts.Square(Hook::kPattern, places[i].layer, places[i].head, s));
      }
    });
  }
  if (sequences == 0) {
    Fail("{}: expected sequences of 2 to {} pieces to average over, found none", directory,
         longest);
  }
}

}  // namespace headscope
