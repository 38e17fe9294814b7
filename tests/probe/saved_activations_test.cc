#include "probe/saved_activations.h"

#include <cstring>

#include "model/safetensors.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

TEST_CASE("Saved word vectors are those that probes read", "[saved_activations]") {
  const TemporaryDirectory temporary;
  const Treebank train = RandomTreebank(5, 1), dev = RandomTreebank(3, 2),
                 test = RandomTreebank(4, 3);
  const ProbeCorpus corpus = MakeProbeCorpus(train, dev, test, EncodeForms, {.max_pieces = 16});
  const PretrainedModel model = SmallEncoder();
  ThreadPool pool(2);
  Compute compute(pool);
  const std::vector<size_t> layers = {0, 2};
  SaveWordVectors(compute, model, EncodeForms, corpus, layers, {}, temporary.Path("a"));
  const SafetensorsFile file(temporary.Path("a/test.safetensors"));
  std::vector<WordInput> inputs;
  for (const Sentence* sentence : corpus.test.sentences) {
    std::vector<std::string> forms;
    for (const Word& word : sentence->words) forms.push_back(word.form);
    inputs.push_back(EncodeForms(forms));
  }
  const WordFeatures expected =
      ExtractWordFeatures(compute, model.config, model.parameters, inputs, layers, {});
  for (size_t k = 0; k < layers.size(); ++k) {
    const std::string name = "layer." + std::to_string(layers[k]);
    const ConstMatrix x = expected.Layer(k);
    std::vector<float> values(x.rows * x.cols);
    REQUIRE(file.Find(name).NumElements() == values.size());
    file.ReadFloats(name, values);
    for (size_t w = 0; w < x.rows; ++w) {
      CHECK(std::memcmp(values.data() + w * x.cols, x.Row(w), x.cols * sizeof(float)) == 0);
    }
  }
  CHECK(file.Find("starts").ShapeString() == "[13]");  // four documents of three sentences
}

}  // namespace
}  // namespace headscope
