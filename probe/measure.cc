#include "probe/measure.h"

#include <utility>

namespace headscope {

std::optional<MeasureUnit> UnitOf(const std::string& measure) {
  const auto is = [&](const char* name) {
    return measure == name || measure.starts_with(std::string(name) + ':');
  };
  if (is("accuracy") || measure == "tvd") return MeasureUnit{"%", "points", 1, 100.0};
  if (is("jsd")) return MeasureUnit{"% of ln 2", "points", 1, 100.0};
  if (is("kl")) return MeasureUnit{"nats", "nats", 2, 1e3};
  return {};
}

std::string MeasureNames() { return "accuracy, accuracy:GROUP, tvd, jsd:Ll, kl:Ll"; }

}  // namespace headscope
