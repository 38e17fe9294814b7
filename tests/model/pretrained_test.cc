#include "model/pretrained.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>

#include "model/base/error.h"
#include "model/base/file.h"
#include "model/bert_parameters.h"
#include "model/config_json.h"
#include "model/safetensors.h"
#include "model/safetensors_writer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

ModelConfig UnevenConfig() {
  ModelConfig config;
  config.vocab_size = 11;
  config.hidden_size = 6;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 3;
  config.intermediate_size = 7;
  config.max_position_embeddings = 13;
  config.layer_norm_eps = 1e-7f;
  config.hidden_dropout_prob = 0.05f;
  config.attention_probs_dropout_prob = 0.0f;
  config.initializer_range = 0.3f;
  return config;
}

ParameterSet RandomParameters(const ModelConfig& config) {
  ParameterSet parameters(std::make_shared<const ParameterLayout>(BertLayout(config)));
  InitialiseParameters(config.initializer_range, 7, parameters);
  for (float& value : parameters.Data()) value += 0.125f;  // biases are not all zero
  return parameters;
}

std::vector<std::string> Vocabulary(size_t size) {
  std::vector<std::string> pieces;
  for (size_t i = 0; i < size; ++i) pieces.push_back(std::string(1, static_cast<char>('a' + i)));
  return pieces;
}

bool SameBits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

// A saved model whose tensors can be renamed, dropped and added before it is loaded again.
class SavedModel {
 public:
  SavedModel() : config_(UnevenConfig()), parameters_(RandomParameters(config_)) {
    SavePretrained(config_, parameters_, Vocabulary(config_.vocab_size), folder_.Root());
  }
  struct OwnedTensor {
    std::string name;
    std::vector<size_t> shape;
    std::vector<float> values;
  };

  void Edit(const std::function<void(std::vector<OwnedTensor>&)>& edit) {
    std::vector<OwnedTensor> tensors;
    {
      const SafetensorsFile file(ModelPath());
      for (const SafetensorsEntry& entry : file.Entries()) {
        tensors.push_back({entry.name, entry.shape, std::vector<float>(entry.NumElements())});
        file.ReadFloats(entry.name, tensors.back().values);
      }
    }
    edit(tensors);
    std::vector<SafetensorsTensor> views;
    for (const OwnedTensor& tensor : tensors) {
      views.push_back(FloatTensor(tensor.name, tensor.shape, tensor.values));
    }
    WriteSafetensors(ModelPath(), views);
  }
  void ReplaceInConfig(const std::string& what, const std::string& with) {
    const std::string path = folder_.Path("config.json");
    std::string text = ReadFile(path);
    const size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    WriteFileAtomically(path, text.replace(at, what.size(), with));
  }
  PretrainedModel Load() const { return LoadPretrained(folder_.Root()); }
  std::string Refusal() const {
    try {
      Load();
      return "accepted";
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
      return error.what();
    }
  }
  std::string ModelPath() const { return folder_.Path("model.safetensors"); }
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  const ModelConfig& Config() const { return config_; }
  const ParameterSet& Parameters() const { return parameters_; }

 private:
  TemporaryDirectory folder_;
  ModelConfig config_;
  ParameterSet parameters_;
};

using Tensors = std::vector<SavedModel::OwnedTensor>;

SavedModel::OwnedTensor& Named(Tensors& tensors, const std::string& name) {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const auto& tensor) { return tensor.name == name; });
  REQUIRE(found != tensors.end());
  return *found;
}

void Drop(Tensors& tensors, const std::string& name) {
  std::erase_if(tensors, [&](const auto& tensor) { return tensor.name == name; });
}

TEST_CASE("A model that is saved and loaded is the same, and saved again gives the same bytes",
          "[pretrained]") {
  const SavedModel saved;
  const PretrainedModel loaded = saved.Load();
  CHECK(loaded.config == saved.Config());
  CHECK(SameBits(loaded.parameters.Data(), saved.Parameters().Data()));
  CHECK(loaded.ignored.empty());
  CHECK(loaded.lower_case);
  CHECK(ReadFile(loaded.VocabPath()) == "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n");

  const TemporaryDirectory again;
  SavePretrained(loaded.config, loaded.parameters, Vocabulary(11), again.Path("new/model"), false);
  for (const char* name : {"model.safetensors", "config.json", "vocab.txt"}) {
    CHECK(ReadFile(again.Path("new/model/") + name) == ReadFile(saved.Path(name)));
  }
  CHECK_FALSE(LoadPretrained(again.Path("new/model")).lower_case);
}

