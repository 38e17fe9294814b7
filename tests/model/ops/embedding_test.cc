#include "model/ops/embedding.h"

#include <vector>

#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"

namespace headscope {
namespace {

constexpr size_t kWords = 11, kPositions = 7, kSegments = 2;

// Three sequences, of 7, 1 and 4 tokens, with repeated words.
RaggedBatch Batch(bool with_segments) {
  RaggedBatch batch;
  batch.Add(std::vector<int32_t>{3, 1, 3, 10, 0, 3, 5}, 100);
  batch.Add(std::vector<int32_t>{10}, 200);
  batch.Add(std::vector<int32_t>{2, 2, 1, 9}, 300);
  if (with_segments) batch.segments = {0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 0};
  return batch;
}

// The definition on the three tables one after another, for one column count; twin and exact
// formula at once.
template <typename S>
std::vector<S> EmbeddingDefinition(const RaggedBatch& batch, const std::vector<S>& tables,
                                   size_t cols) {
  std::vector<S> out;
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    for (size_t t = 0; t < batch.Length(s); ++t) {
      const size_t token = batch.offsets[s] + t;
      const auto word = static_cast<size_t>(batch.ids[token]);
      const auto segment =
          batch.segments.empty() ? size_t{0} : static_cast<size_t>(batch.segments[token]);
      for (size_t j = 0; j < cols; ++j) {
        out.push_back((tables[word * cols + j] + tables[(kWords + t) * cols + j]) +
                      tables[(kWords + kPositions + segment) * cols + j]);
      }
    }
  }
  return out;
}

// A column chain per table row, tokens ascending.
void BackwardTwin(const RaggedBatch& batch, Matrix dout, Matrix tables) {
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    for (size_t t = 0; t < batch.Length(s); ++t) {
      const size_t token = batch.offsets[s] + t;
      const auto segment =
          batch.segments.empty() ? size_t{0} : static_cast<size_t>(batch.segments[token]);
      for (size_t j = 0; j < dout.cols; ++j) {
        tables(static_cast<size_t>(batch.ids[token]), j) += dout(token, j);
        tables(kWords + t, j) += dout(token, j);
        tables(kWords + kPositions + segment, j) += dout(token, j);
      }
    }
  }
}

TEST_CASE("Embeddings equal their twin bit for bit", "[ops][embedding]") {
  OnEveryTargetAndPool([](ThreadPool& pool) {
    for (size_t cols = 1; cols <= 70; ++cols) {
      const RaggedBatch batch = Batch(cols % 2 == 0);
      auto tables = SurroundedMatrix::Normal(kWords + kPositions + kSegments, cols, cols % 3, 1);
      auto dout = SurroundedMatrix::Normal(batch.NumTokens(), cols, 1, 2);
      auto dtables = SurroundedMatrix::Normal(kWords + kPositions + kSegments, cols, 2, 3);
      auto dtables_twin = dtables;
      SurroundedMatrix out(batch.NumTokens(), cols, 2);
      const auto part = [](SurroundedMatrix& all, size_t begin, size_t count) {
        return all.View().RowRange(begin, begin + count);
      };
      INFO(cols << " columns");
      EmbeddingForward(pool, batch, part(tables, 0, kWords), part(tables, kWords, kPositions),
                       part(tables, kWords + kPositions, kSegments), out.View());
      CHECK(DifferingBits(out.Values(), EmbeddingDefinition(batch, tables.Values(), cols)) == 0);
      CHECK(out.IsIntact());

      BackwardTwin(batch, dout.View(), dtables_twin.View());
      EmbeddingBackward(pool, batch, dout.View(), part(dtables, 0, kWords),
                        part(dtables, kWords, kPositions),
                        part(dtables, kWords + kPositions, kSegments));
      CHECK(SameBits(dtables, dtables_twin));
    }
  });
}

TEST_CASE("The embeddings' gradients are those of the definition", "[ops][embedding]") {
  constexpr size_t kCols = 3;
  const RaggedBatch batch = Batch(true);
  auto tables = SurroundedMatrix::Normal(kWords + kPositions + kSegments, kCols, 0, 1);
  auto dout = SurroundedMatrix::Normal(batch.NumTokens(), kCols, 0, 2);
  const std::vector<double> gradient = ExactGradient(
      [&](const std::vector<Dual>& point) { return EmbeddingDefinition(batch, point, kCols); },
      tables.Values<double>(), dout.Values<double>());
  OnEveryTarget([&] {
    ThreadPool pool(1);
    std::vector<float> found(gradient.size());
    const Matrix all(found.data(), kWords + kPositions + kSegments, kCols);
    EmbeddingBackward(pool, batch, dout.View(), all.RowRange(0, kWords),
                      all.RowRange(kWords, kWords + kPositions),
                      all.RowRange(kWords + kPositions, all.rows));
    CHECK(RelativeError(found, gradient) < 5e-7);
  });
}

}  // namespace
}  // namespace headscope
