#include "model/pretrained.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/bert_parameters.h"
#include "model/classifier.h"
#include "model/config_json.h"
#include "model/control_tensors.h"
#include "model/safetensors.h"
#include "model/safetensors_writer.h"
#include "model/strict_json.h"

namespace headscope {
namespace {

using nlohmann::json;

constexpr std::string_view kMlmPrefix = "cls.predictions.";

// Our name of a file's tensor: models saved without a head have no "bert." prefix, and models
// converted from the original TensorFlow release call a LayerNorm's weight and bias gamma and beta.
std::string CanonicalName(std::string name) {
  for (const auto& [old_ending, ending] : {std::pair{".LayerNorm.gamma", ".LayerNorm.weight"},
                                           std::pair{".LayerNorm.beta", ".LayerNorm.bias"}}) {
    const std::string_view old(old_ending);
    if (name.ends_with(old)) name.replace(name.size() - old.size(), old.size(), ending);
  }
  if (name.starts_with("embeddings.") || name.starts_with("encoder.")) name = "bert." + name;
  return name;
}

// Whether a tensor that is not in the layout would be part of what an encoder computes.
bool IsPartOfEncoder(const std::string& name) {
  if (name == "bert.embeddings.position_ids" || name == "bert.embeddings.token_type_ids") {
    return false;  // constants that some versions of transformers saved
  }
  return name.starts_with("bert.embeddings.") || name.starts_with("bert.encoder.") ||
         name.starts_with(kMlmPrefix);
}

// What a file's tensors are to a layout.
struct Matching {
  std::map<std::string, const SafetensorsEntry*> source;  // by our name
  std::vector<std::string> missing, misshaped, unknown, repeated;
  std::vector<std::string> ignored;
};

void CollectSources(const SafetensorsFile& file, const ParameterLayout& layout,
                    Matching& matching) {
  for (const SafetensorsEntry& entry : file.Entries()) {
    const std::string name = CanonicalName(entry.name);
    if (!layout.Contains(name)) {
      (IsPartOfEncoder(name) ? matching.unknown : matching.ignored).push_back(entry.name);
    } else if (!matching.source.emplace(name, &entry).second) {
      matching.repeated.push_back(entry.name);
    }
  }
}

// A tied tensor may be in the file, too; and it may stand for the one it is tied to.
void UseAliasesForMissing(const ParameterLayout& layout, Matching& matching) {
  for (const ParameterSpec& spec : layout.Specs()) {
    const auto found = matching.source.find(spec.name);
    if (spec.alias_of.empty() || found == matching.source.end()) continue;
    matching.source.emplace(spec.alias_of, found->second);
  }
}

Matching Match(const SafetensorsFile& file, const ParameterLayout& layout) {
  Matching matching;
  CollectSources(file, layout, matching);
  UseAliasesForMissing(layout, matching);
  for (const ParameterSpec& spec : layout.Specs()) {
    const auto found = matching.source.find(spec.name);
    if (found == matching.source.end()) {
      if (spec.alias_of.empty()) matching.missing.push_back(spec.name);
    } else if (found->second->shape != spec.shape) {
      matching.misshaped.push_back(fmt::format("{} (expected {}, found {})", spec.name,
                                               spec.ShapeString(), found->second->ShapeString()));
    }
  }
  return matching;
}

void Describe(const char* what, const std::vector<std::string>& tensors,
              std::vector<std::string>& problems) {
  constexpr size_t kMostNamed = 40;
  if (tensors.empty()) return;
  const size_t named = std::min(tensors.size(), kMostNamed);
  std::string text = fmt::format(
      "{} {}: {}", tensors.size(), what,
      fmt::join(tensors.begin(), tensors.begin() + static_cast<ptrdiff_t>(named), ", "));
  if (named < tensors.size()) text += fmt::format(" and {} more", tensors.size() - named);
  problems.push_back(std::move(text));
}

void CheckMatching(const Matching& matching, const std::string& path) {
  std::vector<std::string> problems;
  Describe("missing", matching.missing, problems);
  Describe("of another shape than config.json says", matching.misshaped, problems);
  Describe("unknown", matching.unknown, problems);
  Describe("under two names", matching.repeated, problems);
  if (!problems.empty()) {
    Fail("{}: the tensors are not those of this encoder: {}", path, fmt::join(problems, "; "));
  }
}

void CheckTied(const SafetensorsFile& file, const ParameterSpec& alias,
               const SafetensorsEntry& entry, std::span<const float> holder) {
  std::vector<float> values(alias.size);
  file.ReadFloats(entry.name, values);
  const auto [found, expected] = std::mismatch(values.begin(), values.end(), holder.begin());
  if (found == values.end()) return;
  const size_t index = static_cast<size_t>(found - values.begin());
  Fail(
      "{}: tensor {}: expected the values of {}, to which an encoder's decoder is tied, found {} "
      "instead of {} at element {}: models with an untied decoder are not supported",
      file.Path(), entry.name, alias.alias_of, *found, *expected, index);
}

void ReadValues(const SafetensorsFile& file, const Matching& matching, ParameterSet& parameters) {
  const std::vector<ParameterSpec>& specs = parameters.Layout().Specs();
  const auto values = [&](const ParameterSpec& spec) {
    return parameters.Data().subspan(spec.offset, spec.size);
  };
  for (const ParameterSpec& spec : specs) {
    if (spec.alias_of.empty()) {
      file.ReadFloats(matching.source.at(spec.name)->name, values(spec));
    }
  }
  for (const ParameterSpec& spec : specs) {
    const auto found = matching.source.find(spec.name);
    if (spec.alias_of.empty() || found == matching.source.end()) continue;
    CheckTied(file, spec, *found->second, values(spec));
  }
}

std::string ModelPath(const std::string& directory) {
  const std::string path = directory + "/model.safetensors";
  if (std::filesystem::exists(path)) return path;
  for (const char* other : {"pytorch_model.bin", "model.safetensors.index.json", "tf_model.h5"}) {
    if (std::filesystem::exists(directory + "/" + other)) {
      Fail(
          "{}: expected a single model.safetensors, found {}: save it again with transformers' "
          "save_pretrained",
          directory, other);
    }
  }
  return path;  // opening it will say why not
}

bool ReadLowerCase(const std::string& directory) {
  const std::string path = directory + "/tokenizer_config.json";
  if (!std::filesystem::exists(path)) return true;
  const json object = ParseStrictJson(ReadFile(path), path);
  if (!object.is_object()) Fail("{}: expected an object", path);
  const auto found = object.find("do_lower_case");
  if (found == object.end()) return true;
  if (!found->is_boolean()) {
    Fail("{}: do_lower_case: expected true or false, found {}", path, found->dump());
  }
  return found->get<bool>();
}

void CheckVocabularySize(const std::string& path, size_t expected) {
  if (!std::filesystem::exists(path)) return;
  const std::string text = ReadFile(path);
  size_t lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  if (!text.empty() && text.back() != '\n') ++lines;
  if (lines != expected) {
    Fail("{}: expected {} pieces (vocab_size of config.json), found {} lines", path, expected,
         lines);
  }
}

}  // namespace

PretrainedModel LoadPretrained(const std::string& directory, size_t num_labels,
                               ClassifierKind kind) {
  ModelConfig config = ReadConfigJson(directory + "/config.json");
  CheckVocabularySize(directory + "/vocab.txt", config.vocab_size);
  const bool lower_case = ReadLowerCase(directory);
  const SafetensorsFile file(ModelPath(directory));
  config.has_mlm_head =
      std::any_of(file.Entries().begin(), file.Entries().end(),
                  [](const SafetensorsEntry& entry) { return entry.name.starts_with(kMlmPrefix); });

  // The file is known to hold every tensor before memory is asked for.
  if (num_labels > 0) config.has_mlm_head = false;
  auto layout = std::make_shared<const ParameterLayout>(
      num_labels > 0 ? ClassifierLayout(config, num_labels, kind) : BertLayout(config));
  Matching matching = Match(file, *layout);
  CheckMatching(matching, file.Path());
  PretrainedModel model{config,     ParameterSet(std::move(layout)), directory,
                        lower_case, std::move(matching.ignored),     nullptr};
  ReadValues(file, matching, model.parameters);
  model.attention = AttentionRegime::Load(directory, config);
  if (model.attention != nullptr) model.attention->LoadTensors(directory, model.parameters);
  return model;
}

namespace {

std::string VocabularyText(const std::vector<std::string>& vocabulary, size_t expected,
                           const std::string& path) {
  if (vocabulary.size() != expected) {
    Fail("{}: expected {} pieces (the model's vocabulary), found {}", path, expected,
         vocabulary.size());
  }
  std::string text;
  for (const std::string& piece : vocabulary) {
    if (piece.empty() || piece.find('\n') != std::string::npos) {
      Fail("{}: piece {}: expected one non-empty line", path, json(piece).dump());
    }
    text += piece + "\n";
  }
  return text;
}

std::string TokenizerConfigJson(const ModelConfig& config, bool lower_case) {
  const json object = {{"cls_token", "[CLS]"},
                       {"do_lower_case", lower_case},
                       {"mask_token", "[MASK]"},
                       {"model_max_length", config.max_position_embeddings},
                       {"pad_token", "[PAD]"},
                       {"sep_token", "[SEP]"},
                       {"strip_accents", nullptr},
                       {"tokenize_chinese_chars", true},
                       {"tokenizer_class", "BertTokenizer"},
                       {"unk_token", "[UNK]"}};
  return object.dump(2) + "\n";
}

}  // namespace

void SavePretrained(const ModelConfig& config, const ParameterSet& parameters,
                    const std::vector<std::string>& vocabulary, const std::string& directory,
                    bool lower_case, const std::vector<std::string>& labels, ClassifierKind kind) {
  const std::string model_path = directory + "/model.safetensors";
  const std::string vocab_path = directory + "/vocab.txt";
  std::vector<SafetensorsTensor> tensors;
  for (const ParameterSpec& spec : parameters.Layout().Specs()) {
    if (!spec.alias_of.empty() || IsControlTensor(spec.name)) continue;
    const std::span<const float> values = parameters.Data().subspan(spec.offset, spec.size);
    CheckFinite(values, spec.shape, spec.name, model_path);
    tensors.push_back(FloatTensor(spec.name, spec.shape, values));
  }
  const bool has_tokenizer = !vocabulary.empty();
  const std::string vocabulary_text =
      has_tokenizer ? VocabularyText(vocabulary, config.vocab_size, vocab_path) : "";

  MakeDirectory(directory);
  if (has_tokenizer) {
    WriteFileAtomically(vocab_path, vocabulary_text);
    WriteFileAtomically(directory + "/tokenizer_config.json",
                        TokenizerConfigJson(config, lower_case));
  }
  WriteFileAtomically(directory + "/config.json", ConfigJson(config, labels, kind));
  WriteSafetensors(model_path, tensors);
}

}  // namespace headscope
