#include "probe/pair_probe.h"

#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "model/base/file.h"
#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/locations.h"

namespace headscope {
namespace {

const RandomStream kPairStream{.seed = 1, .purpose = Purpose::kTest};

// Sentences of the given lengths with random maps, vectors and heads.
struct PairSentences {
  size_t width;
  std::vector<uint32_t> starts{0}, all;
  std::vector<float> features;
  std::vector<int32_t> heads;
  PairMaps maps;

  PairSentences(const std::vector<uint32_t>& lengths, size_t num_maps, size_t num_root,
                size_t width_, uint64_t seed)
      : width(width_), maps(num_maps, num_root, Starts(lengths, starts)) {
    RandomSequence draws({.seed = seed, .purpose = Purpose::kTest});
    for (uint32_t s = 0; s < lengths.size(); ++s) {
      all.push_back(s);
      for (size_t k = 0; k < num_maps; ++k) Fill(maps.Map(s, k), draws);
      for (uint32_t w = 0; w < lengths[s]; ++w) {
        heads.push_back(static_cast<int32_t>(draws.Below(lengths[s] + 1)));  // length: ROOT
      }
    }
    Fill(maps.Root(), draws);
    for (size_t k = 0; k < heads.size() * width; ++k) {
      features.push_back(static_cast<float>(draws.Normal()));
    }
  }
  PairRows Rows() const {
    return {{ConstMatrix(features.data(), heads.size(), width), heads, starts, all}, &maps};
  }
  size_t Length(size_t s) const { return starts[s + 1] - starts[s]; }

