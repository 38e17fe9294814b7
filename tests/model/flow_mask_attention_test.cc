// The mask of the information flow: its patterns and gradient by definition, and that nothing flows
// where it says so.
#include "model/flow_mask_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

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

ImpermissiblePieces Hidden() {
  ImpermissiblePieces hidden{.by_id = std::vector<uint8_t>(20)};
  hidden.by_id[7] = hidden.by_id[11] = 1;
  return hidden;
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
  const FlowMaskAttention control(Hidden(), kStart);
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

// [CLS] first text [SEP] second text [SEP], under a mask of one of the texts.
class MaskedPair {
 public:
  explicit MaskedPair(size_t text)
      : text_(text),
        regime_(text == 0 ? "flow-mask:first" : "flow-mask:second",
                {.model = kModel, .cls = kStart, .sep = 3}) {
    InitialiseParameters(0.4f, 1, parameters_);
  }

  bool Hides(size_t row) const { return kTexts[row] == static_cast<int>(text_); }
  // A piece that stands in the hidden text only.
  int32_t HiddenPiece() const { return text_ == 0 ? 5 : 6; }

  // All rows of every hidden state of every layer.
  std::vector<std::vector<float>> States(const std::vector<int32_t>& ids, bool masked) {
    Run(ids, masked);
    std::vector<std::vector<float>> rows(ids.size());
    for (size_t l = 0; l < kModel.num_hidden_layers; ++l) {
      const Matrix out = acts_.Rows(Hook::kResidPost, l);
      for (size_t i = 0; i < out.rows; ++i) {
        rows[i].insert(rows[i].end(), out.Row(i), out.Row(i) + out.cols);
      }
    }
    return rows;
  }

  // The largest slope of a random sum over one row of the output by a piece's embedding.
  float LargestSlope(size_t row, int32_t piece, bool masked) {
    const ForwardOptions options = Run(kPair, masked);
    std::vector<float> values(kPair.size() * kModel.hidden_size);
    const Matrix dx(values.data(), kPair.size(), kModel.hidden_size);
    const RandomStream stream{5, Purpose::kTest};
    for (size_t c = 0; c < dx.cols; ++c) dx(row, c) = static_cast<float>(stream.Normal(c));
    ParameterSet gradients(parameters_.SharedLayout());
    encoder_.Backward(compute_, parameters_, batch_, options, acts_, dx, gradients);
    const ConstMatrix words = gradients.At("bert.embeddings.word_embeddings.weight");
    const auto slopes = std::span(words.Row(static_cast<size_t>(piece)), words.cols);
    float largest = 0.0f;
    for (const float slope : slopes) largest = std::max(largest, std::abs(slope));
    return largest;
  }

  static inline const std::vector<int32_t> kPair = {kStart, 5, 7, 8, 3, 6, 9, 7, 3};

 private:
  static constexpr int kTexts[] = {-1, 0, 0, 0, -1, 1, 1, 1, -1};
  static inline const ModelConfig kModel{.vocab_size = 20,
                                         .hidden_size = 16,
                                         .num_hidden_layers = 3,
                                         .num_attention_heads = 2,
                                         .intermediate_size = 24,
                                         .max_position_embeddings = 16,
                                         .has_mlm_head = false};

  ForwardOptions Run(const std::vector<int32_t>& ids, bool masked) {
    batch_.Clear();
    batch_.Add(ids, 0);
    batch_.segments = {0, 0, 0, 0, 0, 1, 1, 1, 1};
    acts_.Prepare(batch_);
    ForwardOptions options;
    if (masked) options.attention = &regime_.Control();
    encoder_.Forward(compute_, parameters_, batch_, options, acts_);
    return options;
  }

  size_t text_;
  AttentionRegime regime_;
  ParameterSet parameters_{std::make_shared<const ParameterLayout>(BertLayout(kModel))};
  Encoder encoder_{kModel};
  Activations acts_{kModel, Activations::Mode::kTraining};
  RaggedBatch batch_;
  ThreadPool pool_{2};
  Compute compute_{pool_};
};

TEST_CASE("A hidden text of a pair reaches [CLS] and no other permissible piece",
          "[attention][flow]") {
  for (const size_t text : {0u, 1u}) {
    MaskedPair pair(text);
    std::vector<int32_t> other = MaskedPair::kPair;
    other[text == 0 ? 2 : 6] = 14;
    for (const bool masked : {true, false}) {
      const auto before = pair.States(MaskedPair::kPair, masked),
                 after = pair.States(other, masked);
      for (size_t i = 0; i < other.size(); ++i) {
        INFO("text " << text << ", row " << i << (masked ? ", masked" : ""));
        const bool closed = masked && i != 0 && !pair.Hides(i);
        CHECK((before[i] == after[i]) == closed);
        CHECK((pair.LargestSlope(i, pair.HiddenPiece(), masked) == 0.0f) == closed);
      }
    }
    // And the other way round: hidden rows see nothing of the rest.
    other = MaskedPair::kPair;
    other[text == 0 ? 6 : 2] = 14;
    const auto before = pair.States(MaskedPair::kPair, true), after = pair.States(other, true);
    for (size_t i = 1; i < other.size(); ++i) CHECK((before[i] == after[i]) == pair.Hides(i));
  }
}

}  // namespace
}  // namespace headscope
