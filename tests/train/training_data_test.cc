#include "train/training_data.h"

#include "datasets/synthetic_language.h"
#include "model/base/file.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("The embedded corpus is the language that the config describes", "[training-data]") {
  for (const double persistence : {0.0, 1.0}) {
    TrainConfig config;
    config.synthetic_documents = 30;
    config.synthetic_seed = 4;
    config.synthetic_persistence = persistence;
    config.vocab_size = 300;
    const SyntheticLanguage language(4, {.persistence = persistence});
    std::string text;
    for (uint64_t i = 0; i < 30; ++i) text += PlainText(language.MakeDocument(i)) + "\n";
    CHECK(LoadTrainingData(config, "", [](const std::string&) {}).corpus_hash == Sha256(text));
  }
}

}  // namespace
}  // namespace headscope
