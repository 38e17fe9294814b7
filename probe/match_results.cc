#include "probe/match_results.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "datasets/text_table.h"
#include "probe/estimate_text.h"
#include "probe/facts_json.h"

namespace headscope {
namespace {

std::string Nats(const Estimate& estimate) { return EstimateText(estimate, 1.0, 3); }

std::string NameOfHead(const ModelFacts& model, size_t head) {
  return HeadId{head / model.heads, head % model.heads}.Name();
}

const ModelFacts& SecondOf(const MatchResults& results, const ModelPair& pair) {
  return results.models[pair.against_random ? pair.a : pair.b];
}

std::string MatchSummary(const MatchResults& results) {
  TextTable table({"models", "heads", "matched, nats", "random bijections", "p", "same layer, %",
                   "random bijections", "p"});
  for (const ModelPair& pair : results.pairs) {
    const HeadMatch& match = pair.match;
    table.Add({fmt::format("{} - {}", pair.a + 1,
                           pair.against_random ? "fresh" : std::to_string(pair.b + 1)),
               std::to_string(match.partner.size()), Nats(match.mean), Nats(match.random_mean),
               fmt::format("{:.4f}", match.mean_p),
               fmt::format("{:.1f}", 100 * match.same_layer.value),
               EstimateText(match.random_same_layer), fmt::format("{:.4f}", match.same_layer_p)});
  }
  return table.Text();
}

std::string Heads(const MatchResults& results, const ModelPair& pair) {
  TextTable table(
      {fmt::format("head of {}", pair.a + 1), fmt::format("of {}", pair.b + 1), "nats"});
  for (size_t head = 0; head < pair.match.partner.size(); ++head) {
    table.Add({NameOfHead(results.models[pair.a], head),
               NameOfHead(SecondOf(results, pair), pair.match.partner[head]),
               Nats(pair.match.distance[head])});
  }
  return table.Text();
}

}  // namespace

std::string MatchTablesText(const MatchResults& results) {
  std::string text = fmt::format(
      "Heads of two models matched by least sum of Jensen-Shannon distances on {} ({} rows), "
      "scored "
      "on {} ({} rows):\nmean divergence of the pairs' rows in nats (at most 0.693) with 95% "
      "intervals over documents, beside {} random bijections\n(mean and middle 95%); fresh: a "
      "randomly initialised model, matched the same way.\n",
      results.dev.path, results.dev_rows, results.test.path, results.test_rows,
      results.permutations);
  for (size_t k = 0; k < results.models.size(); ++k) {
    text += fmt::format("{}: {}\n", k + 1, results.models[k].directory);
  }
  text += "\n" + MatchSummary(results);
  for (const ModelPair& pair : results.pairs) {
    if (!pair.against_random) text += "\n" + Heads(results, pair);
  }
  return text;
}

std::string MatchJson(const MatchResults& results) {
  using Object = nlohmann::ordered_json;
  Object json = {{"format", "headscope probe match 1"},
                 {"models", Object::array()},
                 {"dev", ToJson(results.dev)},
                 {"test", ToJson(results.test)},
                 {"options",
                  {{"seed", results.facts.seed},
                   {"permutations", results.permutations},
                   {"dev_rows", results.dev_rows},
                   {"test_rows", results.test_rows}}},
                 {"pairs", Object::array()}};
  for (const ModelFacts& model : results.models) json["models"].push_back(ToJson(model));
  for (const ModelPair& pair : results.pairs) {
    const HeadMatch& match = pair.match;
    Object heads = Object::array();
    for (size_t head = 0; head < match.partner.size(); ++head) {
      heads.push_back({{"a", NameOfHead(results.models[pair.a], head)},
                       {"b", NameOfHead(SecondOf(results, pair), match.partner[head])},
                       {"divergence", ToJson(match.distance[head])}});
    }
    json["pairs"].push_back({{"a", pair.a},
                             {"b", pair.against_random ? Object("fresh") : Object(pair.b)},
                             {"matched", ToJson(match.mean)},
                             {"random_bijections", ToJson(match.random_mean)},
                             {"matched_p", match.mean_p},
                             {"same_layer", match.same_layer.value},
                             {"random_same_layer", ToJson(match.random_same_layer)},
                             {"same_layer_p", match.same_layer_p},
                             {"heads", heads}});
  }
  return OneLineEach(json);
}

}  // namespace headscope
