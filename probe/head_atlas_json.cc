#include "probe/head_atlas_json.h"

#include <nlohmann/json.hpp>

#include "probe/facts_json.h"
#include "probe/head_results.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

Json SurfaceJson(const SurfaceStatistics& surface) {
  Json json = Json::object();
  for (size_t k = 0; k < kNumSurfaces; ++k) json[kSurfaceNames[k]] = ToJson(surface.means[k]);
  json["position"] = surface.position;
  json["position_share"] = ToJson(surface.position_share);
  return json;
}

Json KindJson(const HeadKind& kind) {
  Json relations = Json::array();
  for (const FollowedRelation& followed : kind.relations) {
    relations.push_back({{"relation", followed.relation},
                         {"direction", DirectionName(static_cast<Direction>(followed.direction))},
                         {"over_offset", ToJson(followed.excess)},
                         {"p_holm", followed.p}});
  }
  return {{"name", kind.name},           {"positional", kind.positional},
          {"delimiter", kind.delimiter}, {"broad", kind.broad},
          {"duplicate", kind.duplicate}, {"coreference", kind.coreference},
          {"relations", relations}};
}

}  // namespace

Json HeadsJson(const HeadAtlas& atlas, const Json& head_names) {
  Json json = Json::object();
  json["uniform"] = {{"surface", SurfaceJson(atlas.uniform)}};
  for (size_t head = 0; head < atlas.surface.size(); ++head) {
    json[head_names[head].get<std::string>()] = {
        {"kind", KindJson(atlas.kinds[head])},
        {"surface", SurfaceJson(atlas.surface[head])},
        {"cluster", atlas.clusters[head]},
        {"map", {atlas.map[head].first, atlas.map[head].second}}};
  }
  return json;
}

Json HeadDistancesJson(const HeadAtlas& atlas) {
  Json matrix = Json::array();
  const size_t n = atlas.surface.size();
  for (size_t a = 0; a < n; ++a) {
    const auto row = atlas.distances.begin() + static_cast<std::ptrdiff_t>(a * n);
    matrix.push_back(std::vector<double>(row, row + static_cast<std::ptrdiff_t>(n)));
  }
  return {{"rows", atlas.distance_rows},
          {"map_stress", atlas.map_stress},
          {"clusters", atlas.num_clusters},
          {"silhouette", atlas.silhouette},
          {"relation_tests", atlas.relation_tests},
          {"matrix", matrix}};
}

Json TreesJson(const TreeResults& trees, const Json& head_names) {
  Json json = {{"sentences", trees.sentences}};
  for (size_t m = 0; m < kNumTreeMeasures; ++m) {
    Json rows = Json::array(), heads = Json::object();
    for (const TreeRow& row : trees.rows[m]) {
      Json entry = {{"family", row.family}};
      if (!row.chosen.empty()) {
        entry["chosen"] = row.chosen;
        entry["dev_score"] = row.dev_score;
      }
      entry["score"] = ToJson(row.score);
      if (!row.random_models.values.empty()) entry["random_models"] = ToJson(row.random_models);
      if (!row.permuted_models.values.empty()) {
        entry["permuted_models"] = ToJson(row.permuted_models);
      }
      rows.push_back(std::move(entry));
    }
    for (size_t head = 0; head < trees.heads[m].size(); ++head) {
      heads[head_names[head].get<std::string>()] = ToJson(trees.heads[m][head]);
    }
    json[kTreeMeasureNames[m]] = {{"rows", rows}, {"heads", heads}};
  }
  return json;
}

}  // namespace headscope
