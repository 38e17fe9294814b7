#include "probe/head_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/text_table.h"
#include "probe/estimate_text.h"
#include "probe/head_atlas_tables.h"

namespace headscope {
namespace {

// "53.1 [50.2, 56.0]"; "-" without instances.
std::string PercentWithInterval(const Estimate& estimate) {
  return estimate.n == 0 ? "-" : EstimateText(estimate);
}

std::string Flags(const RelationResult& row) {
  const bool above_offset = row.over_offset.Above(), above_rule = row.over_rule.Above();
  if (above_offset && above_rule) return "above offset and rule";
  if (above_rule) return "above rule";
  return above_offset ? "above offset" : "";
}

// "+3.2 [+1.0, +5.4] p 0.012"
std::string ComparisonText(const NullComparison& comparison) {
  return DifferenceText(comparison.difference) + " p " + PValueText(comparison.p);
}

std::string OwnHeadsTable(const CoreferenceResults& coreference) {
  std::vector<std::string> header = {"mentions", "n"};
  for (const CoreferenceHead& head : coreference.heads) {
    header.push_back(kCandidateSetNames[static_cast<size_t>(head.candidates)]);
    header.push_back("random models");
  }
  TextTable table(header);
  for (size_t type = 0; type < kNumMentionTypes; ++type) {
    if (coreference.test_instances[type] == 0) continue;
    std::vector<std::string> row = {kMentionTypeNames[type],
                                    std::to_string(coreference.test_instances[type])};
    for (const CoreferenceHead& head : coreference.heads) {
      row.push_back(head.own_heads[type].Name() + "  " +
                    PercentWithInterval(head.own_rows[type].accuracy));
      row.push_back(RangeText(head.own_rows[type].random_models));
    }
    table.Add(std::move(row));
  }
  return table.Text();
}

}  // namespace

std::string RelationSummary(const std::vector<RelationResult>& relations) {
  const auto count = [&](const auto& holds) {
    return std::count_if(relations.begin(), relations.end(), holds);
  };
  return fmt::format(
      "{} of {} relations above their best offset, {} above their nearest-class rule; of {} some "
      "head is above the offset.\n",
      count([](const RelationResult& row) { return row.over_offset.Above(); }), relations.size(),
      count([](const RelationResult& row) { return row.over_rule.Above(); }),
      count([](const RelationResult& row) { return row.any_head.p_holm < kAboveLevel; }));
}

std::string DependencyTableText(const HeadProbeResults& results) {
  TextTable table({"relation", "n", "head", "direction", "accuracy", "offset", "accuracy",
                   "head less offset", "nearest", "accuracy", "head less nearest",
                   "head where rule wrong", "any head over offset", "random models",
                   "permuted weights", ""});
  for (const RelationResult& row : results.relations) {
    table.Add({row.relation, std::to_string(row.accuracy.n), row.head.Name(),
               DirectionName(row.direction), PercentWithInterval(row.accuracy),
               fmt::format("{:+d}", row.offset), PercentWithInterval(row.offset_accuracy),
               ComparisonText(row.over_offset),
               row.rule_to_the_right ? row.rule_upos + " ->" : "<- " + row.rule_upos,
               PercentWithInterval(row.rule_accuracy), ComparisonText(row.over_rule),
               row.accuracy_where_rule_wrong.n == 0
                   ? "-"
                   : fmt::format("{} n={}", PercentWithInterval(row.accuracy_where_rule_wrong),
                                 row.accuracy_where_rule_wrong.n),
               fmt::format("{} p {}", row.any_head.head.Name(), PValueText(row.any_head.p_holm)),
               RangeText(row.random_models), RangeText(row.permuted_models), Flags(row)});
  }
  return fmt::format(
      "Dependencies: the best of {} heads and 2 directions, chosen on dev, scored on test, in "
      "percent with 95% intervals\n(units: {}), beside the best fixed offset and "
      "the nearest word of a class to one side (both chosen on dev)\nand the same choice on {} "
      "random models (and the model with its matrices' entries permuted): mean (range). Relations "
      "with at least {} instances in both files.\nDifferences are paired, their p two-sided; any "
      "head: whether one of all heads and directions is above the offset on test, the maximum over "
      "them taken in the null too ({} sign flips).\nEvery p after Holm over the relations.\n\n{}\n"
      "{}",
      results.model.layers * results.model.heads, ClustersText(results.clusters),
      results.facts.random_model_seeds.size(), results.facts.minimum_instances,
      results.facts.sign_flips, table.Text(), RelationSummary(results.relations));
}

namespace {}  // namespace

std::string UposTableText(const HeadProbeResults& results) {
  TextTable table(
      {"attending", "words", "attended", "head", "lift", "random models", "permuted weights"});
  for (const UposResult& row : results.upos.best) {
    table.Add({row.attending, std::to_string(row.lift.n), row.attended, row.head.Name(),
               EstimateText(row.lift, 1.0, 2), RangeText(row.random_models, 1.0, 2),
               RangeText(row.permuted_models, 1.0, 2)});
  }
  return fmt::format(
      "Parts of speech: for words of each class, the head and attended class with the largest lift "
      "over uniform attention,\nchosen on dev, scored on test (1 = uniform; every head's full "
      "matrix is in results.json).\n\n{}",
      table.Text());
}

std::string CoreferenceTableText(const HeadProbeResults& results) {
  if (!results.coreference) return "Coreference: none in these files.\n";
  const CoreferenceResults& coreference = *results.coreference;
  std::vector<std::string> header = {"mentions", "n"};
  for (const CoreferenceHead& head : coreference.heads) {
    header.push_back(fmt::format("{}: {}", kCandidateSetNames[static_cast<size_t>(head.candidates)],
                                 head.head.Name()));
    header.push_back("random models");
    header.push_back("permuted weights");
  }
  header.insert(header.end(), kAntecedentRuleNames.begin(), kAntecedentRuleNames.end());
  TextTable table(header);
  for (size_t type = 0; type < kNumMentionTypes; ++type) {
    std::vector<std::string> row = {kMentionTypeNames[type],
                                    std::to_string(coreference.test_instances[type])};
    for (const CoreferenceHead& head : coreference.heads) {
      row.push_back(PercentWithInterval(head.rows[type].accuracy));
      row.push_back(RangeText(head.rows[type].random_models));
      row.push_back(RangeText(head.rows[type].permuted_models));
    }
    for (const auto& rule : coreference.rules) row.push_back(PercentWithInterval(rule[type]));
    table.Add(std::move(row));
  }
  return fmt::format(
      "Coreference ({}): mentions whose head word attends most to an antecedent's head word, among "
      "three sets of candidates;\none head each, chosen on dev over all mentions; segments of at "
      "most {} pieces; 95% intervals over {}. Rules: the nearest mention; "
      "the "
      "nearest that agrees in\nnumber, gender and animacy; … with the same head word; four sieves "
      "(same words, same head word, agreeing, any).\n\n{}\nThe head chosen on dev for each row's "
      "own mentions:\n\n{}",
      coreference.scheme, coreference.segment_pieces, ClustersText(coreference.clusters),
      table.Text(), OwnHeadsTable(coreference));
}

std::string HeadTables(const HeadProbeResults& results) {
  std::string text = "Context: " + results.context.message + ".\n";
  for (const std::string& note : results.notes) text += "Note: " + note + ".\n";
  if (results.context.state == ContextState::kNotLearned) {
    return text +
           "\nNo head tables are shown, since they would be noise: train longer. (results.json "
           "holds them, marked \"not learned\".)\n";
  }
  return text + "\n" + DependencyTableText(results) + "\n" + UposTableText(results) + "\n" +
         CoreferenceTableText(results) + "\n" + HeadKindTableText(results) + "\n" +
         TreeTableText(results);
}

}  // namespace headscope
