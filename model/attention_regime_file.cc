// The files of a regime beside its model: attention.json and attention.safetensors.
#include <filesystem>
#include <span>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/control_tensors.h"
#include "model/safetensors.h"
#include "model/safetensors_writer.h"
#include "model/strict_json.h"

namespace headscope {
namespace {

using nlohmann::json;

std::string FileOf(const std::string& model_directory) {
  return model_directory + "/attention.json";
}

std::string TensorsOf(const std::string& model_directory) {
  return model_directory + "/attention.safetensors";
}

template <typename T>
T Key(const json& object, const std::string& path, const char* key, bool (json::*is)() const,
      const char* expected) {
  const auto found = object.find(key);
  if (found == object.end() || !((*found).*is)()) {
    Fail("{}: {}: expected {}, found {}", path, key, expected,
         found == object.end() ? "nothing" : found->dump());
  }
  return found->get<T>();
}

// A model whose patterns are another's is only that model while the other is what it was.
void CheckSuppliers(const json& object, const std::map<std::string, std::string>& found) {
  const json stored = object.value("supplied_sha256", json::object());
  for (const auto& [source, hash] : found) {
    const std::string expected = stored.is_object() ? stored.value(source, "") : "";
    if (hash != expected) {
      Fail("{}: expected weights of SHA-256 \"{}\", found {}", source, expected, hash);
    }
  }
}

void ExpectSize(const json& object, const std::string& path, const char* key, size_t expected) {
  const auto found =
      Key<uint64_t>(object, path, key, &json::is_number_unsigned, "a non-negative integer");
  if (found != expected) {
    Fail("{}: {}: expected {}, as in config.json, found {}", path, key, expected, found);
  }
}

}  // namespace

void AttentionRegime::Save(const std::string& model_directory,
                           const ParameterSet& parameters) const {
  if (IsLearned()) return;
  const ModelConfig& model = context_.model;
  json object = {{"format", 1},
                 {"attention", text_},
                 {"num_hidden_layers", model.num_hidden_layers},
                 {"num_attention_heads", model.num_attention_heads},
                 {"max_position_embeddings", model.max_position_embeddings},
                 {"seed", context_.seed},
                 {"cls", context_.cls},
                 {"sep", context_.sep}};
  for (const auto& [source, hash] : supplied_) object["supplied_sha256"][source] = hash;
  MakeDirectory(model_directory);
  std::vector<SafetensorsTensor> tensors;
  for (const ParameterSpec& spec : parameters.Layout().Specs()) {
    if (!IsControlTensor(spec.name)) continue;
    const std::span<const float> values = parameters.Data().subspan(spec.offset, spec.size);
    CheckFinite(values, spec.shape, spec.name, TensorsOf(model_directory));
    tensors.push_back(FloatTensor(spec.name, spec.shape, values));
  }
  if (!tensors.empty()) WriteSafetensors(TensorsOf(model_directory), tensors);
  WriteFileAtomically(FileOf(model_directory), object.dump(2) + "\n");
}

std::shared_ptr<const AttentionRegime> AttentionRegime::Load(const std::string& model_directory,
                                                             const ModelConfig& config) {
  const std::string path = FileOf(model_directory);
  if (!std::filesystem::exists(path)) return nullptr;
  const json object = ParseStrictJson(ReadFile(path), path);
  if (!object.is_object()) Fail("{}: expected an object", path);
  ExpectSize(object, path, "num_hidden_layers", config.num_hidden_layers);
  ExpectSize(object, path, "num_attention_heads", config.num_attention_heads);
  ExpectSize(object, path, "max_position_embeddings", config.max_position_embeddings);
  AttentionContext context{.model = config};
  context.seed =
      Key<uint64_t>(object, path, "seed", &json::is_number_unsigned, "a non-negative integer");
  context.cls = Key<int32_t>(object, path, "cls", &json::is_number_integer, "a piece's id");
  context.sep = Key<int32_t>(object, path, "sep", &json::is_number_integer, "a piece's id");
  const auto rules = Key<std::string>(object, path, "attention", &json::is_string, "rules");
  try {
    auto regime = std::make_shared<const AttentionRegime>(rules, context);
    CheckSuppliers(object, regime->supplied_);
    return regime;
  } catch (const Error& error) {
    Fail("{}: {}", path, error.what());
  }
}

void AttentionRegime::LoadTensors(const std::string& model_directory,
                                  ParameterSet& parameters) const {
  auto layout = std::make_shared<ParameterLayout>(parameters.Layout());
  control_->Declare(*layout);
  if (layout->TotalSize() == parameters.Layout().TotalSize()) return;
  ParameterSet extended(layout);
  std::copy(parameters.Data().begin(), parameters.Data().end(), extended.Data().begin());
  const SafetensorsFile file(TensorsOf(model_directory));
  for (const ParameterSpec& spec : layout->Specs()) {
    if (!IsControlTensor(spec.name)) continue;
    const SafetensorsEntry& entry = file.Find(spec.name);
    if (entry.shape != spec.shape) {
      Fail("{}: tensor {}: expected shape {}, found {}", file.Path(), spec.name, spec.ShapeString(),
           entry.ShapeString());
    }
    file.ReadFloats(spec.name, extended.Data().subspan(spec.offset, spec.size));
  }
  parameters = std::move(extended);
}

}  // namespace headscope
