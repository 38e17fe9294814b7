// What every results.json of a probe has: estimates, the model, the files, one way of laying out.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "probe/head_results.h"

namespace headscope {

nlohmann::ordered_json ToJson(const Estimate& estimate);
nlohmann::ordered_json ToJson(const RandomModelScores& scores);
nlohmann::ordered_json ToJson(const ClusterFacts& clusters);
nlohmann::ordered_json ToJson(const ModelFacts& model);
nlohmann::ordered_json ToJson(const DataFacts& data);

// One line for each entry, and for each element of an entry's list or object: readable, and small.
std::string OneLineEach(const nlohmann::ordered_json& json);

}  // namespace headscope
