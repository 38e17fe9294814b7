// Fine-tunings that classify one word of each text.
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "model/base/file.h"
#include "model/classifier.h"
#include "tests/support/catch.h"
#include "tests/support/silent_stream.h"
#include "tests/support/temporary_directory.h"
#include "train/finetune_run.h"

namespace headscope {
namespace {

struct TokenTask {
  TemporaryDirectory folder;
  FinetuneConfig config;
  FinetuneData data;
  SilentStream silence;

  explicit TokenTask(const std::string& task) {
    config.task = task;
    config.size = "nano";
    config.vocab_size = 300;
    config.batch = 16;
    config.epochs = 1;
    config.lr = 2e-3;
    config.dropout = 0.0;
    config.max_length = 64;
  }
  void Load() {
    data = LoadFinetuneData(config, "", [](const std::string&) {});
  }
  FinetuneResult Run(const std::string& name, size_t threads = 1) const {
    return RunFinetune(config, data,
                       {folder.Path(name), false, threads, silence.Get(), [] { return false; }});
  }
};

// Each example asks for a place drawn by its index; the label is the parity of the piece there.
void AskForParity(EncodedSet& set) {
  for (size_t i = 0; i < set.examples.size(); ++i) {
    EncodedExample& example = set.examples[i];
    example.query = static_cast<uint32_t>(1 + i * 7 % (example.ids.size() - 2));
    example.label = example.ids[example.query] % 2;
  }
}

TEST_CASE("A token classifier learns the class of the word asked for, at its place",
          "[finetune][token][slow]") {
  TokenTask f("synth:relational:agreement,train=800,dev=100,test=400");
  f.config.epochs = 3;
  f.Load();
  for (EncodedSet* set : {&f.data.train, &f.data.dev, &f.data.test}) AskForParity(*set);
  const FinetuneResult result = f.Run("run");
  CHECK(result.test.NumCorrect() >= 370);
  CHECK(LoadClassifier(f.folder.Path("run/model")).kind == ClassifierKind::kToken);
}

TEST_CASE("A token classifier's run has the same bits on every number of threads",
          "[finetune][token][bits][slow]") {
  TokenTask f("synth:relational:pronoun,train=200,dev=40,test=40");
  f.config.dropout = 0.1;
  f.Load();
  f.Run("one", 1);
  f.Run("three", 3);
  for (const char* file : {"/model/model.safetensors", "/metrics.jsonl", "/predictions.jsonl"}) {
    CHECK(Sha256OfFile(f.folder.Path("one") + file) == Sha256OfFile(f.folder.Path("three") + file));
  }
}

// The largest difference of two partners' probabilities.
double LargestDifference(const Predictions& test) {
  double largest = 0.0;
  for (size_t i = 0; i < test.Size(); i += 2) {
    for (size_t k = 0; k < test.num_labels; ++k) {
      const double difference = test.probabilities[i * test.num_labels + k] -
                                test.probabilities[(i + 1) * test.num_labels + k];
      largest = std::max(largest, std::abs(difference));
    }
  }
  return largest;
}

TEST_CASE(
    "Without positions and with uniform attention partners are the same; with one they are not",
    "[finetune][token][slow]") {
  TokenTask f("synth:relational:recall,train=400,dev=40,test=200");
  f.config.attention = "uniform";
  f.config.positions = false;
  f.Load();
  const FinetuneResult blind = f.Run("blind");
  CHECK(LargestDifference(blind.test) < 1e-6);
  CHECK(blind.test.NumCorrect() <= 100);
  const PretrainedClassifier model = LoadClassifier(f.folder.Path("blind/model"));
  const ConstMatrix positions = model.parameters.At("bert.embeddings.position_embeddings.weight");
  for (size_t i = 0; i < positions.rows; ++i) {
    for (size_t j = 0; j < positions.cols; ++j) REQUIRE(positions(i, j) == 0.0f);
  }
  f.config.positions = true;
  CHECK(LargestDifference(f.Run("positions").test) > 1e-5);
}

TEST_CASE("A pretrained model's positions are left out, too", "[finetune][token]") {
  TokenTask f("synth:relational:recall,train=32,dev=16,test=16");
  f.Load();
  f.Run("scratch");
  f.config.model = f.folder.Path("scratch/model");
  f.config.positions = false;
  f.Load();
  f.Run("tuned");
  const PretrainedClassifier tuned = LoadClassifier(f.folder.Path("tuned/model"));
  CHECK(tuned.parameters.At("bert.embeddings.position_embeddings.weight")(3, 4) == 0.0f);
}

TEST_CASE("A text that would lose pieces beside a word asked for is refused", "[finetune][token]") {
  TokenTask f("synth:relational:recall,train=32,dev=16,test=16");
  f.config.max_length = 16;
  CHECK_THROWS_WITH(f.Load(), ContainsSubstring("as one of its words is asked for"));
}

}  // namespace
}  // namespace headscope
