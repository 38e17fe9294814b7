#include "probe/results.h"

#include <nlohmann/json.hpp>

#include "probe/facts_json.h"
#include "probe/head_atlas_json.h"
#include "probe/importance_tables.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

const char* StateName(ContextState state) {
  switch (state) {
    case ContextState::kLearned:
      return "learned";
    case ContextState::kNotLearned:
      return "not learned";
    case ContextState::kNoTwin:
      return "no twin";
    case ContextState::kNoLoss:
      return "no held-out loss";
    case ContextState::kNoMlmHead:
      return "no masked-LM head";
  }
  return "";
}

Json ToJson(const ContextCheck& context) {
  Json json = {{"state", StateName(context.state)}, {"message", context.message}};
  json["threshold"] = kContextThreshold;
  if (context.state == ContextState::kLearned || context.state == ContextState::kNotLearned) {
    json["twin_run"] = context.twin_run;
    json["step"] = context.step;
    json["held_out_loss"] = context.held_out_loss;
    json["twin_held_out_loss"] = context.twin_held_out_loss;
    json["gap"] = context.gap;
  }
  return json;
}

Json ToJson(const std::vector<CurvePoint>& points) {
  Json json = Json::array();
  for (const CurvePoint& point : points) json.push_back({point.step, point.loss});
  return json;
}

Json ToJson(const NullComparison& comparison) {
  return {{"difference", ToJson(comparison.difference)}, {"p_holm", comparison.p}};
}

Json ToJson(const BestOfAllHeads& best) {
  return {{"head", best.head.Name()},
          {"direction", DirectionName(best.direction)},
          {"p", best.p},
          {"p_holm", best.p_holm}};
}

Json ToJson(const RelationResult& row) {
  return {{"relation", row.relation},
          {"dev_n", row.dev_n},
          {"head", row.head.Name()},
          {"direction", DirectionName(row.direction)},
          {"dev_accuracy", row.dev_accuracy},
          {"accuracy", ToJson(row.accuracy)},
          {"offset", row.offset},
          {"offset_dev_accuracy", row.offset_dev_accuracy},
          {"offset_accuracy", ToJson(row.offset_accuracy)},
          {"rule_upos", row.rule_upos},
          {"rule_side", row.rule_to_the_right ? "right" : "left"},
          {"rule_dev_accuracy", row.rule_dev_accuracy},
          {"rule_accuracy", ToJson(row.rule_accuracy)},
          {"accuracy_where_rule_wrong", ToJson(row.accuracy_where_rule_wrong)},
          {"random_models", ToJson(row.random_models)},
          {"permuted_models", ToJson(row.permuted_models)},
          {"over_offset", ToJson(row.over_offset)},
          {"over_rule", ToJson(row.over_rule)},
          {"above_offset", row.over_offset.Above()},
          {"above_rule", row.over_rule.Above()},
          {"any_head", ToJson(row.any_head)},
          {"clusters", row.clusters}};
}

Json HeadNames(const ModelFacts& model) {
  Json names = Json::array();
  for (size_t layer = 0; layer < model.layers; ++layer) {
    for (size_t head = 0; head < model.heads; ++head) names.push_back(HeadId{layer, head}.Name());
  }
  return names;
}

// {"nsubj": {"n": …, "dep->head": [per head], "head->dep": [per head]}, …}
Json ToJson(const HeadCounts& counts) {
  Json json = Json::object();
  if (counts.relations.empty()) return json;
  const size_t num_heads = counts.counts.size() / counts.relations.size() / kNumDirections;
  for (size_t r = 0; r < counts.relations.size(); ++r) {
    Json row = {{"n", counts.instances[r]}};
    for (Direction direction : {Direction::kDependentToHead, Direction::kHeadToDependent}) {
      Json values = Json::array();
      for (size_t head = 0; head < num_heads; ++head) {
        const size_t cell = (r * num_heads + head) * kNumDirections;
        values.push_back(counts.counts[cell + static_cast<size_t>(direction)]);
      }
      row[DirectionName(direction)] = std::move(values);
    }
    json[counts.relations[r]] = std::move(row);
  }
  return json;
}

