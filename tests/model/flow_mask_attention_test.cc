// The mask of the information flow: its patterns and gradient by definition, and that nothing flows
// where it says so.
#include "model/flow_mask_attention.h"

#include <limits>

#include "model/attention_regime.h"
#include "model/base/random.h"
#include "model/bert_parameters.h"
#include "model/encoder.h"
#include "model/pretrained.h"
#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

constexpr int32_t kStart = 2;
constexpr size_t kLength = 9;

// Pieces 7 and 11 are impermissible.
const std::vector<int32_t> kIds = {kStart, 7, 5, 11, 6, 5, 7, 8, 3};

bool MayAttend(size_t i, size_t j) {
  const auto hidden = [](size_t k) { return kIds[k] == 7 || kIds[k] == 11; };
  return i == 0 || (j != 0 && hidden(i) == hidden(j));
}

AttentionSite Site() {
  return {.layer = 0, .head = 0, .sequence = 0, .sequence_id = 0, .piece_ids = kIds};
}

std::vector<double> RandomScores() {
  const RandomStream stream{2, Purpose::kTest};
  std::vector<double> scores(kLength * kLength);
  for (size_t i = 0; i < scores.size(); ++i) {
    scores[i] = static_cast<double>(static_cast<float>(2.0 * stream.Normal(i)));
  }
  return scores;
}

TEST_CASE("The flow mask's pattern and gradient are those of its definition", "[attention][flow]") {
  const FlowMaskAttention control({11, 7}, kStart);
  const std::vector<double> x = RandomScores();
  const std::vector<float> scores(x.begin(), x.end());
  std::vector<float> pattern(x.size(), std::numeric_limits<float>::quiet_NaN());
  control.Forward(Site(), ConstMatrix(scores.data(), kLength, kLength),
                  Matrix(pattern.data(), kLength, kLength));
  const auto definition = [](const std::vector<Dual>& s) {
    std::vector<Dual> p(s.size(), Dual(0.0));
    for (size_t i = 0; i < kLength; ++i) {
      Dual sum = 0.0;
      for (size_t j = 0; j < kLength; ++j) {
        if (MayAttend(i, j)) sum = sum + exp(s[i * kLength + j]);
      }
      for (size_t j = 0; j < kLength; ++j) {
        if (MayAttend(i, j)) p[i * kLength + j] = exp(s[i * kLength + j]) / sum;
      }
    }
    return p;
  };
  const std::vector<Dual> expected = definition(std::vector<Dual>(x.begin(), x.end()));
  for (size_t k = 0; k < x.size(); ++k) {
    CHECK_THAT(pattern[k], WithinAbs(expected[k].value, 1e-6));
    CHECK((pattern[k] > 0.0f) == MayAttend(k / kLength, k % kLength));
  }
  std::vector<double> cotangent(x.size());
  std::vector<float> dscores(x.size());
  const RandomStream stream{4, Purpose::kTest};
  for (size_t i = 0; i < x.size(); ++i) {
    cotangent[i] = dscores[i] = static_cast<float>(stream.Normal(i));
  }
  control.Backward(Site(), ConstMatrix(pattern.data(), kLength, kLength),
                   ConstMatrix(dscores.data(), kLength, kLength),
                   Matrix(dscores.data(), kLength, kLength));  // in place, as the encoder calls it
  CHECK(RelativeError(dscores, ExactGradient(definition, x, cotangent)) < 1e-6);
  // A masked score has no say at all.
  for (size_t k = 0; k < x.size(); ++k) {
    if (!MayAttend(k / kLength, k % kLength)) CHECK(dscores[k] == 0.0f);
  }
}

TEST_CASE("Under the flow mask hidden pieces reach [CLS] and no other permissible piece",
          "[attention][flow]") {
  const TemporaryDirectory folder;
  const ModelConfig config{.vocab_size = 20,
                           .hidden_size = 16,
                           .num_hidden_layers = 3,
                           .num_attention_heads = 2,
                           .intermediate_size = 24,
                           .max_position_embeddings = 16};
  ParameterSet parameters(std::make_shared<const ParameterLayout>(BertLayout(config)));
  InitialiseParameters(0.4f, 1, parameters);
  // As it comes back from disk.
  const AttentionRegime made("flow-mask:7,11", {.model = config, .cls = kStart, .sep = 3});
  CHECK_FALSE(made.IsLearned());
  made.Save(folder.Path("model"), parameters);
  SavePretrained(config, parameters, {}, folder.Path("model"));
  const PretrainedModel model = LoadPretrained(folder.Path("model"));
  REQUIRE(model.attention != nullptr);
  ThreadPool pool(1);
  Compute compute(pool);
  const Encoder encoder(config);
  const auto states = [&](const std::vector<int32_t>& ids, const AttentionControl* control) {
    RaggedBatch batch;
    batch.Add(ids, 0);
    Activations acts(config, Activations::Mode::kInference);
    acts.Prepare(batch);
    ForwardOptions options;
    options.attention = control;
    encoder.Forward(compute, model.parameters, batch, options, acts);
    const Matrix out = acts.Rows(Hook::kResidPost, config.num_hidden_layers - 1);
    std::vector<std::vector<float>> rows;
    for (size_t i = 0; i < out.rows; ++i) rows.emplace_back(out.Row(i), out.Row(i) + out.cols);
    return rows;
  };
  std::vector<int32_t> other = kIds;
  other[1] = 11;
  for (const bool masked : {true, false}) {
    const AttentionControl* const control = masked ? ControlOf(model.attention) : nullptr;
    const auto before = states(kIds, control), after = states(other, control);
    for (size_t i = 0; i < kLength; ++i) {
      const bool permissible = i != 0 && kIds[i] != 7 && kIds[i] != 11;
      CHECK((before[i] == after[i]) == (masked && permissible));
    }
  }
  CHECK_THROWS_WITH(AttentionRegime("flow-mask", {.model = config}),
                    ContainsSubstring("expected flow-mask:ID"));
  CHECK_THROWS_WITH(AttentionRegime("flow-mask:x", {.model = config}),
                    ContainsSubstring("piece: expected a number"));
}

}  // namespace
}  // namespace headscope
