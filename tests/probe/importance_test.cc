#include <cmath>

#include "model/base/random.h"
#include "model/bert_parameters.h"
#include "probe/importance_probe.h"
#include "probe/mask_gradient.h"
#include "probe/masked_sentences.h"
#include "probe/ratio_accumulator.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"

namespace headscope {
namespace {

constexpr size_t kNumHeads = 6;  // 2 layers of 3

// A model of uneven shape with large weights everywhere, and sentences with masked rows.
struct MaskedModel {
  ModelConfig config{.vocab_size = 23,
                     .hidden_size = 12,
                     .num_hidden_layers = 2,
                     .num_attention_heads = 3,
                     .intermediate_size = 19,
                     .max_position_embeddings = 9};
  ParameterSet weights{std::make_shared<ParameterLayout>(BertLayout(config))};
  MaskedBatch masked;
  ThreadPool pool{2};
  Compute compute{pool};

  MaskedModel() {
    InitialiseParameters(0.3f, 5, weights);
    const RandomStream stream{5, Purpose::kTest};
    for (size_t i = 0; i < weights.Data().size(); ++i) {
      weights.Data()[i] += static_cast<float>(0.2 * stream.Normal(i));
    }
    masked.batch.Add(std::vector<int32_t>{3, 9, 17, 3, 22}, 4);
    masked.batch.Add(std::vector<int32_t>{0, 2, 4, 6, 8, 10, 12}, 9);
    masked.positions = {1, 4, 6, 9, 11};
    masked.labels = {7, 0, 22, 13, 13};
  }

  std::vector<double> Losses(const Intervention* intervention) {
    SentenceLosses model(config, weights, nullptr, Activations::Mode::kInference);
    std::vector<double> losses;
    model.Run(compute, masked, intervention, losses);
    return losses;
  }

  // The losses with what head `head` writes at `row` (or everywhere, for row = -1) times xi.
  std::vector<double> LossesAt(size_t head, int row, float xi) {
    const Intervention intervention = [&](const HookPoint& point, Matrix value) {
      if (point.hook != Hook::kZ || point.layer != head / 3) return;
      for (size_t r = 0; r < value.rows; ++r) {
        if (row >= 0 && static_cast<size_t>(row) != r) continue;
        for (size_t c = 0; c < 4; ++c) value(r, head % 3 * 4 + c) *= xi;
      }
    };
    return Losses(&intervention);
  }

  // dL/dxi of every sentence by central differences.
  std::vector<double> Slopes(size_t head, int row) {
    constexpr float kStep = 0.01f;
    const auto above = LossesAt(head, row, 1.0f + kStep);
    const auto below = LossesAt(head, row, 1.0f - kStep);
    std::vector<double> slopes;
    for (size_t s = 0; s < above.size(); ++s) {
      slopes.push_back((above[s] - below[s]) / (2.0 * static_cast<double>(kStep)));
    }
    return slopes;
  }