 private:
  static std::vector<uint32_t>& Starts(const std::vector<uint32_t>& lengths,
                                       std::vector<uint32_t>& starts) {
    for (const uint32_t length : lengths) starts.push_back(starts.back() + length);
    return starts;
  }
  static void Fill(Matrix x, RandomSequence& draws) {
    for (size_t k = 0; k < x.rows * x.cols; ++k) x.data[k] = static_cast<float>(draws.Uniform());
  }
};

// The mean of -log p(head), from parameters in the layout's order.
template <typename S>
std::vector<S> PairDefinition(const PairSentences& data, const std::vector<S>& p) {
  using std::exp;
  using std::log;
  const size_t num_maps = data.maps.NumMaps(), num_root = data.maps.NumRoot(), c = data.width;
  const S* weight = p.data();
  const S* dependent = weight + 2 * num_maps;
  const S* head = dependent + 2 * num_maps * c;
  const S* root = head + 2 * num_maps * c;
  const S* root_dependent = root + num_root;
  const S* self = root_dependent + num_root * c;
  const auto dot = [&](const S* w, size_t word) {
    S sum = 0.0;
    for (size_t j = 0; j < c; ++j) {
      sum = sum + w[j] * S(static_cast<double>(data.features[word * c + j]));
    }
    return sum;
  };
  S total = 0.0;
  for (size_t s = 0; s + 1 < data.starts.size(); ++s) {
    const size_t begin = data.starts[s], n = data.Length(s);
    for (size_t i = begin; i < begin + n; ++i) {
      S sum = 0.0, of_head = 0.0;
      for (size_t j = begin; j <= begin + n; ++j) {
        S score = i == j ? *self : S(0.0);
        for (size_t g = 0; g < num_root && j == begin + n; ++g) {
          score = score + (root[g] + dot(root_dependent + g * c, i)) *
                              S(static_cast<double>(data.maps.Root()(i, g)));
        }
        for (size_t f = 0; f < 2 * num_maps && j < begin + n; ++f) {
          const ConstMatrix map = data.maps.Map(s, f % num_maps);
          const float value = f < num_maps ? map(i - begin, j - begin) : map(j - begin, i - begin);
          score = score + (weight[f] + dot(dependent + f * c, i) + dot(head + f * c, j)) *
                              S(static_cast<double>(value));
        }
        sum = sum + exp(score);
        if (static_cast<int32_t>(j - begin) == data.heads[i]) of_head = score;
      }
      total = total + log(sum) - of_head;
    }
  }
  return {total / S(static_cast<double>(data.heads.size()))};
}

TEST_CASE("The pair probe's loss and gradient are its definition's, with words and without",
          "[probe][pair_probe]") {
  const size_t width = GENERATE(0u, 3u);
  const PairSentences data({1, 4, 2, 3}, 2, 3, width, 7);
  ThreadPool pool(1);
  Compute compute(pool);
  PairProbe probe;
  probe.Initialise(data.maps, width);
  ParameterSet& parameters = probe.Parameters();
  for (size_t i = 0; i < parameters.Data().size(); ++i) {
    parameters.Data()[i] = static_cast<float>(0.7 * kPairStream.Normal(i));
  }
  ParameterSet gradients(parameters.SharedLayout());
  const double loss = probe.Gradient(compute, data.Rows(), gradients);
  const std::vector<double> point(parameters.Data().begin(), parameters.Data().end());
  CHECK_THAT(loss, WithinAbs(PairDefinition(data, point)[0], 1e-5));
  const std::vector<double> wanted = ExactGradient(
      [&](const std::vector<Dual>& p) { return PairDefinition(data, p); }, point, {1.0});
  const std::vector<float> found(gradients.Data().begin(), gradients.Data().end());
  CHECK(RelativeError(found, wanted) < 1e-5);
}

TEST_CASE("Without words the pair probe is at SciPy's optimum", "[probe][pair_probe][parity]") {
  const auto golden = nlohmann::json::parse(ReadFile(GoldenPath("probes/pairs.json")));
  std::vector<uint32_t> lengths;
  for (const auto& sentence : golden["sentences"]) {
    lengths.push_back(static_cast<uint32_t>(sentence["heads"].size()));
  }
  PairSentences data(lengths, 3, 2, 0, 1);
  for (size_t s = 0; s < lengths.size(); ++s) {
    const auto& sentence = golden["sentences"][s];
    for (size_t i = 0; i < lengths[s]; ++i) {
      data.heads[data.starts[s] + i] = sentence["heads"][i].get<int32_t>();
      for (size_t g = 0; g < 2; ++g) {
        data.maps.Root()(data.starts[s] + i, g) = sentence["root"][i][g].get<float>();
      }
      for (size_t k = 0; k < 3; ++k) {
        for (size_t j = 0; j < lengths[s]; ++j) {
          data.maps.Map(s, k)(i, j) = sentence["maps"][k][i][j].get<float>();
        }
      }
    }
  }
  ThreadPool pool(1);
  Compute compute(pool);
  PairProbe probe({.c = golden["c"].get<double>(), .lbfgs = {.tolerance = 1e-5}, .batch_words = 8});
  probe.Fit(compute, data.Rows(), data.Rows(), kPairStream);
  CHECK_THAT(probe.Fitted().value, WithinAbs(golden["objective"].get<double>(), 1e-6));
  CHECK_THAT(probe.Score(compute, data.Rows()).nats, WithinAbs(golden["nats"].get<double>(), 1e-3));
}

// Map 0 points words of class 0 at their heads, map 1 the heads at their dependents of class 1; for
// words of the other class each points elsewhere. Roots are pointed at ROOT. Only who knows the
// class can tell.
PairSentences ByClass(size_t num_sentences, uint64_t seed) {
  RandomSequence draws({.seed = seed, .purpose = Purpose::kTest});
  std::vector<uint32_t> lengths;
  for (size_t s = 0; s < num_sentences; ++s) {
    lengths.push_back(4 + static_cast<uint32_t>(draws.Below(3)));
  }
  PairSentences data(lengths, 2, 1, 1, seed);
  for (size_t s = 0; s < num_sentences; ++s) {
    const size_t n = data.Length(s);
    for (size_t k = 0; k < 2; ++k) std::fill_n(data.maps.Map(s, k).data, n * n, 0.0f);
    for (size_t i = 0; i < n; ++i) {
      const size_t word = data.starts[s] + i;
      const bool second = draws.Chance(0.5);
      data.features[word] = second ? 1.0f : -1.0f;
      size_t head = (i + 1 + draws.Below(n - 1)) % n, other = (i + 1 + draws.Below(n - 1)) % n;
      data.heads[word] = static_cast<int32_t>(i == 0 ? n : head);
      data.maps.Root()(word, 0) = i == 0 ? 1.0f : 0.0f;
      if (i == 0) continue;
      if (second) std::swap(head, other);
      data.maps.Map(s, 0)(i, head) += 1.0f;
      data.maps.Map(s, 1)(other, i) += 1.0f;
    }
  }
  return data;
}

double ShareRight(const ArcScores& scores, const PairSentences& data) {
  size_t right = 0;
  for (size_t w = 0; w < data.heads.size(); ++w) right += scores.predicted[w] == data.heads[w];
  return static_cast<double>(right) / static_cast<double>(data.heads.size());
}

ArcScores FitAndScorePairs(bool words, size_t sentences, size_t threads, uint64_t seed = 1) {
  PairSentences train = ByClass(sentences, 1), dev = ByClass(sentences / 4, 2),
                test = ByClass(60, 3);
  if (!words) train.width = dev.width = test.width = 0;
  ThreadPool pool(threads);
  Compute compute(pool);
  PairProbe probe({.batch_words = 40, .stopping = {.learning_rate = 5e-2, .max_epochs = 10}});
  probe.Fit(compute, train.Rows(), dev.Rows(), {.seed = seed, .purpose = Purpose::kTest});
  return probe.Score(compute, test.Rows());
}

TEST_CASE("Weights that know the words find heads that no constant weights find",
          "[probe][pair_probe]") {
  const PairSentences test = ByClass(60, 3);
  CHECK(ShareRight(FitAndScorePairs(true, 150, 1), test) > 0.97);
  const double alone = ShareRight(FitAndScorePairs(false, 150, 1), test);
  CHECK(alone > 0.5);
  CHECK(alone < 0.85);
}

TEST_CASE("The pair probe is a function of data and seed alone, without words of data alone",
          "[probe][pair_probe]") {
  for (const bool words : {true, false}) {
    const double expected = FitAndScorePairs(words, 20, 1).nats;
    CHECK(FitAndScorePairs(words, 20, 3).nats == expected);
    CHECK((FitAndScorePairs(words, 20, 1, 2).nats == expected) == !words);
  }
}

TEST_CASE("A pair probe without sentences says so", "[probe][pair_probe]") {
  const PairSentences data = ByClass(4, 1);
  ThreadPool pool(1);
  Compute compute(pool);
  PairProbe probe;
  CHECK_THROWS_WITH(
      probe.Fit(compute, data.Rows().Of({}), data.Rows(), kPairStream),
      ContainsSubstring(
          "pair probe: expected sentences to fit on and to choose on, found 0 and 4"));
}

}  // namespace
}  // namespace headscope
