// What is written of adversaries, read by NumPy: the same divergences, distances and objective.
#include <nlohmann/json.hpp>

#include "model/base/file.h"
#include "model/safetensors.h"
#include "probe/output_norms.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"
#include "train/divergence.h"

namespace headscope {
namespace {

using nlohmann::json;

std::vector<std::vector<float>> RowsOfTensor(const SafetensorsFile& file, const std::string& name) {
  const SafetensorsEntry& entry = file.Find(name);
  std::vector<float> all(entry.shape[0] * entry.shape[1]);
  file.ReadFloats(name, all);
  std::vector<std::vector<float>> rows;
  for (size_t i = 0; i < entry.shape[0]; ++i) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i * entry.shape[1]);
    rows.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(entry.shape[1]));
  }
  return rows;
}

// tests/goldens/read_adversary_maps.py made numpy.json of the other two files, which are of
// `explain adversary`.
TEST_CASE("Adversaries' numbers equal NumPy's reading of their maps", "[explain][golden]") {
  const std::string folder = GoldenPath("adversary");
  const SafetensorsFile maps(folder + "/maps.safetensors");
  const json results = json::parse(ReadFile(folder + "/results.json"));
  const json golden = json::parse(ReadFile(folder + "/numpy.json"));
  const double epsilon = results.at("epsilon"), penalty = results.at("penalty");
  REQUIRE(golden.at("instances").size() == results.at("instances").size());
  REQUIRE(golden.at("instances").size() >= 4);
  for (const json& expected : golden.at("instances")) {
    const std::string place = std::to_string(expected.at("place").get<size_t>());
    const auto original = RowsOfTensor(maps, place + "/original");
    const auto adversary = RowsOfTensor(maps, place + "/adversary");
    const auto norms = RowsOfTensor(maps, place + "/value_norms");
    const auto outputs = RowsOfTensor(maps, place + "/probabilities");
    const auto rows = static_cast<double>(original.size());
    double jsd = 0.0, weighted = 0.0;
    for (size_t r = 0; r < original.size(); ++r) {
      const std::vector<double> n(norms[r].begin(), norms[r].end());
      jsd += JensenShannon(std::span<const float>(original[r]), adversary[r]) / rows;
      weighted += ValueWeightedJensenShannon(original[r], adversary[r], n) / rows;
    }
    const double tvd = TotalVariation(std::vector<double>(outputs[0].begin(), outputs[0].end()),
                                      std::vector<double>(outputs[1].begin(), outputs[1].end()));
    const double objective = -jsd + penalty * std::max(0.0, tvd - epsilon);
    INFO("example " << place);
    CHECK_THAT(jsd, WithinAbs(expected.at("jsd").get<double>(), 1e-9));
    CHECK_THAT(weighted, WithinAbs(expected.at("value_weighted_jsd").get<double>(), 1e-9));
    CHECK_THAT(tvd, WithinAbs(expected.at("tvd").get<double>(), 1e-9));
    CHECK_THAT(objective, WithinAbs(expected.at("objective").get<double>(), 1e-6));
    CHECK(tvd <= epsilon + 1e-7);
    CHECK(jsd > 0.05);
    // And what the program had said itself, before its maps were rounded to floats.
    const auto said = std::find_if(
        results.at("instances").begin(), results.at("instances").end(),
        [&](const json& instance) { return instance.at("place") == expected.at("place"); });
    REQUIRE(said != results.at("instances").end());
    CHECK_THAT(said->at("jsd").get<double>(), WithinAbs(jsd, 1e-6));
    CHECK_THAT(said->at("value_weighted_jsd").get<double>(), WithinAbs(weighted, 1e-6));
    CHECK_THAT(said->at("tvd").get<double>(), WithinAbs(tvd, 1e-6));
  }
}

}  // namespace
}  // namespace headscope
