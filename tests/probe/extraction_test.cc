#include "probe/extraction.h"

#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "model/activations.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/bert_parameters.h"
#include "model/safetensors.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

WordPiece SmallWordPiece() {
  std::vector<std::string> pieces{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "."};
  for (char c = 'a'; c <= 'm'; ++c) {
    pieces.push_back(std::string(1, c));
    pieces.push_back(std::string("##") + c);
  }
  return WordPiece(pieces);
}

PretrainedModel SmallModel(size_t vocab_size) {
  ModelConfig config;
  config.vocab_size = vocab_size;
  config.hidden_size = 12;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 3;
  config.intermediate_size = 20;
  config.max_position_embeddings = 9;
  ParameterSet parameters(std::make_shared<const ParameterLayout>(BertLayout(config)));
  InitialiseParameters(0.5f, 3, parameters);
  return {config, std::move(parameters), "", true, {}};
}

std::vector<float> Floats(const SafetensorsFile& file, const std::string& name) {
  std::vector<float> values(file.Find(name).NumElements());
  file.ReadFloats(name, values);
  return values;
}

ExtractionSummary Extract(const PretrainedModel& model, const ExtractionInput& input,
                          const std::vector<std::string>& patterns, const std::string& path,
                          size_t threads = 2) {
  ThreadPool pool(threads);
  Compute compute(pool);
  size_t last_done = 0;
  const ExtractionSummary summary =
      ExtractActivations(compute, model, input, MatchHookNames(model.config, patterns), path,
                         [&](size_t done, size_t) { last_done = done; });
  CHECK(last_done == input.sentences.size());
  return summary;
}

TEST_CASE("A text is read line by line and a treebank word by word", "[extract]") {
  const TemporaryDirectory folder;
  const WordPiece wordpiece = SmallWordPiece();
  WriteFileAtomically(folder.Path("x.txt"), "Abc d.\n\n \r\nabcdefghi\nz");
  const ExtractionInput text = ReadExtractionInput(folder.Path("x.txt"), wordpiece, 9);
  REQUIRE(text.sentences.size() == 2);
  CHECK(text.num_blank == 2);
  CHECK(text.too_long == std::vector<size_t>{3});  // eleven pieces with [CLS] and [SEP]
  CHECK(text.sentences[0].index == 0);
  CHECK(text.sentences[0].ids == std::vector<int32_t>{2, 6, 9, 11, 12, 5, 3});
  CHECK(text.sentences[0].word_ids.empty());
  CHECK(text.sentences[1].index == 4);
  CHECK(text.sentences[1].ids == std::vector<int32_t>{2, 1, 3});

  const std::string words =
      "1\tab\t_\tX\t_\t_\t0\troot\t_\t_\n2-3\tzz\t_\t_\t_\t_\t_\t_\t_\t_\n"
      "2\tc\t_\tX\t_\t_\t1\tdep\t_\t_\n3\tdef\t_\tX\t_\t_\t1\tdep\t_\t_\n\n";
  WriteFileAtomically(folder.Path("x.conllu"), words + words);
  const ExtractionInput bank = ReadExtractionInput(folder.Path("x.conllu"), wordpiece, 9);
  REQUIRE(bank.sentences.size() == 2);
  CHECK(bank.sentences[1].index == 1);
  CHECK(bank.sentences[1].ids == std::vector<int32_t>{2, 6, 9, 10, 12, 15, 17, 3});
  CHECK(bank.sentences[1].word_ids == std::vector<int32_t>{-1, 0, 0, 1, 2, 2, 2, -1});

  WriteFileAtomically(folder.Path("empty.txt"), "\n\n");
  CHECK_THROWS_WITH(ReadExtractionInput(folder.Path("empty.txt"), wordpiece, 9),
                    ContainsSubstring("empty.txt: expected sentences of up to 9 pieces, found none "
                                      "(2 blank lines, 0 longer)"));
}

