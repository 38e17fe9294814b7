#include "probe/experiment_setting.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "model/base/error.h"

namespace headscope {

ExperimentSetting::ExperimentSetting(const std::string& text) : text_(text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    Fail("--set: expected KEY=VALUE, found {}", text);
  }
  key_ = text.substr(0, equals);
  value_ = text.substr(equals + 1);
  is_of_pretraining_ = key_.starts_with(kPretraining);
  if (is_of_pretraining_) key_ = key_.substr(kPretraining.size());
}

void ExperimentSetting::Apply(const std::vector<ConfigField>& fields) const {
  const auto is_meant = [&](const ConfigField& field) { return field.key == key_; };
  const auto field = std::find_if(fields.begin(), fields.end(), is_meant);
  if (field == fields.end()) {
    std::vector<std::string> keys;
    for (const ConfigField& known : fields) keys.push_back(known.key);
    Fail("--set {}: unknown key \"{}\"; the keys are: {}", text_, key_, fmt::join(keys, ", "));
  }
  const bool is_list = std::holds_alternative<std::vector<std::string>*>(field->value) ||
                       std::holds_alternative<TextListValue>(field->value);
  Document(is_list)->ReadEntry("set", "it", fields);
}

std::unique_ptr<ConfigDocument> ExperimentSetting::Document(bool is_list) const {
  const auto document = [&](const std::string& toml) {
    return std::make_unique<ConfigDocument>("--set " + text_,
                                            fmt::format("[set.it]\n{} = {}\n", key_, toml));
  };
  try {
    return document(value_);
  } catch (const Error&) {
    return document(is_list ? "[\"" + value_ + "\"]" : "\"" + value_ + "\"");
  }
}

}  // namespace headscope
