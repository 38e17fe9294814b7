// What attention, gradient and leave-one-out say of each piece, and how far they agree.
#include "probe/token_scores.h"

#include <cmath>

#include "model/given_attention.h"
#include "model/parameter_set.h"
#include "probe/attention_agreement.h"
#include "tests/support/catch.h"
#include "tests/support/small_classifier.h"
#include "train/divergence.h"
#include "train/example_batches.h"

namespace headscope {
namespace {

constexpr int32_t kClsPiece = 2, kSepPiece = 3;

PretrainedClassifier SmallClassifier() {
  ModelConfig config = TwoLayersThreeHeads();
  ParameterSet parameters(std::make_shared<const ParameterLayout>(ClassifierLayout(config, 3)));
  InitialiseParameters(0.5f, 3, parameters);
  return {config, {"a", "b", "c"}, std::move(parameters), "", true, ClassifierKind::kSequence, {}};
}

EncodedExample SixPieces() {
  EncodedExample example;
  example.ids = {kClsPiece, 7, 9, 5, 12, kSepPiece};
  example.label = 0;
  return example;
}

// Runs one example; `held`: patterns of each layer and head, in place of the model's own.
struct OneRun {
  ThreadPool pool{1};
  Compute compute{pool};
  Encoder encoder;
  ClassifierHead head;
  Activations acts;
  RaggedBatch batch;

  explicit OneRun(const PretrainedClassifier& model)
      : encoder(model.config),
        head(model.config, 3),
        acts(model.config, Activations::Mode::kTraining) {}

