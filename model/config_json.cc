#include "model/config_json.h"

#include <algorithm>

#include "model/base/error.h"
#include "model/base/file.h"
#include "model/strict_json.h"

namespace headscope {
namespace {

using nlohmann::json;

// Typed reading of one object's keys; every complaint names the file and the key.
class KeyReader {
 public:
  KeyReader(const json& object, const std::string& path) : object_(object), path_(path) {}

  // A size that a shape depends on has no default.
  void Required(const char* key, size_t& value) const {
    if (!object_.contains(key)) Fail("{}: {}: expected a size, found nothing", path_, key);
    Optional(key, value);
  }
  void Optional(const char* key, size_t& value) const {
    if (const json* found = Find(key)) {
      if (!found->is_number_unsigned()) Complain(key, "a non-negative integer", *found);
      value = found->get<size_t>();
    }
  }
  void Optional(const char* key, float& value) const {
    if (const json* found = Find(key)) {
      if (!found->is_number()) Complain(key, "a number", *found);
      value = found->get<float>();
    }
  }
  void Optional(const char* key, bool& value) const {
    if (const json* found = Find(key)) {
      if (!found->is_boolean()) Complain(key, "true or false", *found);
      value = found->get<bool>();
    }
  }
  // Absent means the expected value: so does BertConfig.
  void Expect(const char* key, const json& expected) const {
    const json* found = Find(key);
    if (found != nullptr && *found != expected) Complain(key, expected.dump(), *found);
  }

 private:
  const json* Find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  [[noreturn]] void Complain(const char* key, const std::string& expected,
                             const json& found) const {
    Fail("{}: {}: expected {}, found {}", path_, key, expected, found.dump());
  }

  const json& object_;
  const std::string& path_;
};

constexpr const char* kTokenClassifier = "BertForTokenClassification";

// The shortest decimal that reads back as the same float: 1e-12, not 9.999999960041972e-13.
json Shortest(float value) { return json::parse(fmt::format("{}", value)); }

}  // namespace

ModelConfig ReadConfigJson(const std::string& path) {
  const json object = ParseStrictJson(ReadFile(path), path);
  if (!object.is_object()) Fail("{}: expected an object", path);
  const KeyReader keys(object, path);
  keys.Expect("model_type", "bert");
  keys.Expect("position_embedding_type", "absolute");
  keys.Expect("hidden_act", "gelu");
  keys.Expect("is_decoder", false);
  keys.Expect("add_cross_attention", false);

  ModelConfig config;
  keys.Required("vocab_size", config.vocab_size);
  keys.Required("hidden_size", config.hidden_size);
  keys.Required("num_hidden_layers", config.num_hidden_layers);
  keys.Required("num_attention_heads", config.num_attention_heads);
  keys.Required("intermediate_size", config.intermediate_size);
  keys.Required("max_position_embeddings", config.max_position_embeddings);
  keys.Optional("type_vocab_size", config.type_vocab_size);
  keys.Optional("layer_norm_eps", config.layer_norm_eps);
  keys.Optional("hidden_dropout_prob", config.hidden_dropout_prob);
  keys.Optional("attention_probs_dropout_prob", config.attention_probs_dropout_prob);
  keys.Optional("initializer_range", config.initializer_range);
  keys.Optional("query_key_initializer_scale", config.query_key_initializer_scale);
  keys.Optional("sinusoidal_positions", config.sinusoidal_positions);
  try {
    config.Validate();
  } catch (const Error& error) {
    Fail("{}: {}", path, error.what());
  }
  return config;
}

std::string ConfigJson(const ModelConfig& config, const std::vector<std::string>& labels,
                       ClassifierKind kind) {
  const bool tokens = kind == ClassifierKind::kToken;
  const char* architecture = !labels.empty()
                                 ? (tokens ? kTokenClassifier : "BertForSequenceClassification")
                                 : (config.has_mlm_head ? "BertForMaskedLM" : "BertModel");
  json object = {
      {"architectures", {architecture}},
      {"attention_probs_dropout_prob", Shortest(config.attention_probs_dropout_prob)},
      {"hidden_act", "gelu"},
      {"hidden_dropout_prob", Shortest(config.hidden_dropout_prob)},
      {"hidden_size", config.hidden_size},
      {"initializer_range", Shortest(config.initializer_range)},
      {"intermediate_size", config.intermediate_size},
      {"layer_norm_eps", Shortest(config.layer_norm_eps)},
      {"max_position_embeddings", config.max_position_embeddings},
      {"model_type", "bert"},
      {"num_attention_heads", config.num_attention_heads},
      {"num_hidden_layers", config.num_hidden_layers},
      {"pad_token_id", 0},
      {"position_embedding_type", "absolute"},
      {"query_key_initializer_scale", Shortest(config.query_key_initializer_scale)},
      {"sinusoidal_positions", config.sinusoidal_positions},
      {"tie_word_embeddings", true},
      {"torch_dtype", "float32"},
      {"type_vocab_size", config.type_vocab_size},
      {"vocab_size", config.vocab_size},
  };
  for (size_t i = 0; i < labels.size(); ++i) {
    object["id2label"][std::to_string(i)] = labels[i];
    object["label2id"][labels[i]] = i;
  }
  if (!labels.empty() && !tokens) object["problem_type"] = "single_label_classification";
  return object.dump(2) + "\n";
}

ClassifierKind ReadClassifierKind(const std::string& path) {
  const json object = ParseStrictJson(ReadFile(path), path);
  if (!object.is_object() || !object.contains("architectures")) return ClassifierKind::kSequence;
  const json& names = object["architectures"];
  const bool is_token = std::find(names.begin(), names.end(), kTokenClassifier) != names.end();
  return is_token ? ClassifierKind::kToken : ClassifierKind::kSequence;
}

std::vector<std::string> ReadLabels(const std::string& path) {
  const json object = ParseStrictJson(ReadFile(path), path);
  std::vector<std::string> labels;
  if (!object.is_object() || !object.contains("id2label")) return labels;
  const json& names = object["id2label"];
  for (size_t i = 0; i < names.size(); ++i) {
    const auto found = names.is_object() ? names.find(std::to_string(i)) : names.end();
    if (found == names.end() || !found->is_string()) {
      Fail("{}: id2label: expected a name for each of the ids 0 to {}, found none for {}", path,
           names.size() - 1, i);
    }
    labels.push_back(found->get<std::string>());
  }
  return labels;
}

}  // namespace headscope
