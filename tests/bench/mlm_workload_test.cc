#include "bench/mlm_workload.h"

#include <algorithm>
#include <set>

#include "bench/training_speed.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

std::string TreebankOfLengths(const std::vector<size_t>& lengths) {
  std::string text;
  for (const size_t length : lengths) {
    for (size_t w = 1; w <= length; ++w) {
      text +=
          fmt::format("{}\tword\tword\tX\t_\t_\t{}\t{}\t_\t_\n", w, w - 1, w == 1 ? "root" : "dep");
    }
    text += "\n";
  }
  return text;
}

TEST_CASE("Batches of sentences are full, in order, and leave out what is too long", "[bench]") {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("a.conllu");
  WriteFileAtomically(path, TreebankOfLengths({3, 9, 20, 1, 5, 2}));
  CHECK(SentenceBatches(path, "", 2, 20) == std::vector<SequenceLengths>{{5, 11}, {3, 7}});
  CHECK(SentenceBatches(path, "", 3, 22) == std::vector<SequenceLengths>{{5, 11, 22}, {3, 7, 4}});
  CHECK_THROWS_WITH(SentenceBatches(path, "", 7, 22), ContainsSubstring("at least 7 sentences"));
}

TEST_CASE("A workload masks exactly 15% of each batch, and comes round", "[bench]") {
  MlmWorkload workload({{10, 30}, {128, 128, 144}}, 1000);
  for (const uint64_t step : {1u, 2u}) {
    const MaskedBatch& batch = workload.At(step);
    const size_t tokens = step == 1 ? 40 : 400;
    REQUIRE(batch.batch.NumTokens() == tokens);
    CHECK(batch.positions.size() == tokens * 15 / 100);
    CHECK(batch.labels.size() == batch.positions.size());
    CHECK(std::is_sorted(batch.positions.begin(), batch.positions.end()));
    const std::set<uint32_t> distinct(batch.positions.begin(), batch.positions.end());
    CHECK(distinct.size() == batch.positions.size());
    for (const uint32_t row : batch.positions) CHECK(batch.batch.ids[row] == 4);
    for (const int32_t label : batch.labels) CHECK((label >= 5 && label < 1000));
  }
  CHECK(&workload.At(3) == &workload.At(1));
}

TEST_CASE("A burst counts the tokens of its steps; the model's work is counted once", "[bench]") {
  ThreadPool pool(1);
  ModelConfig model = ModelConfigOfSize("nano", 500);
  TrainingSpeed speed(pool, model, {{7, 9}, {20}});
  // Step 1 is not measured, steps 2 and 3 are the second batch and the first.
  CHECK(speed.Run(2).tokens == 36.0);
  CHECK(speed.Run(1).tokens == 16.0);  // step 4 is not measured, step 5 is
  // By hand: 2 layers, 64 hidden, 256 feed-forward, 500 pieces; 36 tokens see 7*7 + 9*9 + 20*20.
  const double by_hand =
      3 * (2 * (8 * 64 * 64 + 4 * 64 * 256 + 4 * 64 * 530.0 / 36) + 0.3 * 64 * 564);
  CHECK_THAT(speed.FlopsPerToken(), WithinRel(by_hand, 1e-12));
}

}  // namespace
}  // namespace headscope
