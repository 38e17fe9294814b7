// Whole trainings under the regimes of attention: the same bits however they run, frozen tensors
// untouched, and a model on disk that is run as it was trained.
#include <cmath>
#include <cstring>
#include <filesystem>

#include "model/attention_regime.h"
#include "model/bert_parameters.h"
#include "model/encoder.h"
#include "model/pretrained.h"
#include "tests/support/catch.h"
#include "tests/support/small_training.h"

namespace headscope {
namespace {

struct RegimeTraining : SmallTraining {
  explicit RegimeTraining(const std::string& attention) {
    config.attention = attention;
    config.steps = 12;
    config.Validate();
  }
};

bool SameBytes(ConstMatrix a, ConstMatrix b) {
  return a.rows * a.cols == b.rows * b.cols &&
         std::memcmp(a.data, b.data, a.rows * a.cols * sizeof(float)) == 0;
}

std::string Self(size_t layer, const char* tensor) {
  return "bert.encoder.layer." + std::to_string(layer) + ".attention.self." + tensor;
}

TEST_CASE(
    "Trainings under every regime have the same bits for every number of threads and interruption",
    "[attention][same-bits][slow]") {
  RegimeTraining source("learned");
  const std::string model = source.Run("source", 1) + "/model";
  for (const std::string& attention :
       {std::string("random:entropy=0.5"), std::string("positional"),
        std::string("permuted@L0H1,L1"), std::string("frozen-qk@L0 uniform@L1H0"),
        std::string("random-trained:length=40"), std::string("frozen-qk@L0H1,L1H0"),
        "constant:" + model + "@L0,L1H1", "random:entropy=" + model + "@L0,L1H0",
        "supplied:" + model + "@H1 random-trained:length=33@L1H0"}) {
    INFO(attention);
    RegimeTraining training(attention);
    const std::string expected = HashesOf(training.Run("one", 1));
    CHECK(HashesOf(training.Run("three", 3)) == expected);
    int asked = 0;
    training.Run("stopped", 2, false, [&] { return asked++ == 7; });
    CHECK(HashesOf(training.Run("stopped", 1, true)) == expected);
  }
}

TEST_CASE("Regimes make different models", "[attention][slow]") {
  RegimeTraining training("learned");
  std::vector<std::string> hashes;
  for (const char* attention : {"learned", "uniform", "random", "random:scale=3", "permuted",
                                "permuted:fixed", "permuted:specials", "frozen-qk", "positional"}) {
    training.config.attention = attention;
    const std::string run = training.Run("run" + std::to_string(hashes.size()), 1);
    hashes.push_back(Sha256OfFile(run + "/model/model.safetensors"));
    CHECK(std::count(hashes.begin(), hashes.end(), hashes.back()) == 1);
  }
}

TEST_CASE("Frozen queries and keys keep their bytes while all else learns", "[attention]") {
  RegimeTraining training("frozen-qk@L1");
  const PretrainedModel trained = LoadPretrained(training.Run("run", 1) + "/model");
  ParameterSet initial(trained.parameters.SharedLayout());
  InitialiseParameters(trained.config.initializer_range, training.config.seed, initial);
  for (const ParameterSpec& spec : initial.Layout().Specs()) {
    const bool frozen = spec.name == Self(1, "query.weight") ||
                        spec.name == Self(1, "query.bias") || spec.name == Self(1, "key.weight") ||
                        spec.name == Self(1, "key.bias");
    INFO(spec.name);
    CHECK(SameBytes(initial.At(spec.name), trained.parameters.At(spec.name)) == frozen);
  }
}

TEST_CASE("Frozen heads keep their queries and keys while the other heads' learn", "[attention]") {
  RegimeTraining training("learned");
  const std::string source = training.Run("source", 1) + "/model";
  training.config.attention = "frozen-qk@L0H1 frozen-qk:" + source + "@L1H0";
  training.config.seed = 9;
  const PretrainedModel trained = LoadPretrained(training.Run("run", 1) + "/model");
  const PretrainedModel other = LoadPretrained(source);
  CHECK(trained.attention == nullptr);
  ParameterSet initial(trained.parameters.SharedLayout());
  InitialiseParameters(trained.config.initializer_range, training.config.seed, initial);
  const size_t width = trained.config.HeadSize();
  for (const size_t layer : {0u, 1u}) {
    for (const char* tensor : {"query.weight", "key.weight", "query.bias", "key.bias"}) {
      const std::string name = Self(layer, tensor);
      const size_t size = trained.parameters.Layout().Find(name).size, half = size / 2;
      const ParameterSet& start = layer == 0 ? initial : other.parameters;
      for (const size_t head : {0u, 1u}) {
        const ConstMatrix ours(trained.parameters.At(name).data + head * half, 1, half);
        const ConstMatrix theirs(start.At(name).data + head * half, 1, half);
        INFO(name << " of head " << head << ", " << width << " wide");
        CHECK(SameBytes(ours, theirs) == (head == (layer == 0 ? 1 : 0)));
      }
    }
  }
  training.config.heads = 4;
  CHECK_THROWS_WITH(training.Run("heads", 1), ContainsSubstring("expected 4 heads, found 2"));
}

TEST_CASE("Frozen tensors have no part in the gradient's norm", "[attention]") {
  // With all queries and keys frozen, the first norm is smaller than with none.
  const auto first_norm = [](const char* attention) {
    RegimeTraining training(attention);
    training.config.steps = 1;
    training.config.log_every = 1;
    const std::string metrics = ReadFile(training.Run("run", 1) + "/metrics.jsonl");
    const std::string key = "\"grad_norm\":";
    return std::stod(metrics.substr(metrics.find(key) + key.size()));
  };
  const double learned = first_norm("learned"), frozen = first_norm("frozen-qk");
  CHECK(frozen < learned);
  CHECK(frozen > 0.5 * learned);
  // A model's queries and keys are those of its heads: squares add up.
  double removed = 0.0;
  for (const char* head :
       {"frozen-qk@L0H0", "frozen-qk@L0H1", "frozen-qk@L1H0", "frozen-qk@L1H1"}) {
    const double without = first_norm(head);
    CHECK(without < learned);
    removed += learned * learned - without * without;
  }
  CHECK_THAT(removed, WithinRel(learned * learned - frozen * frozen, 1e-3));
}

TEST_CASE("Queries and keys of another run are copied and then frozen", "[attention]") {
  RegimeTraining training("learned");
  const std::string source = training.Run("source", 1) + "/model";
  training.config.attention = "frozen-qk:" + source;
  training.config.seed = 9;
  const PretrainedModel first = LoadPretrained(source);
  const PretrainedModel second = LoadPretrained(training.Run("copy", 1) + "/model");
  for (const size_t layer : {0u, 1u}) {
    for (const char* tensor : {"query.weight", "key.weight", "query.bias", "key.bias"}) {
      CHECK(SameBytes(first.parameters.At(Self(layer, tensor)),
                      second.parameters.At(Self(layer, tensor))));
    }
    CHECK_FALSE(SameBytes(first.parameters.At(Self(layer, "value.weight")),
                          second.parameters.At(Self(layer, "value.weight"))));
  }
}

TEST_CASE("A trained model is run under its regime when it is loaded", "[attention]") {
  RegimeTraining training("positional:-1@L0");
  const PretrainedModel model = LoadPretrained(training.Run("run", 1) + "/model");
  REQUIRE(model.attention != nullptr);
  ThreadPool pool(1);
  Compute compute(pool);
  const std::string hook = HookName(Hook::kPattern, 0);
  Activations acts(model.config, Activations::Mode::kInference, {hook});
  RaggedBatch batch;
  batch.Add(std::vector<int32_t>{2, 9, 8, 7, 3}, 0);
  acts.Prepare(batch);
  ForwardOptions options;
  options.attention = ControlOf(model.attention);
  Encoder(model.config).Forward(compute, model.parameters, batch, options, acts);
  const Matrix pattern = acts.Square(Hook::kPattern, 0, 1, 0);
  for (size_t i = 0; i < 5; ++i) CHECK(pattern(i, i == 0 ? 0 : i - 1) == 1.0f);
}

// The patterns of every head on each sequence, layer by layer, [T, T] each.
std::vector<float> PatternsOf(const ModelConfig& config, const ParameterSet& parameters,
                              const AttentionControl* attention, const RaggedBatch& batch) {
  ThreadPool pool(2);
  Compute compute(pool);
  std::vector<std::string> hooks;
  for (size_t l = 0; l < config.num_hidden_layers; ++l) {
    hooks.push_back(HookName(Hook::kPattern, l));
  }
  Activations acts(config, Activations::Mode::kInference, hooks);
  ForwardOptions options;
  options.attention = attention;
  acts.Prepare(batch);
  Encoder(config).Forward(compute, parameters, batch, options, acts);
  std::vector<float> patterns;
  for (const std::string& hook : hooks) {
    for (size_t s = 0; s < batch.NumSequences(); ++s) {
      const Matrix squares = acts.At(hook, s);
      patterns.insert(patterns.end(), squares.data, squares.data + squares.rows * squares.cols);
    }
  }
  return patterns;
}

std::vector<float> PatternsOf(const PretrainedModel& model, const RaggedBatch& batch) {
  return PatternsOf(model.config, model.parameters, ControlOf(model.attention), batch);
}

RaggedBatch TwoSentences() {
  RaggedBatch batch;
  batch.Add(std::vector<int32_t>{2, 9, 8, 7, 3}, 0);
  batch.Add(std::vector<int32_t>{2, 17, 30, 11, 9, 25, 12, 3}, 1);
  return batch;
}

TEST_CASE("Supplied patterns are the other model's, to the bit", "[attention]") {
  RegimeTraining training("learned");
  const std::string source = training.Run("source", 1) + "/model";
  training.config.attention = "supplied:" + source;
  training.config.seed = 5;
  const std::string directory = training.Run("run", 1) + "/model";
  const PretrainedModel first = LoadPretrained(source), second = LoadPretrained(directory);
  CHECK(PatternsOf(first, TwoSentences()) == PatternsOf(second, TwoSentences()));
  CHECK_FALSE(SameBytes(first.parameters.At(Self(0, "value.weight")),
                        second.parameters.At(Self(0, "value.weight"))));
  // The other model is no longer what it was.
  training.config.attention = "learned";
  const std::string other = training.Run("other", 1) + "/model/model.safetensors";
  std::filesystem::copy_file(other, source + "/model.safetensors",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK_THROWS_WITH(LoadPretrained(directory), ContainsSubstring("expected weights of SHA-256"));
}

TEST_CASE("Supplied patterns may be the mean of the heads of another layer", "[attention]") {
  RegimeTraining training("learned");
  const std::string source = training.Run("source", 1) + "/model";
  training.config.attention = "supplied:" + source + ",mean,layer=0@L1";
  const PretrainedModel first = LoadPretrained(source);
  const PretrainedModel second = LoadPretrained(training.Run("run", 1) + "/model");
  // Layer by layer, sequence by sequence, head by head: of lengths 5 and 8.
  const std::vector<float> theirs = PatternsOf(first, TwoSentences());
  const std::vector<float> ours = PatternsOf(second, TwoSentences());
  const size_t heads = first.config.num_attention_heads, layer = heads * (25 + 64);
  REQUIRE(heads == 2);
  for (const auto& [begin, size] : {std::pair<size_t, size_t>{0, 25}, {heads * 25, 64}}) {
    for (size_t i = 0; i < size; ++i) {
      const float mean = (theirs[begin + i] + theirs[begin + size + i]) / 2;
      CHECK(ours[layer + begin + i] == mean);
      CHECK(ours[layer + begin + size + i] == mean);
    }
  }
  CHECK(theirs[0] != theirs[25]);
  training.config.attention = "supplied:" + source + ",layer=2";
  CHECK_THROWS_WITH(training.Run("layers", 1), ContainsSubstring("expected at least 3 layers"));
  training.config.attention = "supplied:" + source + ",average";
  CHECK_THROWS_WITH(training.Run("words", 1), ContainsSubstring("unknown argument \"average\""));
}

TEST_CASE("Trained logits lie beside the model, and the model is run with them", "[attention]") {
  RegimeTraining training("random-trained:length=40@L1");
  const std::string directory = training.Run("run", 1) + "/model";
  const PretrainedModel model = LoadPretrained(directory);
  const ConstMatrix logits = model.parameters.At("attention_control.L1H1.logits");
  CHECK(ReadFile(directory + "/model.safetensors").find("attention_control") == std::string::npos);
  // They moved in training, and a pattern is the softmax of their corner.
  ParameterSet initial(model.parameters.SharedLayout());
  InitialiseParameters(model.config.initializer_range, training.config.seed, initial);
  CHECK_FALSE(SameBytes(logits, initial.At("attention_control.L1H1.logits")));
  double deviation = 0.0;
  const ConstMatrix start = initial.At("attention_control.L1H1.logits");
  for (size_t i = 0; i < 1600; ++i) deviation += std::pow(start.data[i], 2) / 1600;
  CHECK_THAT(std::sqrt(deviation), WithinAbs(1.0, 0.06));
  const std::vector<float> patterns = PatternsOf(model, TwoSentences());
  const float* last = patterns.data() + patterns.size() - 64;  // L1H1 on the second sentence
  double sum = 0.0;
  for (size_t j = 0; j < 8; ++j) sum += std::exp(static_cast<double>(logits(3, j)));
  for (size_t j = 0; j < 8; ++j) {
    CHECK_THAT(last[3 * 8 + j], WithinRel(std::exp(static_cast<double>(logits(3, j))) / sum, 1e-5));
  }
}

// Of one head's patterns, mean over the rows of all sequences.
double EntropyShareOf(const std::vector<float>& patterns, const RaggedBatch& batch, size_t heads,
                      size_t layer, size_t head) {
  double sum = 0.0;
  size_t begin = 0, rows = 0;
  for (size_t l = 0; l <= layer; ++l) {
    for (size_t s = 0; s < batch.NumSequences(); ++s) {
      const size_t length = batch.Length(s);
      const float* const own = patterns.data() + begin + head * length * length;
      begin += heads * length * length;
      if (l < layer) continue;
      rows += length;
      for (size_t i = 0; i < length * length; ++i) {
        const auto p = static_cast<double>(own[i]);
        if (p > 0.0) sum -= p * std::log(p) / std::log(static_cast<double>(length));
      }
    }
  }
  return sum / static_cast<double>(rows);
}

TEST_CASE("Random patterns have the entropy of another model's heads", "[attention]") {
  RegimeTraining training("random:entropy=0.6@L0H0 uniform@L0H1 positional:-1@L1H0");
  const std::string source = training.Run("source", 1) + "/model";
  const PretrainedModel other = LoadPretrained(source);
  const RaggedBatch sample = TwoSentences();
  ThreadPool pool(2);
  Compute compute(pool);
  const AttentionRegime regime("random:entropy=" + source, {.model = other.config, .seed = 21});
  ParameterSet parameters(
      std::make_shared<const ParameterLayout>(regime.Apply(BertLayout(other.config))));
  InitialiseParameters(0.02f, 1, parameters);
  regime.Initialise(
      compute, [&] { return std::vector<RaggedBatch>{sample}; }, parameters);
  const std::vector<float> theirs = PatternsOf(other, sample);
  const std::vector<float> ours = PatternsOf(other.config, parameters, &regime.Control(), sample);
  const auto share = [&](const std::vector<float>& patterns, size_t place) {
    return EntropyShareOf(patterns, sample, 2, place / 2, place % 2);
  };
  CHECK_THAT(share(theirs, 0), WithinAbs(0.6, 1e-4));
  CHECK(share(theirs, 2) == 0.0);
  CHECK(share(theirs, 3) < 0.9999);
  for (const size_t place : {0u, 1u, 3u}) {
    CHECK_THAT(share(ours, place), WithinAbs(share(theirs, place), 1e-4));
  }
  CHECK(share(ours, 2) < 0.01);
  // Where their entropy is ln T, so is ours: L0H1 on both sentences.
  for (size_t i = 0; i < 25; ++i) CHECK(ours[25 + i] == 0.2f);
  for (size_t i = 0; i < 64; ++i) CHECK(ours[50 + 64 + i] == 0.125f);
  // Other places, as many.
  CHECK(ours[0] != theirs[0]);

  // In a training its own inputs are measured, and what comes of it no longer needs the other.
  training.config.attention = "random:entropy=" + source + "@L0H0,L1H1";
  const std::string directory = training.Run("run", 1) + "/model";
  std::filesystem::remove_all(training.temporary.Path("source"));
  const PretrainedModel model = LoadPretrained(directory);
  REQUIRE(model.attention != nullptr);
  // Of its texts some are 33 pieces long, where the other model itself meets its 0.6 within 0.02.
  CHECK_THAT(share(PatternsOf(model, sample), 0), WithinAbs(0.6, 0.01));
  CHECK_THROWS_WITH(training.Run("again", 1), ContainsSubstring(source));
}

TEST_CASE("Constant patterns are another model's mean patterns", "[attention]") {
  RegimeTraining training("learned");
  const std::string source = training.Run("source", 1) + "/model";
  const PretrainedModel model = LoadPretrained(source);
  const RaggedBatch sample = TwoSentences();
  ThreadPool pool(1);
  Compute compute(pool);
  const AttentionRegime regime("constant:" + source, {.model = model.config});
  ParameterSet parameters(
      std::make_shared<const ParameterLayout>(regime.Apply(model.parameters.Layout())));
  regime.Initialise(
      compute, [&] { return std::vector<RaggedBatch>{sample}; }, parameters);

  // Head L0H1 by hand: lengths 5 and 8, of which pieces 0 to 3 and 0 to 6 are no closing [SEP].
  const std::vector<float> patterns = PatternsOf(model, sample);
  const size_t heads = 2;
  const float* five = patterns.data() + 25;
  const float* eight = patterns.data() + heads * 25 + 64;
  const auto mean = [&](size_t i, size_t j) {
    const bool both = i < 4 && j < 4;
    return both ? (five[i * 5 + j] + eight[i * 8 + j]) / 2 : eight[i * 8 + j];
  };
  RaggedBatch six;
  six.Add(std::vector<int32_t>{2, 30, 31, 32, 33, 3}, 0);
  Activations acts(model.config, Activations::Mode::kInference, {HookName(Hook::kPattern, 0)});
  ForwardOptions options;
  options.attention = &regime.Control();
  acts.Prepare(six);
  Encoder(model.config).Forward(compute, parameters, six, options, acts);
  const Matrix pattern = acts.Square(Hook::kPattern, 0, 1, 0);
  const auto check_row = [&](size_t i, std::vector<double> expected) {
    double sum = 0.0;
    for (const double weight : expected) sum += weight;
    for (size_t j = 0; j < 6; ++j) {
      CHECK_THAT(pattern(i, j), WithinRel(expected[j] / sum, 1e-5));
    }
  };
  std::vector<double> row2, row4, closing;
  for (size_t j = 0; j < 5; ++j) {
    row2.push_back(mean(2, j));
    row4.push_back(mean(4, j));
    closing.push_back(j < 4 ? (five[4 * 5 + j] + eight[7 * 8 + j]) / 2 : eight[7 * 8 + j]);
  }
  row2.push_back((five[2 * 5 + 4] + eight[2 * 8 + 7]) / 2);
  row4.push_back(eight[4 * 8 + 7]);
  closing.push_back((five[4 * 5 + 4] + eight[7 * 8 + 7]) / 2);
  check_row(2, row2);
  check_row(4, row4);
  check_row(5, closing);
  // The same for every input, and through a file.
  training.config.attention = "constant:" + source;
  training.config.seed = 4;
  const PretrainedModel constant = LoadPretrained(training.Run("run", 1) + "/model");
  RaggedBatch other;
  other.Add(std::vector<int32_t>{2, 11, 12, 13, 14, 3}, 0);
  CHECK(PatternsOf(constant, six) == PatternsOf(constant, other));
}

}  // namespace
}  // namespace headscope
