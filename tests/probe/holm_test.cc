#include "probe/holm.h"

#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "tests/probe/statistics_goldens.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Holm's adjusted p-values are those of his definition", "[probe][statistics]") {
  for (const auto& row : StatisticsGoldens("holm")) {
    const std::vector<double> p = row["p"], expected = row["adjusted"];
    const std::vector<double> adjusted = HolmAdjusted(p);
    REQUIRE(adjusted.size() == expected.size());
    for (size_t k = 0; k < p.size(); ++k) CHECK_THAT(adjusted[k], WithinAbs(expected[k], 1e-15));
  }
  CHECK(HolmAdjusted({}).empty());
  CHECK_THROWS_WITH(HolmAdjusted(std::vector<double>{0.1, 1.5}), ContainsSubstring("found 1.5"));
}

}  // namespace
}  // namespace headscope