TEST_CASE("Extracted tensors have their names, shapes and meaning", "[extract]") {
  const TemporaryDirectory folder;
  const PretrainedModel model = SmallModel(32);
  const ExtractionInput input{
      {{0, {2, 6, 7, 8, 3}, {-1, 0, 0, 1, -1}}, {4, {2, 9, 3}, {-1, 0, -1}}}, 0, {1, 2}};
  const ExtractionSummary summary = Extract(model, input, {"*"}, folder.Path("acts"));
  const SafetensorsFile file(folder.Path("acts"));
  const size_t hooks = AllHookNames(model.config).size();
  CHECK(summary.num_tokens == 8);
  CHECK(summary.num_tensors == 2 * (hooks + 2));
  CHECK(file.Entries().size() == summary.num_tensors);
  CHECK(file.Metadata().at("skipped_longer_than_positions") == "1,2");
  CHECK(file.ReadIntegers("4/input_ids") == std::vector<int64_t>{2, 9, 3});
  CHECK(file.ReadIntegers("0/word_ids") == std::vector<int64_t>{-1, 0, 0, 1, -1});
  CHECK(file.Find("0/blocks.1.attn.hook_pattern").ShapeString() == "[3, 5, 5]");
  CHECK(file.Find("4/blocks.0.mlp.hook_post").ShapeString() == "[3, 20]");
  CHECK(file.Find("4/blocks.0.attn.hook_v").ShapeString() == "[3, 12]");
  CHECK(file.Find("0/logits").ShapeString() == "[5, 32]");

  for (const int sentence : {0, 4}) {
    const auto at = [&](const std::string& hook) {
      return Floats(file, fmt::format("{}/{}", sentence, hook));
    };
    const size_t length = sentence == 0 ? 5 : 3;
    const std::vector<float> ids_embedding = at("hook_embed_sum");
    const std::vector<float> scores = at("blocks.1.attn.hook_attn_scores");
    const std::vector<float> pattern = at("blocks.1.attn.hook_pattern");
    const std::vector<float> q = at("blocks.1.attn.hook_q"), k = at("blocks.1.attn.hook_k");
    const std::vector<float> v = at("blocks.1.attn.hook_v"), z = at("blocks.1.attn.hook_z");
    const std::vector<float> normalized = at("mlm_head.ln.hook_normalized"), logits = at("logits");
    const std::vector<int64_t> ids = file.ReadIntegers(fmt::format("{}/input_ids", sentence));
    const ConstMatrix words = model.parameters.At("bert.embeddings.word_embeddings.weight");
    const ConstMatrix places = model.parameters.At("bert.embeddings.position_embeddings.weight");
    const ConstMatrix segments =
        model.parameters.At("bert.embeddings.token_type_embeddings.weight");
    for (size_t i = 0; i < length; ++i) {
      const size_t id = static_cast<size_t>(ids[i]);
      CHECK_THAT(ids_embedding[i * 12 + 7],
                 WithinAbs(words(id, 7) + places(i, 7) + segments(0, 7), 1e-6));
      // Logits are the normalised state against the embedding of each piece (the head's bias is 0).
      double logit = 0.0;
      for (size_t c = 0; c < 12; ++c) logit += normalized[i * 12 + c] * words(30, c);
      CHECK_THAT(logits[i * 32 + 30], WithinAbs(logit, 1e-5));
      for (size_t head = 0; head < 3; ++head) {
        const size_t row = (head * length + i) * length;
        double total = 0.0, mixed = 0.0;
        for (size_t j = 0; j < length; ++j) {
          double score = 0.0;
          for (size_t d = 0; d < 4; ++d)
            score += q[i * 12 + head * 4 + d] * k[j * 12 + head * 4 + d];
          CHECK_THAT(scores[row + j], WithinAbs(score / 2.0, 1e-5));  // sqrt(4) = 2
          total += pattern[row + j];
          mixed += pattern[row + j] * v[j * 12 + head * 4 + 1];
        }
        CHECK_THAT(total, WithinAbs(1.0, 1e-6));
        CHECK_THAT(z[i * 12 + head * 4 + 1], WithinAbs(mixed, 1e-5));
      }
    }
  }
}

