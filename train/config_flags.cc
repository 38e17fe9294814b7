#include "train/config_flags.h"

#include <charconv>

#include "model/base/error.h"
#include "train/config_file.h"

namespace headscope {
namespace {

template <typename T>
T ParseWhole(const ConfigField& field, const std::string& text, const char* what) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    Fail("expected {}, found \"{}\"", what, text);
  }
  CheckRange(field, static_cast<double>(value));
  return value;
}

void SetFromStrings(const ConfigField& field, const std::vector<std::string>& texts) {
  std::visit(
      Overloaded{
          [&](bool* target) { *target = texts.back() != "false"; },
          [&](uint64_t* target) {
            *target = ParseWhole<uint64_t>(field, texts.back(), "an integer");
          },
          [&](double* target) { *target = ParseWhole<double>(field, texts.back(), "a number"); },
          [&](std::string* target) { *target = texts.back(); },
          [&](std::vector<std::string>* target) { *target = texts; },
          [&](const TextValue& target) { target.set(texts.back()); },
          [&](const TextListValue& target) { target.set(texts); },
      },
      field.value);
}

bool IsList(const ConfigField& field) {
  return std::holds_alternative<std::vector<std::string>*>(field.value) ||
         std::holds_alternative<TextListValue>(field.value);
}

Flag AddFlag(const Command& command, const ConfigField& field) {
  if (std::holds_alternative<bool*>(field.value)) {
    return command.FreeSwitch(field.flag, field.help);
  }
  if (IsList(field)) return command.FreeList(field.flag, ConfigText(field), field.help);
  return command.FreeOption(field.flag, ConfigText(field), field.help);
}

}  // namespace

ConfigFlags::ConfigFlags(const Command& command, const std::vector<ConfigField>& fields) {
  for (const ConfigField& field : fields) {
    if (field.flag.empty()) continue;
    flags_.push_back({AddFlag(command, field), field.section, field.key});
  }
}

void ConfigFlags::Apply(const std::vector<ConfigField>& fields) const {
  for (const FieldFlag& field_flag : flags_) {
    if (!field_flag.flag.Given()) continue;
    try {
      SetFromStrings(*FindField(fields, field_flag.section, field_flag.key),
                     field_flag.flag.Values());
    } catch (const Error& error) {
      Fail("{}: {}", field_flag.flag.Name(), error.what());
    }
  }
}

}  // namespace headscope