  MaskGradients Gradients() {
    Clusters clusters(0);
    for (size_t input = 0; input < 10; ++input) clusters.Add(0);
    return MeasureMaskGradients(compute, config, weights, nullptr, std::span(&masked, 1), clusters);
  }
};

TEST_CASE("Mask gradients are the slopes of the loss in the mask, by sentence and by token",
          "[probe]") {
  MaskedModel model;
  const MaskGradients gradients = model.Gradients();
  CHECK(gradients.sentences == 2.0);
  CHECK(gradients.tokens == 12.0);
  for (size_t head = 0; head < kNumHeads; ++head) {
    INFO("head " << head);
    const auto slopes = model.Slopes(head, -1);
    const double mean = 0.5 * (std::abs(slopes[0]) + std::abs(slopes[1]));
    CHECK_THAT(gradients.by_sentence[head].Ratio(), WithinAbs(mean, 2e-4 + 0.005 * mean));
    CHECK(gradients.by_sentence[head].Denominator() == 2.0);
    double token_sum = 0.0;
    for (int row = 0; row < 12; ++row) {
      const auto of_token = model.Slopes(head, row);
      token_sum += std::abs(of_token[row < 5 ? 0 : 1]);
    }
    CHECK_THAT(gradients.token_sums[head], WithinAbs(token_sum, 2e-3 + 0.005 * token_sum));
  }
}

TEST_CASE("A head is gone when its columns of the output projection are", "[probe]") {
  MaskedModel model;
  const auto whole = model.Losses(nullptr);
  for (size_t head = 0; head < kNumHeads; ++head) {
    std::vector<char> removed(kNumHeads, 0);
    removed[head] = 1;
    const Intervention intervention = WithoutHeads(model.config, removed);
    const auto ablated = model.Losses(&intervention);
    MaskedModel cut;
    const auto views = ViewBert(cut.config, cut.weights);
    const Matrix output = views.layers[head / 3].attention_output.weight;
    for (size_t row = 0; row < output.rows; ++row) {
      for (size_t c = 0; c < 4; ++c) output(row, head % 3 * 4 + c) = 0.0f;
    }
    CHECK(ablated == cut.Losses(nullptr));
    CHECK(ablated != whole);
  }
}

TEST_CASE("Value norms are those of the definition", "[probe]") {
  MaskedModel model;
  const MaskGradients gradients = model.Gradients();
  Activations acts(model.config, Activations::Mode::kTraining,
                   {"blocks.0.attn.hook_pattern", "blocks.1.attn.hook_pattern"});
  acts.Prepare(model.masked.batch);
  Encoder(model.config).Forward(model.compute, model.weights, model.masked.batch, {}, acts);
  const auto views = ViewBert(model.config, std::as_const(model.weights));
  for (size_t head = 0; head < kNumHeads; ++head) {
    const size_t layer = head / 3;
    double sum = 0.0;
    for (size_t s = 0; s < 2; ++s) {
      const ConstMatrix pattern = acts.Square(Hook::kPattern, layer, head % 3, s);
      for (size_t i = 0; i < pattern.rows; ++i) {
        for (size_t j = 0; j < pattern.cols; ++j) {
          const float* v =
              acts.Rows(Hook::kV, layer).Row(model.masked.batch.offsets[s] + j) + head % 3 * 4;
          double square = 0.0;
          for (size_t c = 0; c < 12; ++c) {
            double written = 0.0;
            for (size_t d = 0; d < 4; ++d) {
              written += static_cast<double>(
                             views.layers[layer].attention_output.weight(c, head % 3 * 4 + d)) *
                         static_cast<double>(v[d]);
            }
            square += written * written;
          }
          sum += static_cast<double>(pattern(i, j)) * std::sqrt(square);
        }
      }
    }
    CHECK_THAT(gradients.value_norms[head].Ratio(), WithinRel(sum / 12.0, 1e-9));
  }
}

TEST_CASE(
    "Importance is normalised within layers; the released protocol counts the last layer by "
    "sentence",
    "[probe]") {
  MaskGradients gradients;
  gradients.by_sentence.resize(4);
  const double sums[] = {3, 4, 6, 8};
  for (size_t k = 0; k < 4; ++k) gradients.by_sentence[k].Add(0, sums[k], 2.0);
  gradients.token_sums = {5, 12, 9, 0};
  gradients.tokens = 10.0;
  gradients.sentences = 2.0;
  const auto paper = NormalisedImportance(gradients, 2, ImportanceProtocol::kPaper);
  const auto released = NormalisedImportance(gradients, 2, ImportanceProtocol::kReleased);
  const double expected_paper[] = {0.6, 0.8, 0.6, 0.8};
  const double expected_released[] = {5.0 / 13, 12.0 / 13, 1.0, 0.0};
  for (size_t k = 0; k < 4; ++k) {
    CHECK_THAT(paper[k], WithinAbs(expected_paper[k], 1e-12));
    CHECK_THAT(released[k], WithinAbs(expected_released[k], 1e-12));
  }
}

TEST_CASE("Masked sentences are evenly spread and their masks depend on no batch", "[probe]") {
  const WordPiece word_piece = WordPiece::FromFile(GoldenPath("wordpiece_vocab.txt"), true);
  const Masker masker(word_piece, MaskUnit::kWholeWord, 0.15);
  std::vector<WordInput> inputs;
  for (int k = 0; k < 20; ++k) {
    inputs.push_back(EncodeWordInput(word_piece, {"the", "dog", "barks", "at", "the", "man"}));
  }
  const auto whole = MaskSentences(inputs, 5, masker, 3, 1000);
  const auto cut = MaskSentences(inputs, 5, masker, 3, 10);
  REQUIRE(whole.size() == 1);
  CHECK(whole[0].batch.sequence_ids == std::vector<uint32_t>{0, 4, 8, 12, 16});
  CHECK(cut.size() == 5);
  std::vector<int32_t> labels;
  for (const MaskedBatch& masked : cut) {
    labels.insert(labels.end(), masked.labels.begin(), masked.labels.end());
  }
  CHECK(labels == whole[0].labels);
  CHECK(labels.size() >= 5);
  CHECK(MaskSentences(inputs, 50, masker, 3, 1000)[0].batch.NumSequences() == 20);
}

PretrainedModel ModelOfPieces(const WordPiece& word_piece) {
  ModelConfig config{.vocab_size = word_piece.Size(),
                     .hidden_size = 12,
                     .num_hidden_layers = 2,
                     .num_attention_heads = 3,
                     .intermediate_size = 19,
                     .max_position_embeddings = 16};
  PretrainedModel model{
      config, ParameterSet(std::make_shared<ParameterLayout>(BertLayout(config))), "", true, {}};
  InitialiseParameters(0.3f, 5, model.parameters);
  return model;
}

TEST_CASE(
    "Pruning curves start at the whole model's loss and end without heads, whatever the order",
    "[probe]") {
  const WordPiece word_piece = WordPiece::FromFile(GoldenPath("wordpiece_vocab.txt"), true);
  const PretrainedModel model = ModelOfPieces(word_piece);
  std::vector<std::string> sentences(4, "the/DET/2/det dog/NOUN/3/nsubj barks/VERB/0/root");
  sentences.push_back("we/PRON/2/nsubj saw/VERB/0/root the/DET/4/det man/NOUN/2/obj");
  const Treebank treebank = MakeTreebank({sentences});
  ThreadPool pool(2);
  const auto measure = [&](ImportanceProtocol protocol) {
    return MeasureImportance(model, word_piece, treebank, treebank, {100, protocol, 1, 12}, pool,
                             [](const std::string&) {});
  };
  const ImportanceResults results = measure(ImportanceProtocol::kPaper);
  CHECK(results.dev_sentences == 5);
  CHECK(results.test_sentences == 5);
  REQUIRE(results.heads.size() == kNumHeads);
  REQUIRE(results.least_first.size() == kNumHeads + 1);
  for (const auto* curve : {&results.least_first, &results.most_first, &results.random_order}) {
    CHECK(curve->front().loss.value == results.loss.value);
    CHECK(curve->back().removed == kNumHeads);
    CHECK(curve->back().loss.value == results.least_first.back().loss.value);
  }
  // Without the least important head the loss rises by what its ablation says.
  size_t least = 0;
  for (size_t k = 1; k < kNumHeads; ++k) {
    if (results.heads[k].normalised < results.heads[least].normalised) least = k;
  }
  CHECK_THAT(results.least_first[1].loss.value - results.loss.value,
             WithinAbs(results.heads[least].ablation.value, 1e-12));
  for (const HeadImportance& head : results.heads) {
    CHECK(head.gradient.n == 5);
    CHECK(head.ablation_p >= 0.0);
  }
  CHECK(measure(ImportanceProtocol::kReleased).heads[0].normalised != results.heads[0].normalised);
}

TEST_CASE("Documents are the clusters of losses, ablations and mask gradients",
          "[probe][statistics]") {
  const WordPiece word_piece = WordPiece::FromFile(GoldenPath("wordpiece_vocab.txt"), true);
  const PretrainedModel model = ModelOfPieces(word_piece);
  const std::string kinds[] = {"the/DET/2/det dog/NOUN/3/nsubj barks/VERB/0/root",
                               "we/PRON/2/nsubj saw/VERB/0/root the/DET/4/det man/NOUN/2/obj",
                               "the/DET/2/det man/NOUN/3/nsubj saw/VERB/0/root"};
  std::vector<std::vector<std::string>> documents;
  std::vector<size_t> document_of;
  for (size_t d = 0; d < 11; ++d) {
    documents.emplace_back(2 + d % 3, kinds[d % 3]);
    document_of.insert(document_of.end(), 2 + d % 3, d);
  }
  const Treebank treebank = MakeTreebank(documents);
  ThreadPool pool(1);
  const ImportanceResults results =
      MeasureImportance(model, word_piece, treebank, treebank, {100, ImportanceProtocol::kPaper, 1},
                        pool, [](const std::string&) {});
  CHECK(results.test_clusters.name == "documents");
  CHECK(results.test_clusters.count == 11);
  std::vector<WordInput> inputs;
  for (const Document& document : treebank.documents) {
    for (const Sentence& sentence : document.sentences) {
      std::vector<std::string> words;
      for (const Word& word : sentence.words) words.push_back(word.form);
      inputs.push_back(EncodeWordInput(word_piece, words));
    }
  }
  const Masker masker(word_piece, MaskUnit::kWholeWord, 0.15);
  const auto batches = MaskSentences(inputs, 100, masker, 1, 2048);
  REQUIRE(batches.size() == 1);
  REQUIRE(InputsWithTargets(batches).size() == inputs.size());
  Compute compute(pool);
  SentenceLosses losses(model.config, model.parameters, nullptr, Activations::Mode::kInference);
  std::vector<double> whole, without;
  losses.Run(compute, batches[0], nullptr, whole);
  const Intervention gone = WithoutHeads(model.config, {0, 0, 0, 0, 1, 0});
  losses.Run(compute, batches[0], &gone, without);
  RatioAccumulator loss, rise;
  for (size_t s = 0; s < whole.size(); ++s) {
    loss.Add(document_of[s], whole[s], 1.0);
    rise.Add(document_of[s], without[s] - whole[s], 1.0);
  }
  CHECK(results.loss.low == loss.Interval().low);
  CHECK(results.loss.high == loss.Interval().high);
  CHECK(results.heads[4].ablation.low == rise.Interval().low);
  CHECK(results.least_first[0].loss.high == loss.Interval().high);
  const MaskGradients gradients =
      MeasureMaskGradients(compute, model.config, model.parameters, nullptr, batches, [&] {
        Clusters clusters(11);
        for (const size_t d : document_of) clusters.Add(d);
        return clusters;
      }());
  CHECK(gradients.by_sentence[4].NumClusters() == 11);
  CHECK(results.heads[4].gradient.low == gradients.by_sentence[4].Interval().low);
}

TEST_CASE("The joint table chooses a head's relation on dev and scores it on test", "[probe]") {
  HeadProbeResults results;
  results.model.layers = 1;
  results.model.heads = 4;
  // Two relations of 100 in both files; correct of (head, direction), offsets 20 and 50%.
  results.dev_counts = {{"det", "obj"},
                        {100, 100},
                        {30, 0, 10, 0, 40, 0, 0, 60, /* obj */ 55, 0, 50, 50, 60, 0, 80, 0}};
  results.test_counts = {{"det", "obj"},
                         {100, 100},
                         {25, 0, 11, 0, 45, 0, 0, 55, /* obj */ 99, 0, 52, 51, 61, 0, 80, 0}};
  for (const char* name : {"obj", "det"}) {
    RelationResult row;
    row.relation = name;
    row.offset_dev_accuracy = name[0] == 'o' ? 0.5 : 0.2;
    row.offset_accuracy.value = row.offset_dev_accuracy + 0.01;
    results.relations.push_back(row);
  }
  ImportanceResults importance;
  const double ablations[] = {0.1, 0.2, 0.3, 0.4};
  for (size_t k = 0; k < 4; ++k) {
    importance.heads.push_back({{0.5, 0, 0, 1}, 0.1, {ablations[k], 0, 0, 1}, 1.0, {1, 1, 1, 1}});
    results.atlas.trees.heads[static_cast<size_t>(TreeMeasure::kUuas)].push_back(
        {0.9 - ablations[k], 0, 0, 1});
  }
  const JointTable table = MakeJointTable(results, importance);
  REQUIRE(table.heads.size() == 4);
  CHECK(table.heads[0].relation == "det");  // +10 on dev; obj is 99 on test alone
  CHECK_THAT(table.heads[0].scores[0], WithinAbs(0.04, 1e-12));
  CHECK(table.heads[1].relation == "obj");
  CHECK(table.heads[2].relation == "det");
  CHECK(table.heads[3].relation == "det");  // +40, head->dep, against +30
  CHECK(table.heads[3].direction == 1);
  const auto rho = [&](JointScore a, JointScore b) {
    return table.correlations[static_cast<size_t>(a) * kNumJointScores + static_cast<size_t>(b)];
  };
  CHECK_THAT(rho(JointScore::kUuas, JointScore::kAblation).value, WithinAbs(-1.0, 1e-12));
  CHECK(std::isnan(rho(JointScore::kGradient, JointScore::kAblation).value));
  CHECK_THAT(rho(JointScore::kRelation, JointScore::kAblation).value, WithinAbs(0.8, 1e-12));
}

}  // namespace
}  // namespace headscope
