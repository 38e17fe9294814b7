// SciPy's answers, made by tests/goldens/make_statistics_goldens.py.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/locations.h"

namespace headscope {

inline nlohmann::json StatisticsGoldens(const std::string& section) {
  std::ifstream file(GoldenPath("statistics_goldens.json"));
  return nlohmann::json::parse(file).at(section);
}

}  // namespace headscope
