// The JSON form of what `data stats` found.
#include <nlohmann/json.hpp>

#include "datasets/statistics_tables.h"

namespace headscope {
namespace {

using nlohmann::ordered_json;

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

ordered_json CountsJson(const TreebankStatistics& statistics) {
  const TreebankStatistics::Counts& counts = statistics.Totals();
  return {{"documents", counts.documents},
          {"sentences", counts.sentences},
          {"words", counts.words},
          {"multiword_tokens", counts.multiword_tokens},
          {"empty_nodes", counts.empty_nodes},
          {"types", statistics.NumTypes()},
          {"longest_sentence", counts.longest_sentence},
          {"non_projective_sentences", statistics.Dependencies().NonProjectiveSentences()},
          {"non_projective_arcs", statistics.Dependencies().NonProjectiveArcs()}};
}

ordered_json UposJson(const TreebankStatistics& statistics) {
  ordered_json json;
  for (size_t tag = 0; tag < kUposTags.size(); ++tag) {
    json[std::string(kUposTags[tag])] = statistics.UposCounts()[tag];
  }
  json["other"] = statistics.UposCounts().back();
  return json;
}

ordered_json InformationJson(const MutualInformation& information) {
  return {{"bits", information.bits}, {"shuffled", information.null}};
}

ordered_json RelationJson(const RelationStatistics& row) {
  ordered_json json{{"n", row.n}};
  if (row.relation == "root") return json;
  const size_t tag = row.rule.rule.tag;
  json["offset"] = {{"offset", row.offset.offset}, {"accuracy", Share(row.offset.count, row.n)}};
  json["nearest"] = {{"upos", tag < kUposTags.size() ? kUposTags[tag] : "other"},
                     {"side", row.rule.rule.to_the_right ? "right" : "left"},
                     {"accuracy", Share(row.rule.count, row.n)}};
  json["mutual_information"] = {{"head", InformationJson(row.with_head)},
                                {"offset", InformationJson(row.with_offset)}};
  return json;
}

ordered_json BaselinesJson(const CoreferenceBaselines& baselines) {
  return {{"n", baselines.n},
          {"nearest_mention", Share(baselines.nearest, baselines.n)},
          {"nearest_agreeing_mention", Share(baselines.nearest_agreeing, baselines.n)},
          {"previous_subject", Share(baselines.previous_subject, baselines.n)},
          {"same_head_word", Share(baselines.same_head_word, baselines.n)}};
}

ordered_json CoreferenceJson(const TreebankStatistics& statistics) {
  const CoreferenceStatistics& coreference = statistics.Coreference();
  const CoreferenceStatistics::Counts& counts = coreference.Totals();
  ordered_json json{{"documents", counts.documents},
                    {"mentions", counts.mentions},
                    {"chains", counts.chains},
                    {"singletons", counts.singletons},
                    {"pronominal", counts.pronominal},
                    {"personal", counts.personal},
                    {"third_person", counts.third_person},
                    {"pronominal_with_earlier", counts.pronominal_with_earlier},
                    {"one_candidate", Share(counts.one_candidate, counts.third_person)},
                    {"no_candidate", Share(counts.no_candidate, counts.third_person)},
                    {"third_person_baselines", BaselinesJson(coreference.ThirdPerson())},
                    {"all_baselines", BaselinesJson(coreference.AllAnaphors())}};
  if (coreference.ThirdPerson().n > 0) {
    json["distance_words"] = {{"median", coreference.DistanceQuantile(0.5)},
                              {"99%", coreference.DistanceQuantile(0.99)},
                              {"all", coreference.DistanceQuantile(1.0)}};
  }
  if (statistics.Resolved()) {
    json["exact_resolver"] = {
        {"n", statistics.Resolved()->pronouns},
        {"accuracy", Share(statistics.Resolved()->right, statistics.Resolved()->pronouns)}};
  }
  return json;
}

}  // namespace

std::string StatisticsJson(const std::vector<InputStatistics>& inputs) {
  ordered_json all = ordered_json::array();
  for (const InputStatistics& input : inputs) {
    const TreebankStatistics& statistics = *input.statistics;
    ordered_json relations;
    for (const RelationStatistics& row : input.relations) {
      relations[row.relation] = RelationJson(row);
    }
    all.push_back(
        {{"name", statistics.Name()},
         {"counts", CountsJson(statistics)},
         {"upos", UposJson(statistics)},
         {"lookup_accuracy", Share(statistics.Lookup().NumRight(), statistics.Totals().words)},
         {"ambiguous_words", Share(statistics.Lookup().NumAmbiguous(), statistics.Totals().words)},
         {"relations", relations},
         {"coreference", CoreferenceJson(statistics)}});
  }
  return all.dump(2) + "\n";
}

}  // namespace headscope
