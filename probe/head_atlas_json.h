// The atlas of heads in results.json; the README describes its keys.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "probe/head_atlas.h"

namespace headscope {

// Surface statistics, kind, cluster and place on the map of each head, by name.
nlohmann::ordered_json HeadsJson(const HeadAtlas& atlas, const nlohmann::ordered_json& head_names);
nlohmann::ordered_json HeadDistancesJson(const HeadAtlas& atlas);
nlohmann::ordered_json TreesJson(const TreeResults& trees,
                                 const nlohmann::ordered_json& head_names);

}  // namespace headscope