// Rows of a [tags, tags] matrix; NaN becomes null.
Json Rows(const std::vector<double>& values, size_t columns) {
  Json rows = Json::array();
  for (size_t begin = 0; begin < values.size(); begin += columns) {
    rows.push_back(
        std::vector<double>(values.begin() + static_cast<std::ptrdiff_t>(begin),
                            values.begin() + static_cast<std::ptrdiff_t>(begin + columns)));
  }
  return rows;
}

Json ToJson(const UposResults& upos) {
  Json best = Json::array(), heads = Json::object();
  for (const UposResult& row : upos.best) {
    best.push_back({{"attending", row.attending},
                    {"attended", row.attended},
                    {"head", row.head.Name()},
                    {"dev_lift", row.dev_lift},
                    {"lift", ToJson(row.lift)},
                    {"random_models", ToJson(row.random_models)},
                    {"permuted_models", ToJson(row.permuted_models)}});
  }
  for (const UposMatrix& matrix : upos.heads) {
    heads[matrix.head.Name()] = {{"word_share", matrix.word_share},
                                 {"lift", Rows(matrix.lift, upos.tags.size())},
                                 {"lift_error", Rows(matrix.lift_error, upos.tags.size())}};
  }
  return {{"tags", upos.tags}, {"test_words", upos.counts}, {"best", best}, {"heads", heads}};
}

Json ByType(const std::vector<Estimate>& estimates) {
  Json json = Json::object();
  for (size_t type = 0; type < estimates.size(); ++type) {
    json[kMentionTypeNames[type]] = ToJson(estimates[type]);
  }
  return json;
}

// {candidate set: {type: {"n": …, "correct": [per head]}}}
Json CoreferenceCounts(const std::vector<double>& counts, const std::vector<uint64_t>& instances) {
  const size_t num_heads = counts.size() / kNumCandidateSets / kNumMentionTypes;
  Json json = Json::object();
  for (size_t set = 0; set < kNumCandidateSets; ++set) {
    for (size_t type = 0; type < kNumMentionTypes; ++type) {
      Json values = Json::array();
      for (size_t head = 0; head < num_heads; ++head) {
        values.push_back(counts[(head * kNumCandidateSets + set) * kNumMentionTypes + type]);
      }
      json[kCandidateSetNames[set]][kMentionTypeNames[type]] = {{"n", instances[type]},
                                                                {"correct", values}};
    }
  }
  return json;
}

Json ToJson(const CoreferenceHead& head) {
  Json rows = Json::object(), own_rows = Json::object();
  for (size_t type = 0; type < head.rows.size(); ++type) {
    const char* const name = kMentionTypeNames[type];
    const CoreferenceRow &row = head.rows[type], &own = head.own_rows[type];
    rows[name] = {{"accuracy", ToJson(row.accuracy)},
                  {"random_models", ToJson(row.random_models)},
                  {"permuted_models", ToJson(row.permuted_models)}};
    own_rows[name] = {{"head", head.own_heads[type].Name()},
                      {"accuracy", ToJson(own.accuracy)},
                      {"random_models", ToJson(own.random_models)},
                      {"permuted_models", ToJson(own.permuted_models)}};
  }
  return {{"candidates", kCandidateSetNames[static_cast<size_t>(head.candidates)]},
          {"head", head.head.Name()},
          {"dev_accuracy", head.dev_accuracy},
          {"types", rows},
          {"own_heads", own_rows}};
}

