#include <nlohmann/json.hpp>

#include "probe/facts_json.h"
#include "probe/importance_tables.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

Json CurveJson(const std::vector<PruningPoint>& curve) {
  Json json = Json::array();
  for (const PruningPoint& point : curve) {
    json.push_back({{"removed", point.removed}, {"loss", ToJson(point.loss)}});
  }
  return json;
}

Json HeadJson(const HeadImportance& head, const JointRow& joint) {
  Json json = {{"gradient", ToJson(head.gradient)},
               {"normalised", head.normalised},
               {"ablation", ToJson(head.ablation)},
               {"ablation_p_holm", head.ablation_p},
               {"value_norm", ToJson(head.value_norm)},
               {"relation", joint.relation},
               {"direction", DirectionName(static_cast<Direction>(joint.direction))}};
  for (size_t k = 0; k < kNumJointScores; ++k) json["joint"][kJointScoreNames[k]] = joint.scores[k];
  return json;
}

}  // namespace

Json ImportanceJson(const HeadProbeResults& results, const ImportanceResults& importance) {
  Json heads = Json::object(), correlations = Json::object();
  for (size_t k = 0; k < importance.heads.size(); ++k) {
    const HeadId id{k / results.model.heads, k % results.model.heads};
    heads[id.Name()] = HeadJson(importance.heads[k], importance.joint.heads[k]);
  }
  for (size_t a = 0; a < kNumJointScores; ++a) {
    for (size_t b = a + 1; b < kNumJointScores; ++b) {
      correlations[kJointScoreNames[a]][kJointScoreNames[b]] =
          ToJson(importance.joint.correlations[a * kNumJointScores + b]);
    }
  }
  return {{"protocol", ImportanceProtocolName(importance.protocol)},
          {"dev_sentences", importance.dev_sentences},
          {"test_sentences", importance.test_sentences},
          {"dev_clusters", ToJson(importance.dev_clusters)},
          {"test_clusters", ToJson(importance.test_clusters)},
          {"loss", ToJson(importance.loss)},
          {"heads", heads},
          {"spearman", correlations},
          {"pruning",
           {{"least_first", CurveJson(importance.least_first)},
            {"most_first", CurveJson(importance.most_first)},
            {"random", CurveJson(importance.random_order)}}}};
}

}  // namespace headscope