TEST_CASE("Models saved by others are opened", "[pretrained]") {
  SavedModel saved;
  SECTION("without the bert. prefix and without a masked-LM head") {
    saved.Edit([](Tensors& tensors) {
      std::erase_if(tensors, [](const auto& t) { return t.name.starts_with("cls."); });
      for (auto& tensor : tensors) tensor.name = tensor.name.substr(5);
      tensors.push_back({"pooler.dense.weight", {2, 1}, {1, 2}});
      tensors.push_back({"embeddings.position_ids", {1}, {0}});
    });
    const PretrainedModel loaded = saved.Load();
    CHECK_FALSE(loaded.config.has_mlm_head);
    CHECK(loaded.ignored ==
          std::vector<std::string>{"pooler.dense.weight", "embeddings.position_ids"});
    CHECK(SameBits(loaded.parameters.Data(),
                   saved.Parameters().Data().first(loaded.parameters.Data().size())));
    CHECK(loaded.parameters.Data().size() < saved.Parameters().Data().size());
  }
  SECTION("with gamma and beta, a next-sentence head and a tied decoder") {
    saved.Edit([](Tensors& tensors) {
      for (auto& tensor : tensors) {
        for (const auto& [name, old] : {std::pair{"LayerNorm.weight", "LayerNorm.gamma"},
                                        {"LayerNorm.bias", "LayerNorm.beta"}}) {
          const size_t at = tensor.name.find(name);
          if (at != std::string::npos) tensor.name = tensor.name.substr(0, at) + old;
        }
      }
      auto decoder = Named(tensors, "bert.embeddings.word_embeddings.weight");
      decoder.name = "cls.predictions.decoder.weight";
      tensors.push_back(decoder);
      tensors.push_back({"cls.seq_relationship.bias", {2}, {1, 2}});
    });
    const PretrainedModel loaded = saved.Load();
    CHECK(loaded.ignored == std::vector<std::string>{"cls.seq_relationship.bias"});
    CHECK(SameBits(loaded.parameters.Data(), saved.Parameters().Data()));
  }
  SECTION("with the head's bias under the decoder's name") {
    saved.Edit([](Tensors& tensors) {
      Named(tensors, "cls.predictions.bias").name = "cls.predictions.decoder.bias";
    });
    CHECK(SameBits(saved.Load().parameters.Data(), saved.Parameters().Data()));
  }
  SECTION("without a vocabulary") {
    std::filesystem::remove(saved.Path("vocab.txt"));
    CHECK(SameBits(saved.Load().parameters.Data(), saved.Parameters().Data()));
  }
}

TEST_CASE("All that is wrong with a model's tensors is said at once", "[pretrained]") {
  SavedModel saved;
  saved.Edit([](Tensors& tensors) {
    Drop(tensors, "bert.encoder.layer.1.output.dense.bias");
    Drop(tensors, "cls.predictions.bias");
    std::swap(Named(tensors, "bert.encoder.layer.0.intermediate.dense.weight").shape[0],
              Named(tensors, "bert.encoder.layer.0.intermediate.dense.weight").shape[1]);
    tensors.push_back({"bert.encoder.layer.2.output.dense.bias", {1}, {1}});
    tensors.push_back({"embeddings.LayerNorm.bias", {6}, {1, 2, 3, 4, 5, 6}});
  });
  const std::string message = saved.Refusal();
  CHECK_THAT(message, ContainsSubstring("model.safetensors"));
  CHECK_THAT(message, ContainsSubstring("2 missing: bert.encoder.layer.1.output.dense.bias, "
                                        "cls.predictions.bias"));
  CHECK_THAT(message, ContainsSubstring("bert.encoder.layer.0.intermediate.dense.weight (expected "
                                        "[7, 6], found [6, 7])"));
  CHECK_THAT(message, ContainsSubstring("1 unknown: bert.encoder.layer.2.output.dense.bias"));
  CHECK_THAT(message, ContainsSubstring("1 under two names: embeddings.LayerNorm.bias"));
}

