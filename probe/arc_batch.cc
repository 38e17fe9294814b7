#include "probe/arc_batch.h"

#include <algorithm>

#include "model/base/error.h"
#include "model/base/largest_share.h"
#include "model/ops/cross_entropy.h"
#include "model/ops/elementwise.h"
#include "probe/spanning_tree.h"

namespace headscope {
namespace {

// Appends every word's head in the tree of largest p, which is that of the largest sum of logits:
// what they lack to log p is the same for all heads of a word. An arc from ROOT costs more than all
// others can bring, so that there is one.
void AppendTree(ConstMatrix logits, std::vector<int32_t>& heads) {
  constexpr double kRootArc = 1e7;
  const size_t n = logits.rows;
  std::vector<double> weights((n + 1) * (n + 1));
  for (size_t i = 0; i < n; ++i) {
    for (size_t head = 0; head <= n; ++head) {
      weights[head * (n + 1) + i] =
          static_cast<double>(logits(i, head)) - (head == n ? kRootArc : 0.0);
    }
  }
  const std::vector<uint32_t> found = MaximumArborescence(
      BasicMatrix<const double>(weights.data(), n + 1, n + 1), static_cast<uint32_t>(n));
  for (size_t i = 0; i < n; ++i) heads.push_back(static_cast<int32_t>(found[i]));
}

}  // namespace

size_t ArcRows::NumWords() const {
  size_t words = 0;
  for (const uint32_t s : sentences) words += Length(s);
  return words;
}

void CheckHasSentences(const char* probe, const ArcRows& train, const ArcRows& dev) {
  if (!train.sentences.empty() && !dev.sentences.empty()) return;
  Fail("{} probe: expected sentences to fit on and to choose on, found {} and {}", probe,
       train.sentences.size(), dev.sentences.size());
}

size_t ArcBatch::End(const ArcRows& data, size_t begin, size_t words) {
  size_t end = begin;
  for (size_t taken = 0; end < data.sentences.size() && taken < words; ++end) {
    taken += data.Length(data.sentences[end]);
  }
  return end;
}

void ArcBatch::Prepare(Compute& compute, const ArcRows& data) {
  pieces_.clear();
  rows_.clear();
  size_t logits = 0;
  for (const uint32_t s : data.sentences) {
    const size_t length = data.Length(s);
    pieces_.push_back({s, pieces_.size(), rows_.size(), length, logits});
    for (uint32_t w = data.starts[s]; w < data.starts[s + 1]; ++w) rows_.push_back(w);
    logits += length * (length + 1);
  }
  logits_.EnsureSize(logits);
  losses_.EnsureSize(rows_.size());
  log_sums_.EnsureSize(rows_.size());
  features_.EnsureSize(rows_.size() * data.features.cols);
  x_ = Matrix(features_.data(), rows_.size(), data.features.cols);
  if (x_.cols != 0) GatherRows(compute.Pool(), data.features, rows_, x_);
}

void ArcBatch::TakeLoss(Compute& compute, const ArcRows& data, const Piece& piece) {
  CrossEntropyForward(compute.Pool(), Logits(piece), Heads(data, piece),
                      losses_.data() + piece.word, log_sums_.data() + piece.word);
}

void ArcBatch::TurnIntoGradient(Compute& compute, const ArcRows& data, const Piece& piece) {
  CrossEntropyBackward(compute.Pool(), Logits(piece), Heads(data, piece),
                       log_sums_.data() + piece.word, 1.0f / static_cast<float>(rows_.size()),
                       Logits(piece));
}

double ArcBatch::SumOfNats() const {
  double sum = 0.0;
  for (size_t w = 0; w < rows_.size(); ++w) sum += static_cast<double>(losses_.data()[w]);
  return sum;
}

void ArcBatch::AddTo(const ArcRows& data, ArcScores& scores) {
  scores.nats += SumOfNats();
  for (const Piece& piece : pieces_) {
    const Matrix logits = Logits(piece);
    const std::span<const int32_t> heads = Heads(data, piece);
    for (size_t i = 0; i < piece.length; ++i) {
      const std::span<const float> row(logits.Row(i), logits.cols);
      scores.predicted.push_back(
          static_cast<int32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
      scores.right.push_back(LargestShare(row, static_cast<size_t>(heads[i])));
    }
    if (data.trees) AppendTree(logits, scores.in_tree);
  }
}

}  // namespace headscope