Json ToJson(const CoreferenceResults& coreference) {
  Json heads = Json::array();
  for (const CoreferenceHead& head : coreference.heads) heads.push_back(ToJson(head));
  const auto file = [](uint64_t documents, uint64_t segments, uint64_t mentions, uint64_t skipped) {
    return Json{{"documents", documents},
                {"segments", segments},
                {"mentions", mentions},
                {"skipped_sentences", skipped}};
  };
  const auto rule = [&](AntecedentRule which) {
    return ByType(coreference.rules[static_cast<size_t>(which)]);
  };
  return {{"scheme", coreference.scheme},
          {"segment_pieces", coreference.segment_pieces},
          {"dev", file(coreference.dev_documents, coreference.dev_segments,
                       coreference.dev_mentions, coreference.dev_skipped_sentences)},
          {"test", file(coreference.test_documents, coreference.test_segments,
                        coreference.test_mentions, coreference.test_skipped_sentences)},
          {"clusters", ToJson(coreference.clusters)},
          {"heads", heads},
          {"nearest_mention", rule(AntecedentRule::kNearestMention)},
          {"nearest_agreeing", rule(AntecedentRule::kNearestAgreeing)},
          {"nearest_same_head_word", rule(AntecedentRule::kSameHeadWord)},
          {"four_sieves", rule(AntecedentRule::kFourSieves)},
          {"dev_counts", CoreferenceCounts(coreference.dev_counts, coreference.dev_instances)},
          {"test_counts", CoreferenceCounts(coreference.test_counts, coreference.test_instances)}};
}

Json ToJson(const ExampleSentence& example) {
  Json maps = Json::array();
  for (const ExampleMap& map : example.maps) {
    maps.push_back({{"head", map.head.Name()},
                    {"direction", DirectionName(map.direction)},
                    {"shows", map.shows},
                    {"attention", map.attention}});
  }
  return {{"id", example.id},     {"text", example.text},   {"words", example.words},
          {"upos", example.upos}, {"heads", example.heads}, {"relations", example.relations},
          {"maps", maps}};
}

template <typename Row>
Json List(const std::vector<Row>& rows) {
  Json json = Json::array();
  for (const Row& row : rows) json.push_back(ToJson(row));
  return json;
}

}  // namespace

std::string ResultsJson(const HeadProbeResults& results, const ImportanceResults* importance) {
  Json json;
  json["format"] = "headscope probe heads 1";
  json["model"] = ToJson(results.model);
  json["dev"] = ToJson(results.dev);
  json["test"] = ToJson(results.test);
  json["options"] = {{"read", results.facts.read},
                     {"seed", results.facts.seed},
                     {"sign_flips", results.facts.sign_flips},
                     {"clusters", results.clusters.name},
                     {"num_clusters", results.clusters.count},
                     {"random_model_seeds", results.facts.random_model_seeds},
                     {"minimum_instances", results.facts.minimum_instances}};
  json["notes"] = results.notes;
  json["context"] = ToJson(results.context);
  json["curve"] = {{"training", ToJson(results.curve.training)},
                   {"held_out", ToJson(results.curve.held_out)},
                   {"twin_held_out", ToJson(results.curve.twin_held_out)}};
  json["head_names"] = HeadNames(results.model);
  json["relations"] = List(results.relations);
  json["upos"] = ToJson(results.upos);
  json["coreference"] = results.coreference ? ToJson(*results.coreference) : Json();
  json["heads"] = HeadsJson(results.atlas, json["head_names"]);
  json["head_distances"] = HeadDistancesJson(results.atlas);
  json["trees"] = TreesJson(results.atlas.trees, json["head_names"]);
  json["importance"] = importance == nullptr ? Json() : ImportanceJson(results, *importance);
  json["dev_counts"] = ToJson(results.dev_counts);
  json["test_counts"] = ToJson(results.test_counts);
  json["examples"] = List(results.examples);
  return OneLineEach(json);
}

std::string ManifestJson(const ProbeFacts& facts) {
  const Json json = {{"command", facts.command},
                     {"commit", facts.commit},
                     {"compiler", facts.compiler},
                     {"simd_target", facts.simd_target},
                     {"threads", facts.threads}};
  return json.dump(2) + "\n";
}

}  // namespace headscope
