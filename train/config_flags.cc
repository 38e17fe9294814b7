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

CLI::Option* AddFlag(CLI::App& app, const ConfigField& field) {
  if (std::holds_alternative<bool*>(field.value)) {
    // "--twin" switches on, "--no-twin" off.
    return app.add_flag(fmt::format("{},!--no-{}", field.flag, field.flag.substr(2)), field.help);
  }
  CLI::Option* option = app.add_option(field.flag, field.help);
  const bool is_list = std::holds_alternative<std::vector<std::string>*>(field.value) ||
                       std::holds_alternative<TextListValue>(field.value);
  if (is_list) {
    option->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
  } else {
    option->expected(1);
  }
  return option;
}

}  // namespace

ConfigFlags::ConfigFlags(CLI::App& app, const std::vector<ConfigField>& fields) {
  for (const ConfigField& field : fields) {
    if (field.flag.empty()) continue;
    CLI::Option* option = AddFlag(app, field);
    if (!std::holds_alternative<bool*>(field.value)) option->default_str(ConfigText(field));
    flags_.push_back({option, field.section, field.key});
  }
}

void ConfigFlags::Apply(const std::vector<ConfigField>& fields) const {
  for (const Flag& flag : flags_) {
    if (flag.option->count() == 0) continue;
    try {
      SetFromStrings(*FindField(fields, flag.section, flag.key), flag.option->results());
    } catch (const Error& error) {
      Fail("{}: {}", flag.option->get_name(), error.what());
    }
  }
}

}  // namespace headscope
