#include "bench/probe_speed.h"

#include <memory>
#include <vector>

#include "model/bert_parameters.h"
#include "probe/input_batches.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Inputs are read in their order, in batches of so many pieces or one longer input",
          "[bench]") {
  std::vector<WordInput> inputs(5);
  const std::vector<size_t> lengths = {4, 3, 3, 20, 2};
  for (size_t i = 0; i < lengths.size(); ++i) {
    inputs[i].ids.assign(lengths[i], static_cast<int32_t>(i));
  }
  std::vector<std::vector<size_t>> ranges;
  ForEachInputBatch(inputs, 7, [&](const RaggedBatch& batch, size_t begin, size_t end) {
    ranges.push_back({begin, end, batch.NumTokens()});
    REQUIRE(batch.NumSequences() == end - begin);
    for (size_t i = begin; i < end; ++i) {
      CHECK(batch.Length(i - begin) == lengths[i]);
      CHECK(batch.Ids(i - begin)[0] == static_cast<int32_t>(i));
      CHECK(batch.sequence_ids[i - begin] == i);
    }
  });
  CHECK(ranges == std::vector<std::vector<size_t>>{{0, 2, 7}, {2, 3, 3}, {3, 4, 20}, {4, 5, 2}});
}

TEST_CASE("Both passes read every piece once", "[bench]") {
  const Treebank treebank = MakeTreebank({{"The/DET/2/det dog/NOUN/3/nsubj barks/VERB/0/root",
                                           "It/PRON/2/nsubj un-folds/VERB/0/root"}});
  const ProbeNames names = NamesOf(treebank, treebank);
  const ProbeTreebank prepared = PrepareTreebank(treebank, names, EncodeParts, 64);
  const ModelConfig config = ModelConfigOfSize("nano", 100);
  ParameterSet parameters(std::make_shared<const ParameterLayout>(BertLayout(config)));
  InitialiseParameters(config.initializer_range, 1, parameters);
  ThreadPool pool(2);
  ProbeSpeed speed(pool, config, parameters, prepared, names);
  for (const Burst& burst : {speed.RunForward(), speed.RunProbe()}) {
    CHECK(burst.tokens == 10.0);
    CHECK(burst.seconds > 0.0);
    CHECK(burst.cpu_seconds > 0.0);
  }
}

}  // namespace
}  // namespace headscope
