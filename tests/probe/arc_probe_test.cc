#include "probe/arc_probe.h"

#include <numeric>

#include "model/base/error.h"
#include "tests/support/catch.h"
#include "tests/support/dual.h"

namespace headscope {
namespace {

const RandomStream kArcStream{.seed = 1, .purpose = Purpose::kTest};

// Sentences of the given lengths with random vectors; heads are for the test to choose.
struct ArcSentences {
  size_t width;
  std::vector<uint32_t> starts{0}, all;
  std::vector<float> features;
  std::vector<int32_t> heads;

  ArcSentences(const std::vector<uint32_t>& lengths, size_t width_, uint64_t seed) : width(width_) {
    RandomSequence draws({.seed = seed, .purpose = Purpose::kTest});
    for (const uint32_t length : lengths) {
      all.push_back(static_cast<uint32_t>(all.size()));
      starts.push_back(starts.back() + length);
      for (uint32_t w = 0; w < length; ++w) {
        heads.push_back(static_cast<int32_t>(draws.Below(length + 1)));  // length: ROOT
        for (size_t j = 0; j < width; ++j) {
          features.push_back(static_cast<float>(draws.Normal()));
        }
      }
    }
  }
  ArcRows Rows(std::span<const uint32_t> sentences) const {
    return {ConstMatrix(features.data(), heads.size(), width), heads, starts, sentences};
  }
};

double ValueOf(double x) { return x; }
double ValueOf(Dual x) { return x.value; }

// The mean of -log p(head), from parameters in the layout's order: U, a, V, r, of an MLP v.
template <typename S>
std::vector<S> Definition(const ArcSentences& data, size_t rank, ArcScorer scorer,
                          const std::vector<S>& p) {
  using std::exp;
  using std::log;
  const size_t width = data.width;
  const S* u = p.data();
  const S* a = u + rank * width;
  const S* v = a + rank;
  const S* root = v + rank * width;
  const auto project = [&](const S* w, size_t word, size_t r) {
    S sum = 0.0;
    for (size_t j = 0; j < width; ++j) {
      sum = sum + w[r * width + j] * S(static_cast<double>(data.features[word * width + j]));
    }
    return sum;
  };
  S total = 0.0;
  for (size_t s = 0; s + 1 < data.starts.size(); ++s) {
    const size_t begin = data.starts[s], length = data.starts[s + 1] - begin;
    for (size_t i = 0; i < length; ++i) {
      S sum = 0.0, of_head = 0.0;
      for (size_t j = 0; j <= length; ++j) {
        S score = 0.0;
        for (size_t r = 0; r < rank; ++r) {
          const S key = j == length ? root[r] : project(v, begin + j, r);
          const S query = project(u, begin + i, r) + a[r];
          if (scorer == ArcScorer::kBilinear) {
            score = score + query * key;
          } else if (ValueOf(query + key) > 0.0) {
            score = score + root[rank + r] * (query + key);
          }
        }
        sum = sum + exp(score);
        if (static_cast<int32_t>(j) == data.heads[begin + i]) of_head = score;
      }
      total = total + log(sum) - of_head;
    }
  }
  return {total / S(static_cast<double>(data.heads.size()))};
}

TEST_CASE("The arc probe's loss and gradient are its definition's", "[probe][arc_probe]") {
  constexpr size_t kRank = 3;
  const ArcSentences data({1, 4, 2, 6}, 5, 7);
  ThreadPool pool(1);
  Compute compute(pool);
  const ArcScorer scorer = GENERATE(ArcScorer::kBilinear, ArcScorer::kMlp);
  ArcProbe probe({.scorer = scorer, .rank = kRank});
  probe.Initialise(5, kArcStream);
  ParameterSet& parameters = probe.Parameters();
  // Biases and ROOT start at zero, where half of the formula cannot be seen.
  for (size_t i = 0; i < parameters.Data().size(); ++i) {
    parameters.Data()[i] = static_cast<float>(0.7 * kArcStream.Normal(100 + i));
  }
  ParameterSet gradients(parameters.SharedLayout());
  const double loss = probe.Gradient(compute, data.Rows(data.all), gradients);
  const std::vector<double> point(parameters.Data().begin(), parameters.Data().end());
  CHECK_THAT(loss, WithinAbs(Definition(data, kRank, scorer, point)[0], 1e-5));
  const std::vector<double> wanted = ExactGradient(
      [&](const std::vector<Dual>& p) { return Definition(data, kRank, scorer, p); }, point, {1.0});
  const std::vector<float> found(gradients.Data().begin(), gradients.Data().end());
  CHECK(RelativeError(found, wanted) < 1e-5);
}

// Each word's vector is its own number and its head's, so that a bilinear form finds the head.
ArcSentences Findable(size_t num_sentences, uint64_t seed) {
  constexpr size_t kNumbers = 8;
  std::vector<uint32_t> lengths;
  RandomSequence draws({.seed = seed, .purpose = Purpose::kTest});
  for (size_t s = 0; s < num_sentences; ++s) {
    lengths.push_back(2 + static_cast<uint32_t>(draws.Below(5)));
  }
  ArcSentences data(lengths, 2 * kNumbers, seed);
  std::fill(data.features.begin(), data.features.end(), 0.0f);
  for (size_t s = 0; s < num_sentences; ++s) {
    const uint32_t begin = data.starts[s], length = data.starts[s + 1] - begin;
    const std::vector<uint32_t> numbers = RandomPermutation(
        {.seed = seed, .purpose = Purpose::kTest, .step = static_cast<uint32_t>(s)}, kNumbers);
    for (uint32_t i = 0; i < length; ++i) {
      float* x = data.features.data() + (begin + i) * data.width;
      x[numbers[i]] = 1.0f;
      const auto head = static_cast<uint32_t>(data.heads[begin + i]);
      if (head < length) x[kNumbers + numbers[head]] = 1.0f;
    }
  }
  return data;
}

size_t NumRight(const ArcScores& scores, const ArcSentences& data) {
  size_t right = 0;
  for (size_t w = 0; w < data.heads.size(); ++w) right += scores.predicted[w] == data.heads[w];
  return right;
}

ArcScores FitAndScore(const ArcSentences& train, const ArcSentences& dev, const ArcSentences& test,
                      size_t threads, uint64_t seed = 1) {
  ThreadPool pool(threads);
  Compute compute(pool);
  ArcProbe probe({.rank = 12, .batch_words = 40, .stopping = {.learning_rate = 2e-2}});
  probe.Fit(compute, train.Rows(train.all), dev.Rows(dev.all),
            {.seed = seed, .purpose = Purpose::kTest});
  return probe.Score(compute, test.Rows(test.all));
}

TEST_CASE("The arc probe finds heads that can be found, ROOT too, and no others",
          "[probe][arc_probe]") {
  const ArcSentences train = Findable(250, 1), dev = Findable(50, 2), test = Findable(50, 3);
  const ArcScores scores = FitAndScore(train, dev, test, 1);
  CHECK(NumRight(scores, test) > test.heads.size() * 95 / 100);
  CHECK(scores.nats < 0.3 * static_cast<double>(test.heads.size()));
  ArcSentences blind_train = train, blind_dev = dev, blind_test = test;
  for (ArcSentences* data : {&blind_train, &blind_dev, &blind_test}) {
    std::fill(data->features.begin(), data->features.end(), 0.0f);
  }
  CHECK(NumRight(FitAndScore(blind_train, blind_dev, blind_test, 1), blind_test) <
        test.heads.size() / 2);
}

TEST_CASE("The arc probe is a function of data and seed alone", "[probe][arc_probe]") {
  const ArcSentences train = Findable(40, 1), dev = Findable(10, 2), test = Findable(10, 3);
  const ArcScores expected = FitAndScore(train, dev, test, 1);
  const ArcScores threads = FitAndScore(train, dev, test, 3);
  CHECK(threads.nats == expected.nats);
  CHECK(threads.predicted == expected.predicted);
  CHECK(FitAndScore(train, dev, test, 1, 2).nats != expected.nats);
}

TEST_CASE("An arc probe without sentences says so", "[probe][arc_probe]") {
  const ArcSentences data = Findable(4, 1);
  ThreadPool pool(1);
  Compute compute(pool);
  ArcProbe probe;
  CHECK_THROWS_WITH(probe.Fit(compute, data.Rows({}), data.Rows(data.all), kArcStream),
                    ContainsSubstring("found 0 and 4"));
}

}  // namespace
}  // namespace headscope
