// One field of a typed config, under its names in a config file and on the command line. One list
// of fields gives the file's keys, the flags and the resolved config that a run stores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace headscope {

// Something written as a string that is not a plain string: an enum, a stage. `set` throws Error
// for what it refuses.
struct TextValue {
  std::function<std::string()> get;
  std::function<void(const std::string&)> set;
};
struct TextListValue {
  std::function<std::vector<std::string>()> get;
  std::function<void(const std::vector<std::string>&)> set;
};

// For std::visit over ConfigField::value.
template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

struct ConfigField {
  std::string section, key;  // of the file: [section] key = …
  std::string flag;          // of the command line: "--batch-tokens"; empty: none
  std::string help;
  std::variant<bool*, uint64_t*, double*, std::string*, std::vector<std::string>*, TextValue,
               TextListValue>
      value;
  // For numbers; both included.
  double min = 0.0;
  double max = 9007199254740992.0;  // 2^53
  // Written to files only where it is not false, 0 or empty, so that the files of runs that do not
  // use it are as they were before it existed.
  bool only_when_set = false;
};

// Null when there is none.
const ConfigField* FindField(const std::vector<ConfigField>& fields, std::string_view section,
                             std::string_view key);

// Throws Error unless the number is within the field's bounds (NaN never is).
void CheckRange(const ConfigField& field, double value);

// The position of `name` in `names`. Throws Error "expected WHAT as one of …, found …".
size_t IndexOfName(const std::string& name, const std::vector<std::string>& names,
                   const std::string& what);

// An enum by its names, in order of its values.
template <typename Enum>
TextValue EnumValue(Enum& value, std::vector<std::string> names, std::string what) {
  return {[&value, names] { return names[static_cast<size_t>(value)]; },
          [&value, names, what = std::move(what)](const std::string& name) {
            value = static_cast<Enum>(IndexOfName(name, names, what));
          }};
}

}  // namespace headscope