TEST_CASE("A sentence's activations are the same bits in any company and on any threads",
          "[extract]") {
  const TemporaryDirectory folder;
  const PretrainedModel model = SmallModel(32);
  ExtractionInput input;
  for (size_t s = 0; s < 200; ++s) {  // several batches
    ExtractionSentence sentence{s, {2}, {}};
    for (size_t i = 0; i < s % 7 + 1; ++i) {
      sentence.ids.push_back(static_cast<int32_t>((s * 5 + i) % 32));
    }
    input.sentences.push_back(sentence);
  }
  Extract(model, input, {"*"}, folder.Path("together"), 3);
  const SafetensorsFile together(folder.Path("together"));
  for (const size_t s : {size_t{0}, size_t{1}, size_t{101}, size_t{199}}) {
    Extract(model, {{input.sentences[s]}, 0, {}}, {"*"}, folder.Path("alone"), 1);
    const SafetensorsFile alone(folder.Path("alone"));
    for (const SafetensorsEntry& entry : alone.Entries()) {
      INFO(entry.name);
      CHECK(alone.ReadBytes(entry.name) == together.ReadBytes(entry.name));
    }
  }
}

TEST_CASE("Nothing is left behind when the output cannot be written", "[extract]") {
  const TemporaryDirectory folder;
  const PretrainedModel model = SmallModel(32);
  const ExtractionInput input{{{0, {2, 40, 3}, {}}}, 0, {}};  // 40 is no piece of this model
  ThreadPool pool(1);
  Compute compute(pool);
  const auto ignore = [](size_t, size_t) {};
  CHECK_THROWS_AS(
      ExtractActivations(compute, model, input, {"logits"}, folder.Path("acts"), ignore), Error);
  CHECK(ListFiles(folder.Root(), "").empty());
  CHECK_THROWS_WITH(
      ExtractActivations(compute, model, input, {"logits"}, folder.Path("no/acts"), ignore),
      ContainsSubstring("no/acts: cannot create"));
}

double MaxDifference(const std::vector<float>& found, const std::vector<float>& expected) {
  REQUIRE(found.size() == expected.size());
  double most = 0.0;
  for (size_t i = 0; i < found.size(); ++i) {
    most = std::fmax(most, std::abs(static_cast<double>(found[i]) - expected[i]));
  }
  return most;
}

// What make_extract_goldens.py keeps of a tensor.
std::vector<float> Selected(const std::vector<float>& values, const std::vector<size_t>& shape) {
  std::vector<float> selected;
  if (shape.size() == 2) {
    for (size_t row = 0; row < shape[0]; ++row) {
      for (size_t c = 0; c < shape[1]; c += 37) selected.push_back(values[row * shape[1] + c]);
    }
    return selected;
  }
  for (size_t head = 0; head < shape[0]; ++head) {
    for (size_t row = 0; row < shape[1]; row += 5) {
      const size_t start = (head * shape[1] + row) * shape[2];
      for (size_t c = 0; c < shape[2]; c += 3) selected.push_back(values[start + c]);
    }
  }
  return selected;
}

TEST_CASE("A pretrained model's activations equal HuggingFace's", "[extract][parity]") {
  const std::string directory = SharedPath("models/all-minilm-l6-v2");
  if (directory.empty()) {
    WARN("skipped: ../shared/models/all-minilm-l6-v2 is not here");
    return;
  }
  const TemporaryDirectory folder;
  const PretrainedModel model = LoadPretrained(directory);
  CHECK_FALSE(model.config.has_mlm_head);
  CHECK(model.ignored.size() == 3);  // the pooler and position_ids
  const WordPiece wordpiece = WordPiece::FromFile(model.VocabPath(), model.lower_case);
  const SafetensorsFile golden(GoldenPath("extract/minilm.safetensors"));
  size_t num_compared = 0;
  for (const std::string input_name : {"lines.txt", "words.conllu"}) {
    const ExtractionInput input =
        ReadExtractionInput(GoldenPath("extract/" + input_name), wordpiece, 512);
    Extract(
        model, input,
        {"hook_full_embed", "blocks.*.hook_normalized_resid_post", "blocks.*.attn.hook_pattern"},
        folder.Path("acts"));
    const SafetensorsFile acts(folder.Path("acts"));
    for (const SafetensorsEntry& entry : acts.Entries()) {
      const std::string expected_name = input_name + "/" + entry.name;
      INFO(expected_name);
      ++num_compared;
      if (entry.dtype == "I32") {
        REQUIRE(acts.ReadIntegers(entry.name) == golden.ReadIntegers(expected_name));
      } else {
        const std::vector<float> found = Selected(Floats(acts, entry.name), entry.shape);
        CHECK(MaxDifference(found, Floats(golden, expected_name)) <= 1e-4);
      }
    }
  }
  CHECK(num_compared == golden.Entries().size());
}

}  // namespace
}  // namespace headscope
