#include "probe/measure.h"

#include <utility>

namespace headscope {

std::optional<MeasureUnit> UnitOf(const std::string& measure) {
  const auto is = [&](const char* name) {
    return measure == name || measure.starts_with(std::string(name) + ':');
  };
  if (is("accuracy") || measure == "tvd") return MeasureUnit{"%", "points", 1, 100.0};
  if (is("jsd")) return MeasureUnit{"% of ln 2", "points", 1, 100.0};
  if (measure == "mlm:loss" || measure == "reader:divergence")
    return MeasureUnit{"nats", "nats", 3, 1e3};
  if (is("reader")) return MeasureUnit{"%", "points", 1, 100.0};
  if (is("kl")) return MeasureUnit{"nats", "nats", 2, 1e3};
  if (is("tau")) return MeasureUnit{"tau-b", "tau-b", 2, 1.0};
  for (const char* read_off : {"attention", "states", "null", "attack"}) {
    if (is(read_off)) return MeasureUnit{"%", "points", 1, 100.0};
  }
  if (is("trees")) return MeasureUnit{"%", "points", 1, 100.0};
  return {};
}

std::string MeasureNames() {
  return "accuracy, accuracy:GROUP, tvd, jsd:Ll, kl:Ll, tau:gradient, tau:loo, tau:gradient-loo, "
         "trees:UAS, trees:UUAS, mlm:loss, jsd:all, reader:accuracy, reader:plain, "
         "reader:divergence, attention:X, states:X, null:X (X: UPOS, UAS, coref), attack:X";
}

}  // namespace headscope
