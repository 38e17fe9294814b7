#include "train/config_field.h"

#include <fmt/ranges.h>

#include "model/base/error.h"

namespace headscope {

const ConfigField* FindField(const std::vector<ConfigField>& fields, std::string_view section,
                             std::string_view key) {
  for (const ConfigField& field : fields) {
    if (field.section == section && field.key == key) return &field;
  }
  return nullptr;
}

void CheckRange(const ConfigField& field, double value) {
  // Written so that NaN is refused as well.
  if (value >= field.min && value <= field.max) return;
  Fail("expected {} between {} and {}, found {}", field.key, field.min, field.max, value);
}

size_t IndexOfName(const std::string& name, const std::vector<std::string>& names,
                   const std::string& what) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  Fail("expected {} as one of {}, found \"{}\"", what, fmt::join(names, ", "), name);
}

}  // namespace headscope