  Predictions Run(const ParameterSet& parameters, const EncodedExample& example,
                  const AttentionControl* attention) {
    batch.Clear();
    batch.Add(example.ids, 0);
    ForwardOptions options;
    options.attention = attention;
    acts.Prepare(batch);
    encoder.Forward(compute, parameters, batch, options, acts);
    Predictions outputs{.num_labels = 3, .labels = {0}, .probabilities = {}};
    AppendSoftmax(head.Forward(compute, parameters, batch, {}, options, acts), outputs);
    return outputs;
  }
};

TEST_CASE("Scores of pieces are what they say", "[explain]") {
  const PretrainedClassifier model = SmallClassifier();
  const EncodedExample example = SixPieces();
  ThreadPool pool(2);
  Compute compute(pool);
  TokenScorer scorer(compute, model, kClsPiece, kSepPiece);
  const TokenScores scores = scorer.Score(example);
  REQUIRE(scores.pieces == std::vector<size_t>{1, 2, 3, 4});

  OneRun whole(model);
  const Predictions outputs = whole.Run(model.parameters, example, nullptr);
  const size_t predicted = outputs.Predicted(0);
  const GivenAttention held([&](size_t layer, size_t head, size_t) {
    return ConstMatrix(whole.acts.Square(Hook::kPattern, layer, head, 0));
  });
  OneRun other(model);
  for (size_t i = 0; i < 4; ++i) {
    const size_t piece = scores.pieces[i];
    double attention = 0.0;
    for (size_t h = 0; h < 3; ++h) {
      attention += static_cast<double>(whole.acts.Square(Hook::kPattern, 1, h, 0)(0, piece)) / 3;
    }
    CHECK_THAT(scores.attention[i], WithinAbs(attention, 1e-7));

    // x · dp/dx is the slope of p as x is stretched; no piece occurs twice.
    const auto stretched = [&](float by) {
      ParameterSet moved(model.parameters.SharedLayout());
      std::copy(model.parameters.Data().begin(), model.parameters.Data().end(),
                moved.Data().begin());
      float* const row = moved.At("bert.embeddings.word_embeddings.weight")
                             .Row(static_cast<size_t>(example.ids[piece]));
      for (size_t e = 0; e < model.config.hidden_size; ++e) row[e] *= by;
      return other.Run(moved, example, &held).Of(0)[predicted];
    };
    const double slope = (stretched(1.005f) - stretched(0.995f)) / 0.01;
    CHECK_THAT(scores.gradient[i], WithinAbs(std::abs(slope), 2e-4));
    CHECK(scores.gradient[i] > 0.0);

    EncodedExample shorter = example;
    shorter.ids.erase(shorter.ids.begin() + static_cast<std::ptrdiff_t>(piece));
    CHECK_THAT(scores.leave_one_out[i],
               WithinAbs(TotalVariation(outputs.Of(0),
                                        other.Run(model.parameters, shorter, nullptr).Of(0)),
                         1e-12));
  }
}

TEST_CASE("Of a word that is asked for, its own row is read and it is not left out", "[explain]") {
  PretrainedClassifier model = SmallClassifier();
  EncodedExample example = SixPieces();
  example.query = 2;
  ThreadPool pool(1);
  Compute compute(pool);
  TokenScorer scorer(compute, model, kClsPiece, kSepPiece);
  const TokenScores scores = scorer.Score(example);
  CHECK(scores.pieces == std::vector<size_t>{1, 3, 4});
  OneRun whole(model);
  (void)whole.Run(model.parameters, example, nullptr);
  double attention = 0.0;
  for (size_t h = 0; h < 3; ++h) {
    attention += static_cast<double>(whole.acts.Square(Hook::kPattern, 1, h, 0)(2, 3)) / 3;
  }
  CHECK_THAT(scores.attention[1], WithinAbs(attention, 1e-7));
}

TEST_CASE("Agreement is Kendall's tau of the scores, and undefined for equal ones", "[explain]") {
  const PretrainedClassifier model = SmallClassifier();
  ThreadPool pool(1);
  Compute compute(pool);
  TokenScorer scorer(compute, model, kClsPiece, kSepPiece);
  EncodedSet set;
  set.examples = {SixPieces()};
  set.examples[0].ids = {kClsPiece, 7, 9, 5, 12, 4, 15, 8, 11, kSepPiece};
  const TokenScores scores = scorer.Score(set.examples[0]);
  const auto tau = [](const std::vector<double>& x, const std::vector<double>& y) {
    double sum = 0.0;
    for (size_t i = 0; i < x.size(); ++i) {
      for (size_t j = 0; j < i; ++j) sum += (x[i] > x[j]) == (y[i] > y[j]) ? 1 : -1;
    }
    return sum / static_cast<double>(x.size() * (x.size() - 1) / 2);
  };
  // So that none can stand for another.
  REQUIRE(tau(scores.attention, scores.gradient) != tau(scores.attention, scores.leave_one_out));
  REQUIRE(tau(scores.attention, scores.gradient) != tau(scores.gradient, scores.leave_one_out));
  const auto agreement = AttentionAgreement(scorer, set, 10);
  CHECK_THAT(agreement.at("tau:gradient"),
             WithinAbs(tau(scores.attention, scores.gradient), 1e-12));
  CHECK_THAT(agreement.at("tau:loo"),
             WithinAbs(tau(scores.attention, scores.leave_one_out), 1e-12));
  CHECK_THAT(agreement.at("tau:gradient-loo"),
             WithinAbs(tau(scores.gradient, scores.leave_one_out), 1e-12));

  // Queries and keys of zeros: uniform rows.
  PretrainedClassifier flat = SmallClassifier();
  for (const ParameterSpec& spec : flat.parameters.Layout().Specs()) {
    if (spec.name.find("layer.1.attention.self.query") == std::string::npos) continue;
    std::fill_n(flat.parameters.Data().begin() + static_cast<std::ptrdiff_t>(spec.offset),
                spec.size, 0.0f);
  }
  TokenScorer of_flat(compute, flat, kClsPiece, kSepPiece);
  const auto undefined = AttentionAgreement(of_flat, set, 10);
  CHECK_FALSE(undefined.contains("tau:loo"));
  CHECK_FALSE(undefined.contains("tau:gradient"));
  CHECK(undefined.contains("tau:gradient-loo"));
}

}  // namespace
}  // namespace headscope
