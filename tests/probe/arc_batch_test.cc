#include "probe/arc_batch.h"

#include <limits>

#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// Whether every word comes to ROOT (n), and exactly one directly.
bool IsTree(const std::vector<int32_t>& heads) {
  const auto n = static_cast<int32_t>(heads.size());
  if (std::count(heads.begin(), heads.end(), n) != 1) return false;
  for (int32_t i = 0; i < n; ++i) {
    int32_t at = i;
    for (int32_t steps = 0; at != n; ++steps) {
      if (steps > n) return false;
      at = heads[static_cast<size_t>(at)];
    }
  }
  return true;
}

// By trying every head of every word.
std::vector<int32_t> BestTree(const std::vector<float>& logits, int32_t n) {
  std::vector<int32_t> heads(static_cast<size_t>(n), 0), best;
  double most = -std::numeric_limits<double>::infinity();
  for (;;) {
    if (IsTree(heads)) {
      double sum = 0.0;
      for (int32_t i = 0; i < n; ++i) {
        sum += static_cast<double>(
            logits[static_cast<size_t>(i * (n + 1) + heads[static_cast<size_t>(i)])]);
      }
      if (sum > most) {
        most = sum;
        best = heads;
      }
    }
    size_t digit = 0;
    while (digit < heads.size() && ++heads[digit] > n) heads[digit++] = 0;
    if (digit == heads.size()) return best;
  }
}

TEST_CASE("Heads in a tree are those of the best of all trees with one root",
          "[probe][arc_batch]") {
  RandomSequence draws({.seed = 7, .purpose = Purpose::kTest});
  ThreadPool pool(1);
  Compute compute(pool);
  size_t changed = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const std::vector<uint32_t> starts = {0, 1 + static_cast<uint32_t>(trial) % 5, 9},
                                sentences = {1, 0};
    const std::vector<int32_t> heads(9, 0);
    ArcRows rows{ConstMatrix(), heads, starts, sentences, true};
    ArcBatch batch;
    batch.Prepare(compute, rows);
    std::vector<int32_t> expected;
    batch.Forward(compute, rows, [&](const ArcBatch::Piece& piece, Matrix logits) {
      std::vector<float> values(logits.rows * logits.cols);
      // ROOT attracts several words, each its neighbour: greedy heads are often no tree.
      for (float& value : values) value = static_cast<float>(draws.Below(1000)) / 100.0f;
      for (size_t i = 0; i < logits.rows; ++i) values[i * logits.cols + logits.cols - 1] += 3.0f;
      std::copy(values.begin(), values.end(), logits.data);
      // The other, of up to eight words, would be too much to try.
      if (piece.sentence == 0) expected = BestTree(values, static_cast<int32_t>(piece.length));
    });
    ArcScores scores;
    batch.AddTo(rows, scores);
    REQUIRE(scores.in_tree.size() == 9);
    // The batch has the second sentence first.
    const size_t first = starts[1];
    const auto from = static_cast<std::ptrdiff_t>(first);
    const std::vector<int32_t> found(scores.in_tree.end() - from, scores.in_tree.end());
    CHECK(found == expected);
    const std::vector<int32_t> greedy(scores.predicted.end() - from, scores.predicted.end());
    changed += greedy != found ? 1 : 0;
    rows.trees = false;
    ArcScores without;
    batch.AddTo(rows, without);
    CHECK(without.in_tree.empty());
    CHECK(without.predicted == scores.predicted);
  }
  CHECK(changed > 10);
}

TEST_CASE("Of m heads that are equally likely each is right by 1 / m", "[probe][arc_batch]") {
  ThreadPool pool(1);
  Compute compute(pool);
  const std::vector<uint32_t> starts = {0, 3}, sentences = {0};
  const std::vector<int32_t> heads = {3, 2, 0};
  const ArcRows rows{ConstMatrix(), heads, starts, sentences, false};
  ArcBatch batch;
  batch.Prepare(compute, rows);
  batch.Forward(compute, rows, [](const ArcBatch::Piece&, Matrix logits) {
    const float values[] = {0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 2};
    std::copy(std::begin(values), std::end(values), logits.data);
  });
  ArcScores scores;
  batch.AddTo(rows, scores);
  CHECK(scores.right == std::vector<double>{0.25, 0.5, 0.0});
}

}  // namespace
}  // namespace headscope
