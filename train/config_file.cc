#include "train/config_file.h"

#include <fmt/ranges.h>

// On some garbage toml++ asserts instead of reporting; with NDEBUG it even assumes the assertion,
// which is undefined behaviour
// ("a.\x01" as a key, version 3.3). Here its assertions throw in every build.
namespace headscope {
namespace {
struct TomlAssertion {};
[[noreturn]] void ThrowTomlAssertion() { throw TomlAssertion(); }
}  // namespace
}  // namespace headscope
#undef NDEBUG
#define TOML_ASSERT(expression) \
  (static_cast<bool>(expression) ? void() : headscope::ThrowTomlAssertion())
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "model/base/error.h"

namespace headscope {
namespace {

// ---- From TOML ----

void SetInteger(const ConfigField& field, uint64_t* target, int64_t value) {
  CheckRange(field, static_cast<double>(value));
  *target = static_cast<uint64_t>(value);
}

void SetNumber(const ConfigField& field, double* target, double value) {
  CheckRange(field, value);
  *target = value;
}

std::string TypeName(toml::node_type type) {
  switch (type) {
    case toml::node_type::none:
      return "nothing";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

template <typename T>
T Expect(const ConfigField& field, const toml::node& node, const char* what) {
  // value_exact: no silent conversion, such as of 1.0 to 1 or of true to 1.
  if (const std::optional<T> value = node.value_exact<T>()) return *value;
  Fail("expected {} as {}, found {}", field.key, what, TypeName(node.type()));
}

std::vector<std::string> ExpectStrings(const ConfigField& field, const toml::node& node) {
  const toml::array* array = node.as_array();
  if (array == nullptr) {
    Fail("expected {} as a list of strings, found {}", field.key, TypeName(node.type()));
  }
  std::vector<std::string> strings;
  for (const toml::node& element : *array) {
    strings.push_back(Expect<std::string>(field, element, "a list of strings"));
  }
  return strings;
}

// A whole number is a fine value for a field of real numbers.
double ExpectNumber(const ConfigField& field, const toml::node& node) {
  if (const auto integer = node.value_exact<int64_t>()) return static_cast<double>(*integer);
  return Expect<double>(field, node, "a number");
}

void SetFromToml(const ConfigField& field, const toml::node& node) {
  std::visit(
      Overloaded{
          [&](bool* target) { *target = Expect<bool>(field, node, "true or false"); },
          [&](uint64_t* target) {
            SetInteger(field, target, Expect<int64_t>(field, node, "an integer"));
          },
          [&](double* target) { SetNumber(field, target, ExpectNumber(field, node)); },
          [&](std::string* target) { *target = Expect<std::string>(field, node, "a string"); },
          [&](std::vector<std::string>* target) { *target = ExpectStrings(field, node); },
          [&](const TextValue& target) {
            target.set(Expect<std::string>(field, node, "a string"));
          },
          [&](const TextListValue& target) { target.set(ExpectStrings(field, node)); },
      },
      field.value);
}

// The distinct sections, or the keys of one section.
std::string KnownNames(const std::vector<ConfigField>& fields,
                       std::optional<std::string_view> section) {
  std::vector<std::string> names;
  for (const ConfigField& field : fields) {
    if (section && field.section != *section) continue;
    const std::string& name = section ? field.key : field.section;
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// ---- To TOML ----

std::string QuotedToml(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// Shortest digits that read back to the same bits, recognisable as a real number.
std::string NumberToml(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string StringsToml(const std::vector<std::string>& strings) {
  std::vector<std::string> quoted;
  for (const std::string& text : strings) quoted.push_back(QuotedToml(text));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

// The line on which toml++'s assertion fails: that of the shortest prefix of whole lines that
// fails.
size_t LineOfAssertion(const std::string& text) {
  size_t line = 1;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1)) {
    try {
      (void)toml::parse(std::string_view(text).substr(0, end + 1));
    } catch (const TomlAssertion&) {
      break;
    } catch (const toml::parse_error&) {  // a prefix may end inside a list
    }
    ++line;
  }
  return line;
}

toml::table ParseToml(const std::string& path, const std::string& text) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    Fail("{}:{}: {}", path, error.source().begin.line, error.description());
  } catch (const TomlAssertion&) {
    Fail("{}:{}: expected TOML, found something else", path, LineOfAssertion(text));
  }
}

// `field` is null where no field has the key.
void SetField(const std::string& path, const toml::key& key, const toml::node& node,
              const ConfigField* field, const std::string& where) {
  const auto line = key.source().begin.line;
  if (field == nullptr) Fail("{}:{}: unknown key \"{}\" in {}", path, line, key.str(), where);
  try {
    SetFromToml(*field, node);
  } catch (const Error& error) {
    Fail("{}:{}: {}", path, line, error.what());
  }
}

}  // namespace

struct ConfigDocument::Content {
  std::string path;
  toml::table table;
};

ConfigDocument::ConfigDocument(const std::string& path, const std::string& text)
    : content_(new Content{path, ParseToml(path, text)}) {}

ConfigDocument::~ConfigDocument() = default;

void ConfigDocument::Read(const std::vector<ConfigField>& fields,
                          const std::vector<std::string>& groups) const {
  const std::string& path = content_->path;
  // Toml++ lists keys alphabetically: the first defect it reports need not be the file's first.
  for (const auto& [section_key, section_node] : content_->table) {
    const std::string_view section = section_key.str();
    const toml::table* section_table = section_node.as_table();
    if (std::find(groups.begin(), groups.end(), section) != groups.end()) continue;
    const bool known = !KnownNames(fields, section).empty();
    if (section_table == nullptr || !known) {
      const std::string also = groups.empty() ? "" : fmt::format(", {}", fmt::join(groups, ", "));
      Fail("{}:{}: unknown {} \"{}\"; the sections are: {}{}", path,
           section_key.source().begin.line, section_table == nullptr ? "key" : "section", section,
           KnownNames(fields, {}), also);
    }
    for (const auto& [key, node] : *section_table) {
      SetField(path, key, node, FindField(fields, section, key.str()),
               fmt::format("[{}]; its keys are: {}", section, KnownNames(fields, section)));
    }
  }
}

std::vector<std::string> ConfigDocument::Entries(const std::string& group) const {
  std::vector<std::pair<toml::source_index, std::string>> entries;
  const toml::table* const tables = content_->table[group].as_table();
  if (tables == nullptr) return {};
  for (const auto& [key, node] : *tables) {
    if (!node.is_table()) {
      Fail("{}:{}: expected tables [{}.NAME], found a value for \"{}\"", content_->path,
           key.source().begin.line, group, key.str());
    }
    entries.emplace_back(key.source().begin.line, std::string(key.str()));
  }
  std::sort(entries.begin(), entries.end());
  std::vector<std::string> names;
  for (const auto& [line, name] : entries) names.push_back(name);
  return names;
}

void ConfigDocument::ReadEntry(const std::string& group, const std::string& entry,
                               const std::vector<ConfigField>& fields) const {
  const toml::table* const table = content_->table[group][entry].as_table();
  if (table == nullptr) Fail("{}: expected a table [{}.{}]", content_->path, group, entry);
  std::vector<std::string> keys;
  for (const ConfigField& field : fields) keys.push_back(field.key);
  for (const auto& [key, node] : *table) {
    const auto at = std::find(keys.begin(), keys.end(), key.str());
    SetField(content_->path, key, node,
             at == keys.end() ? nullptr : &fields[static_cast<size_t>(at - keys.begin())],
             fmt::format("[{}.{}]; its keys are: {}", group, entry, fmt::join(keys, ", ")));
  }
}

void ReadConfig(const std::string& path, const std::string& text,
                const std::vector<ConfigField>& fields) {
  ConfigDocument(path, text).Read(fields, {});
}

std::string ConfigText(const ConfigField& field) {
  return std::visit(Overloaded{
                        [](bool* value) -> std::string { return *value ? "true" : "false"; },
                        [](uint64_t* value) { return fmt::format("{}", *value); },
                        [](double* value) { return NumberToml(*value); },
                        [](std::string* value) { return QuotedToml(*value); },
                        [](std::vector<std::string>* value) { return StringsToml(*value); },
                        [](const TextValue& value) { return QuotedToml(value.get()); },
                        [](const TextListValue& value) { return StringsToml(value.get()); },
                    },
                    field.value);
}

bool IsSet(const ConfigField& field) {
  const std::string text = ConfigText(field);
  return text != "false" && text != "0" && text != "0.0" && text != "\"\"" && text != "[]";
}

std::string WriteConfig(const std::vector<ConfigField>& fields) {
  std::string text;
  std::string section;
  for (const ConfigField& field : fields) {
    if (field.only_when_set && !IsSet(field)) continue;
    if (text.empty() || field.section != section) {
      text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", field.section);
      section = field.section;
    }
    text += fmt::format("{} = {}\n", field.key, ConfigText(field));
  }
  return text;
}

}  // namespace headscope
