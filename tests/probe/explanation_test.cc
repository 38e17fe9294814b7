// Experiments on a classifier's attention: permutations are permutations, the adversary's gradient
// is exact, and what it reports can be read again.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/attention_regime.h"
#include "model/base/random.h"
#include "model/encoder.h"
#include "probe/attention_adversary.h"
#include "probe/permutation_test.h"
#include "tests/support/catch.h"
#include "tests/support/reference_bert.h"
#include "train/divergence.h"

namespace headscope {
namespace {

using testing::ReferenceBert;

constexpr int32_t kCls = 2, kSep = 3;

double Magnitude(double x) { return std::abs(x); }
Dual Magnitude(Dual x) { return x.value < 0.0 ? Dual(0.0) - x : x; }

PretrainedClassifier RandomClassifier(float deviation = 0.5f) {
  ModelConfig config{.vocab_size = 30,
                     .hidden_size = 8,
                     .num_hidden_layers = 2,
                     .num_attention_heads = 2,
                     .intermediate_size = 12,
                     .max_position_embeddings = 16};
  config.has_mlm_head = false;
  ParameterSet parameters(std::make_shared<const ParameterLayout>(ClassifierLayout(config, 3)));
  InitialiseParameters(deviation, 3, parameters);
  const RandomStream stream{8, Purpose::kTest};
  for (size_t i = 0; i < parameters.Data().size(); ++i) {
    parameters.Data()[i] += static_cast<float>(0.1 * stream.Normal(i));
  }
  return {config, {"a", "b", "c"}, std::move(parameters), "", true, ClassifierKind::kSequence, {}};
}

EncodedExample RandomExample(uint32_t key, size_t length) {
  const RandomStream stream{5, Purpose::kTest, key};
  EncodedExample example;
  for (size_t i = 0; i < length; ++i) {
    example.ids.push_back(5 + static_cast<int32_t>(stream.Below(i, 25)));
  }
  example.ids.front() = kCls;
  example.ids.back() = kSep;
  example.label = 0;
  return example;
}

struct Fixture {
  PretrainedClassifier model = RandomClassifier();
  ThreadPool pool;
  Compute compute{pool};
  explicit Fixture(size_t threads = 1) : pool(threads) {}
};

TEST_CASE("Divergences have their known values and an exact gradient", "[explain]") {
  const std::vector<float> left{1, 0, 0}, right{0, 0.5f, 0.5f}, third{0.2f, 0.5f, 0.3f};
  CHECK_THAT(JensenShannon(left, right), WithinAbs(std::log(2.0), 1e-12));
  CHECK(JensenShannon(third, third) == 0.0);
  CHECK_THAT(JensenShannon(left, third), WithinAbs(JensenShannon(third, left), 1e-12));
  CHECK_THAT(TotalVariation(std::vector<double>{0.9, 0.1}, std::vector<double>{0.6, 0.4}),
             WithinAbs(0.3, 1e-12));
  const std::vector<double> q{0.25, 0.15, 0.6};
  const auto definition = [&](const std::vector<Dual>& x) {
    Dual sum = 0.0;
    for (size_t j = 0; j < x.size(); ++j) {
      const Dual p = static_cast<double>(third[j]), m = (p + x[j]) / 2.0;
      sum = sum + p * log(p / m) / 2.0 + x[j] * log(x[j] / m) / 2.0;
    }
    return std::vector<Dual>{sum};
  };
  std::vector<double> gradient(3);
  const std::vector<float> q_float(q.begin(), q.end());
  AddJensenShannonGradient(third, q_float, 2.0, gradient);
  CHECK(RelativeError(gradient, ExactGradient(definition, q, {2.0})) < 1e-6);
}

// The objective from its definition, for doubles and duals; `logits` as AdversaryObjective has
// them.
template <typename S>
S ReferenceLoss(const PretrainedClassifier& model, const PatternExperiment& experiment,
                const EncodedExample& example, const AdversaryOptions& options,
                const std::vector<double>& base, const std::vector<S>& logits) {
  using std::exp;
  using std::log;
  const size_t length = example.ids.size();
  const auto& layout = model.parameters.Layout();
  const auto element = [&](size_t i) { return S(static_cast<double>(model.parameters.Data()[i])); };
  ReferenceBert<S> bert(model.config, layout, element);
  bert.fixed_score = [&](size_t l, size_t h, size_t i, size_t j) -> std::optional<S> {
    const auto& rows = experiment.Rows();
    for (size_t r = 0; r < rows.size(); ++r) {
      if (rows[r].layer == l && rows[r].head == h && rows[r].row == i)
        return logits[r * length + j];
    }
    return std::nullopt;
  };
  const std::vector<S> x = bert.Encode(example.ids, false)[0];
  const auto affine = [&](const std::string& name, const std::vector<S>& in) {
    const ParameterSpec& weight = layout.Find(name + ".weight");
    std::vector<S> out;
    for (size_t o = 0; o < weight.shape[0]; ++o) {
      S sum = element(layout.Find(name + ".bias").offset + o);
      for (size_t i = 0; i < in.size(); ++i) {
        sum = sum + element(weight.offset + o * in.size() + i) * in[i];
      }
      out.push_back(sum);
    }
    return out;
  };
  std::vector<S> pooled = affine("bert.pooler.dense", x);
  for (S& v : pooled) v = S(1.0) - S(2.0) / (exp(S(2.0) * v) + S(1.0));
  const std::vector<S> scores = affine("classifier", pooled);
  S total = 0.0, tvd = 0.0, jsd = 0.0;
  for (const S& score : scores) total = total + exp(score);
  for (size_t k = 0; k < scores.size(); ++k) {
    tvd = tvd + Magnitude(exp(scores[k]) / total - S(base[k])) / S(2.0);
  }
  for (size_t r = 0; r < experiment.Rows().size(); ++r) {
    S sum = 0.0;
    for (size_t j = 0; j < length; ++j) sum = sum + exp(logits[r * length + j]);
    for (size_t j = 0; j < length; ++j) {
      const S p = static_cast<double>(experiment.Original(experiment.Rows()[r])[j]);
      const S q = exp(logits[r * length + j]) / sum, m = (p + q) / S(2.0);
      jsd = jsd + (p * log(p / m) + q * log(q / m)) / S(2.0);
    }
  }
  const S rows = static_cast<double>(experiment.Rows().size());
  return S(0.0) - jsd / rows + S(options.penalty) * (tvd - S(options.epsilon));
}

TEST_CASE("The adversary's objective and gradient equal exact differentiation", "[explain]") {
  Fixture f(2);
  const EncodedExample example = RandomExample(1, 7);
  const AdversaryOptions options{.epsilon = 1e-4, .candidates = 3, .penalty = 5.0};
  for (const PatternScope scope : {PatternScope::kLastLayer, PatternScope::kAllLayers}) {
    PatternExperiment experiment(f.compute, f.model, scope);
    AdversaryObjective objective(experiment, example, options);
    const size_t size = objective.Size();
    CHECK(size == (scope == PatternScope::kLastLayer ? 2 * 7 : 2 * 7 * 7 + 2 * 7));
    std::vector<double> logits(3 * size), gradient;
    const RandomStream stream{6, Purpose::kTest};
    for (size_t i = 0; i < logits.size(); ++i) logits[i] = 1.5 * stream.Normal(i);
    const auto values = objective.Evaluate(logits, gradient);
    for (size_t c = 0; c < 3; ++c) {
      REQUIRE(values[c].tvd > options.epsilon);
      const std::vector<double> own(logits.begin() + static_cast<std::ptrdiff_t>(c * size),
                                    logits.begin() + static_cast<std::ptrdiff_t>((c + 1) * size));
      const auto loss = [&](auto point) {
        return ReferenceLoss(f.model, experiment, example, options, objective.Base(), point);
      };
      CHECK_THAT(values[c].loss, WithinRel(loss(own), 1e-4));
      const auto exact = ExactGradient(
          [&](const std::vector<Dual>& x) { return std::vector<Dual>{loss(x)}; }, own, {1.0});
      const std::vector<double> found(
          gradient.begin() + static_cast<std::ptrdiff_t>(c * size),
          gradient.begin() + static_cast<std::ptrdiff_t>((c + 1) * size));
      CHECK(RelativeError(found, exact) < 1e-4);
    }
  }
}

TEST_CASE("Every adversary respects epsilon, and its numbers can be read again", "[explain]") {
  Fixture f;
  for (const PatternScope scope : {PatternScope::kLastLayer, PatternScope::kAllLayers}) {
    PatternExperiment experiment(f.compute, f.model, scope);
    double mean = 0.0;
    for (uint32_t key = 0; key < 8; ++key) {
      const EncodedExample example = RandomExample(key, 5 + key);
      const AdversaryOptions options{
          .epsilon = 0.02, .candidates = 3, .steps = 60, .learning_rate = 0.05};
      const AdversaryResult r = FindAdversary(experiment, example, key, options);
      CHECK(r.tvd <= options.epsilon);
      // Their own patterns again: the same output, the same distance.
      const std::vector<double> base = experiment.Start(example, 1);
      CHECK(base == r.probabilities);
      double jsd = 0.0;
      for (size_t i = 0; i < experiment.Rows().size(); ++i) {
        const PatternRow& row = experiment.Rows()[i];
        CHECK(std::equal(r.original[i].begin(), r.original[i].end(),
                         experiment.Original(row).begin()));
        std::copy(r.adversary[i].begin(), r.adversary[i].end(), experiment.Pattern(0, row).begin());
        jsd += JensenShannon(r.original[i], r.adversary[i]);
        double sum = 0.0;
        for (const float weight : r.adversary[i]) sum += static_cast<double>(weight);
        CHECK_THAT(sum, WithinAbs(1.0, 1e-5));
      }
      CHECK_THAT(jsd / static_cast<double>(experiment.Rows().size()), WithinAbs(r.jsd, 1e-12));
      const std::vector<double> again = experiment.Run();
      CHECK(again == r.adversary_probabilities);
      CHECK_THAT(TotalVariation(base, again), WithinAbs(r.tvd, 1e-12));
      mean += r.jsd / 8;
    }
    CHECK(mean > 0.05);
    CHECK(mean < std::log(2.0));
  }
}

TEST_CASE("The rows that count are those with a path to the output", "[explain]") {
  Fixture f;
  const EncodedExample example = RandomExample(3, 8);
  PatternExperiment experiment(f.compute, f.model, PatternScope::kAllLayers);
  (void)experiment.Start(example, 1);
  (void)experiment.Run();
  experiment.Backward(std::vector<double>{0.7, -1.3, 0.4});
  size_t reached = 0;
  for (size_t l = 0; l < 2; ++l) {
    for (size_t h = 0; h < 2; ++h) {
      for (size_t i = 0; i < 8; ++i) {
        const auto& rows = experiment.Rows();
        const bool counts = std::any_of(rows.begin(), rows.end(), [&](const PatternRow& row) {
          return row.layer == l && row.head == h && row.row == i;
        });
        const auto gradient = experiment.Gradient(0, {l, h, i});
        const bool moves =
            std::any_of(gradient.begin(), gradient.end(), [](float g) { return g != 0.0f; });
        CHECK(moves == counts);
        reached += moves;
      }
    }
  }
  CHECK(reached == 2 * 8 + 2);
}

TEST_CASE("Norms of values are those of what a head writes", "[explain]") {
  Fixture f;
  const EncodedExample example = RandomExample(3, 8);
  PatternExperiment experiment(f.compute, f.model, PatternScope::kLastLayer);
  (void)experiment.Start(example, 1);
  // By another way: a head's output when all of its row looks at piece j, W_O's other columns at 0.
  Activations acts(f.model.config, Activations::Mode::kInference,
                   MatchHookNames(f.model.config, {"*.hook_v"}));
  RaggedBatch batch;
  batch.Add(example.ids, 0);
  acts.Prepare(batch);
  const Encoder encoder(f.model.config);
  encoder.Forward(f.compute, f.model.parameters, batch, {}, acts);
  const ConstMatrix values = acts.Rows(Hook::kV, 1);
  const ConstMatrix output =
      f.model.parameters.At("bert.encoder.layer.1.attention.output.dense.weight");
  for (const PatternRow& row : experiment.Rows()) {
    const auto norms = experiment.ValueNorms(row);
    for (size_t j = 0; j < 8; ++j) {
      double squares = 0.0;
      for (size_t c = 0; c < output.rows; ++c) {
        double sum = 0.0;
        for (size_t d = 4 * row.head; d < 4 * row.head + 4; ++d) {
          sum += static_cast<double>(output(c, d)) * static_cast<double>(values(j, d));
        }
        squares += sum * sum;
      }
      CHECK_THAT(norms[j], WithinRel(std::sqrt(squares), 1e-6));
    }
  }
}

TEST_CASE("An adversary that may move nothing keeps the model's own attention", "[explain]") {
  Fixture f;
  PatternExperiment experiment(f.compute, f.model, PatternScope::kLastLayer);
  const AdversaryOptions options{.epsilon = 0.0, .candidates = 1, .steps = 3};
  const AdversaryResult r = FindAdversary(experiment, RandomExample(0, 9), 0, options);
  CHECK(r.tvd == 0.0);
  CHECK(r.adversary == r.original);
}

TEST_CASE("Permutations shuffle what may move and nothing else", "[explain]") {
  Fixture f;
  for (const PatternScope scope : {PatternScope::kLastLayer, PatternScope::kAllLayers}) {
    for (const bool specials : {false, true}) {
      PatternExperiment experiment(f.compute, f.model, scope);
      const EncodedExample example = RandomExample(4, 12);
      // 19 permutations and the uniform rows fill one batch of copies, which is still there after.
      const PermutationOptions options{
          .permutations = 19, .moves_specials = specials, .cls = kCls, .sep = kSep};
      const PermutationResult r = TestPermutations(experiment, example, 0, options);
      REQUIRE(r.tvds.size() == 19);
      size_t moved = 0;
      for (size_t copy = 0; copy < 19; ++copy) {
        for (const PatternRow& row : experiment.Rows()) {
          std::vector<float> a(experiment.Original(row).begin(), experiment.Original(row).end());
          std::vector<float> b(experiment.Pattern(copy, row).begin(),
                               experiment.Pattern(copy, row).end());
          if (!specials) CHECK((a.front() == b.front() && a.back() == b.back()));
          moved += a != b;
          std::sort(a.begin(), a.end());
          std::sort(b.begin(), b.end());
          CHECK(a == b);
        }
      }
      CHECK(moved == 19 * experiment.Rows().size());
      for (const PatternRow& row : experiment.Rows()) {
        const auto uniform = experiment.Pattern(19, row);
        CHECK(uniform[1] == uniform[10]);
      }
      std::vector<double> sorted = r.tvds;
      std::sort(sorted.begin(), sorted.end());
      CHECK(r.median_tvd == sorted[9]);
      CHECK(sorted.front() > 0.0);
      CHECK(r.max_attention >= 1.0 / (specials ? 12 : 10));
    }
  }
}

TEST_CASE("Permuting moves no output where all pieces say the same", "[explain]") {
  Fixture f;
  for (const char* layer : {"0", "1"}) {
    const std::string name =
        std::string("bert.encoder.layer.") + layer + ".attention.self.value.weight";
    const Matrix weight = f.model.parameters.At(name);
    std::fill_n(weight.data, weight.rows * weight.cols, 0.0f);
  }
  PatternExperiment experiment(f.compute, f.model, PatternScope::kAllLayers);
  const PermutationResult r = TestPermutations(experiment, RandomExample(2, 10), 0,
                                               {.permutations = 10, .cls = kCls, .sep = kSep});
  for (const double tvd : r.tvds) CHECK(tvd < 1e-6);
  CHECK(r.uniform_tvd < 1e-6);
  CHECK(r.flipped == 0.0);
}

TEST_CASE("A model is put to the test under the attention it was trained with", "[explain]") {
  Fixture f;
  f.model.attention =
      std::make_shared<const AttentionRegime>("uniform", AttentionContext{.model = f.model.config});
  PatternExperiment experiment(f.compute, f.model, PatternScope::kAllLayers);
  const PermutationResult r = TestPermutations(experiment, RandomExample(2, 10), 0,
                                               {.permutations = 10, .cls = kCls, .sep = kSep});
  for (const PatternRow& row : experiment.Rows()) CHECK(experiment.Original(row)[3] == 0.1f);
  for (const double tvd : r.tvds) CHECK(tvd == 0.0);
  CHECK_THAT(r.max_attention, WithinRel(1.0 / 8, 1e-6));
}

TEST_CASE("Experiments do not depend on the number of threads", "[explain][bits]") {
  const EncodedExample example = RandomExample(7, 11);
  std::vector<double> numbers[2];
  for (const size_t run : {0u, 1u}) {
    Fixture f(run == 0 ? 1 : 3);
    PatternExperiment experiment(f.compute, f.model, PatternScope::kAllLayers);
    numbers[run] = TestPermutations(experiment, example, 3, {.cls = kCls, .sep = kSep}).tvds;
    const AdversaryResult r = FindAdversary(experiment, example, 3, {.candidates = 2, .steps = 15});
    numbers[run].push_back(r.jsd);
    numbers[run].push_back(r.tvd);
  }
  CHECK(numbers[0].size() == 102);
  CHECK(numbers[0] == numbers[1]);
}

}  // namespace
}  // namespace headscope