TEST_CASE("An untied decoder, NaN and a truncated file are refused by name", "[pretrained]") {
  SavedModel saved;
  SECTION("untied decoder") {
    saved.Edit([](Tensors& tensors) {
      auto decoder = Named(tensors, "bert.embeddings.word_embeddings.weight");
      decoder.name = "cls.predictions.decoder.weight";
      decoder.values[5] += 1.0f;
      tensors.push_back(decoder);
    });
    CHECK_THAT(saved.Refusal(),
               ContainsSubstring("tensor cls.predictions.decoder.weight: expected the values of "
                                 "bert.embeddings.word_embeddings.weight"));
    CHECK_THAT(saved.Refusal(), ContainsSubstring("at element 5"));
  }
  SECTION("NaN") {
    saved.Edit([](Tensors& tensors) {
      Named(tensors, "bert.encoder.layer.1.attention.self.key.weight").values[8] =
          std::numeric_limits<float>::quiet_NaN();
    });
    CHECK_THAT(saved.Refusal(),
               ContainsSubstring("tensor bert.encoder.layer.1.attention.self.key.weight: expected "
                                 "finite numbers, found nan at [1, 2]"));
  }
  SECTION("truncated") {
    const std::string bytes = ReadFile(saved.ModelPath());
    WriteFileAtomically(saved.ModelPath(), std::string_view(bytes).substr(0, bytes.size() - 100));
    CHECK_THAT(saved.Refusal(), ContainsSubstring("truncated: tensor cls.predictions."));
  }
  SECTION("only a PyTorch file") {
    std::filesystem::rename(saved.ModelPath(), saved.Path("pytorch_model.bin"));
    CHECK_THAT(saved.Refusal(), ContainsSubstring("found pytorch_model.bin"));
  }
}

TEST_CASE("A config or vocabulary that is not this encoder's is refused by key", "[pretrained]") {
  SavedModel saved;
  const auto refusal_with = [&](const std::string& what, const std::string& with) {
    saved.ReplaceInConfig(what, with);
    return saved.Refusal();
  };
  CHECK(saved.Refusal() == "accepted");
  SECTION("model type") {
    CHECK_THAT(refusal_with("\"model_type\": \"bert\"", "\"model_type\": \"roberta\""),
               ContainsSubstring("config.json: model_type: expected \"bert\", found \"roberta\""));
  }
  SECTION("positions") {
    CHECK_THAT(refusal_with("\"absolute\"", "\"relative_key\""),
               ContainsSubstring("position_embedding_type: expected \"absolute\""));
  }
  SECTION("activation") {
    CHECK_THAT(refusal_with("\"gelu\"", "\"gelu_new\""),
               ContainsSubstring("hidden_act: expected \"gelu\", found \"gelu_new\""));
  }
  SECTION("heads") {
    CHECK_THAT(refusal_with("\"num_attention_heads\": 3", "\"num_attention_heads\": 4"),
               ContainsSubstring("config.json: model config: num_attention_heads"));
  }
  SECTION("wrong type") {
    CHECK_THAT(refusal_with("\"hidden_size\": 6", "\"hidden_size\": \"6\""),
               ContainsSubstring("hidden_size: expected a non-negative integer, found \"6\""));
  }
  SECTION("missing size") {
    CHECK_THAT(refusal_with("\"hidden_size\"", "\"hidden_sise\""),
               ContainsSubstring("hidden_size: expected a size, found nothing"));
  }
  SECTION("repeated key") {
    CHECK_THAT(refusal_with("\"hidden_size\"", "\"vocab_size\": 3, \"hidden_size\""),
               ContainsSubstring("found \"vocab_size\" twice"));
  }
  SECTION("vocabulary") {
    WriteFileAtomically(saved.Path("vocab.txt"), "a\nb\n");
    CHECK_THAT(
        saved.Refusal(),
        ContainsSubstring("vocab.txt: expected 11 pieces (vocab_size of config.json), found 2"));
  }
}

TEST_CASE("Nothing is written from a model with a NaN", "[pretrained]") {
  const SavedModel saved;
  const std::string before = Sha256OfFile(saved.ModelPath());
  ParameterSet broken = RandomParameters(saved.Config());
  broken.At("bert.encoder.layer.0.output.dense.weight")(2, 3) =
      std::numeric_limits<float>::infinity();
  const std::string folder = std::filesystem::path(saved.ModelPath()).parent_path().string();
  CHECK_THROWS_WITH(SavePretrained(saved.Config(), broken, Vocabulary(11), folder),
                    ContainsSubstring("tensor bert.encoder.layer.0.output.dense.weight: expected "
                                      "finite numbers, found inf at [2, 3]"));
  CHECK(Sha256OfFile(saved.ModelPath()) == before);
  CHECK_THROWS_WITH(SavePretrained(saved.Config(), saved.Parameters(), Vocabulary(10), folder),
                    ContainsSubstring("vocab.txt: expected 11 pieces"));
}

}  // namespace
}  // namespace headscope
