#include "probe/attack_network.h"

#include <algorithm>
#include <numeric>

#include "probe/batch_training.h"
#include "train/attention_looks.h"
#include "train/feature_scale.h"

namespace headscope {
namespace {

// Of FeatureScale: the adversary's, and the least weights that can matter.
constexpr double kLeastShares[] = {1e-3, 1e-7};
constexpr size_t kKnownFeatures = 7;

std::vector<PieceSpan> WordSpans(const WordInput& input) {
  std::vector<PieceSpan> spans;
  for (size_t w = 0; w < input.NumWords(); ++w) {
    spans.push_back({input.starts[w], input.starts[w + 1]});
  }
  return spans;
}

// Where the batch of at least so many words that begins at order[begin] ends.
size_t EndOfSentences(const AttackQuestions& questions, std::span<const uint32_t> order,
                      size_t begin, size_t words) {
  size_t end = begin;
  for (size_t taken = 0; end < order.size() && taken < words; ++end) {
    taken += questions.NumWords(order[end]);
  }
  return end;
}

std::vector<uint32_t> SentencesOf(const AttackQuestions& questions) {
  std::vector<uint32_t> all(questions.NumSentences());
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

}  // namespace

AttackQuestions::AttackQuestions(ThreadPool& pool, PatternSource* source,
                                 std::span<const WordInput> inputs, std::span<const int32_t> heads)
    : inputs_(inputs), heads_(heads.begin(), heads.end()) {
  uint32_t words = 0;
  for (const WordInput& input : inputs) {
    first_words_.push_back(words);
    words += static_cast<uint32_t>(input.NumWords());
  }
  const Reading reading = Of(SentencesOf(*this));
  row_starts_ = reading.row_starts;
  for (size_t r = 0; r < reading.NumRows(); ++r) kinds_.push_back(reading.KindOf(r));
  const size_t of_attention =
      source == nullptr ? 0 : std::size(kLeastShares) * source->NumHeads() * kArcLooks;
  num_features_ = of_attention + kKnownFeatures;
  features_.EnsureSize(reading.NumRows() * num_features_);
  const Matrix x(features_.data(), reading.NumRows(), num_features_);
  if (source != nullptr) SeeAttention(pool, *source, reading, x);
  SeeTheRest(pool, x.ColumnRange(of_attention, num_features_));
}

void AttackQuestions::AskAbout(size_t sentence, Reading& reading) const {
  const WordInput& input = inputs_[sentence];
  AskForHeads(WordSpans(input), static_cast<uint32_t>(input.ids.size()),
              std::span(heads_).subspan(first_words_[sentence], input.NumWords()), true, reading);
  reading.EndSequence();
}

Reading AttackQuestions::Of(std::span<const uint32_t> sentences) const {
  Reading reading{.looks_per_row = kArcLooks, .scores_per_row = 1};
  for (const uint32_t s : sentences) AskAbout(s, reading);
  return reading;
}

Matrix AttackQuestions::FeaturesOf(std::span<const uint32_t> sentences,
                                   AlignedBuffer<float>& memory) const {
  size_t rows = 0;
  for (const uint32_t s : sentences) rows += row_starts_[s + 1] - row_starts_[s];
  memory.EnsureSize(rows * num_features_);
  float* to = memory.data();
  for (const uint32_t s : sentences) {
    to = std::copy(features_.data() + row_starts_[s] * num_features_,
                   features_.data() + row_starts_[s + 1] * num_features_, to);
  }
  return {memory.data(), rows, num_features_};
}

void AttackQuestions::SeeAttention(ThreadPool& pool, PatternSource& source, const Reading& reading,
                                   Matrix x) {
  const size_t columns = source.NumHeads() * kArcLooks;
  AlignedBuffer<float> attention(x.rows * columns);
  const Matrix u(attention.data(), x.rows, columns);
  source.VisitInputs(pool, inputs_, [&](size_t s, std::span<const ConstMatrix> patterns) {
    pool.ParallelEach(patterns.size(), [&](size_t head, size_t) {
      LookForward(patterns[head], reading, s, head * kArcLooks, u);
    });
  });
  for (size_t k = 0; k < std::size(kLeastShares); ++k) {
    FeatureScale(kLeastShares[k])
        .Forward(pool, u, kinds_, kArcKinds, x.ColumnRange(k * columns, (k + 1) * columns));
  }
}

void AttackQuestions::SeeTheRest(ThreadPool& pool, Matrix x) {
  AlignedBuffer<float> known(x.rows * kKnownFeatures);
  const Matrix u(known.data(), x.rows, kKnownFeatures);
  size_t row = 0;
  for (const WordInput& input : inputs_) {
    const size_t n = input.NumWords();
    const auto pieces = [&](size_t w) { return input.starts[w + 1] - input.starts[w]; };
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j <= n; ++j, ++row) {
        const auto of_choice = [&](size_t value) {
          return j == n ? FeatureScale::kNothing : static_cast<float>(value);
        };
        const float values[] = {static_cast<float>(pieces(i)),
                                static_cast<float>(i + 1),
                                static_cast<float>(n - i),
                                static_cast<float>(input.ids.size()),
                                of_choice(j == n ? 0 : pieces(j)),
                                of_choice(j + 1),
                                of_choice(n - j)};
        std::copy(std::begin(values), std::end(values), u.Row(row));
      }
    }
  }
  FeatureScale().Forward(pool, u, kinds_, kArcKinds, x);
}

void AttackNetwork::Fit(Compute& compute, const AttackQuestions& train, const AttackQuestions& dev,
                        const RandomStream& random) {
  network_ = std::make_unique<ReaderNetwork>(NetworkShape{
      .features = train.NumFeatures(), .scores = 1, .plain = kArcKinds, .units = options_.units});
  ParameterLayout layout;
  network_->Declare(1.0f, layout);
  parameters_ = std::make_unique<ParameterSet>(std::make_shared<const ParameterLayout>(layout));
  InitialiseParameters(1.0f, random.Bits64(0), *parameters_);
  size_t dev_words = 0;
  for (size_t s = 0; s < dev.NumSentences(); ++s) dev_words += dev.NumWords(s);
  BatchTraining training;
  training.stopping = options_.stopping;
  training.end_of_batch = [&](std::span<const uint32_t> order, size_t begin) {
    return EndOfSentences(train, order, begin, options_.batch_words);
  };
  training.gradient = [&](std::span<const uint32_t> batch, ParameterSet& gradients) {
    const Reading reading = train.Of(batch);
    network_->Answer(compute, *parameters_, reading, train.FeaturesOf(batch, x_));
    gradients.SetZero();
    network_->LearnBackward(compute, *parameters_, gradients);
  };
  training.dev_nats = [&] { return Score(compute, dev).nats / static_cast<double>(dev_words); };
  epochs_ = TrainOnBatches(compute, SentencesOf(train), random, training, *parameters_);
}

AttackScores AttackNetwork::Score(Compute& compute, const AttackQuestions& questions) {
  AttackScores scores;
  const std::vector<uint32_t> all = SentencesOf(questions);
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = EndOfSentences(questions, all, begin, options_.batch_words);
    const std::span<const uint32_t> batch = std::span(all).subspan(begin, end - begin);
    const Reading reading = questions.Of(batch);
    const ReaderSums sums =
        network_->Answer(compute, *parameters_, reading, questions.FeaturesOf(batch, x_));
    scores.nats += sums.reader_nats;
    for (size_t k = 0; k < sums.questions; ++k) scores.right.push_back(network_->ReaderRight(k));
    begin = end;
  }
  return scores;
}

}  // namespace headscope
