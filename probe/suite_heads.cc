#include "probe/suite_heads.h"

#include <fmt/format.h>

#include <algorithm>

#include "probe/estimate_text.h"
#include "probe/head_study.h"
#include "probe/head_tables.h"
#include "probe/importance_tables.h"
#include "probe/report.h"
#include "probe/results.h"
#include "probe/suite_clock.h"

namespace headscope {
namespace {

SuiteLine TreeLine(const TreeResults& trees) {
  SuiteLine line{"undirected trees of attention (UUAS)", "-", "-", "-", "-", "-", "-", "-"};
  for (const TreeRow& row : trees.rows[static_cast<size_t>(TreeMeasure::kUuas)]) {
    if (row.family == "single head") {
      line.where = row.chosen;
      line.score = EstimateText(row.score);
      line.random = RangeText(row.random_models);
    }
    if (row.family == "right-branching")
      line.without_context = "neighbours " + EstimateText(row.score);
  }
  return line;
}

SuiteLine CoreferenceLine(const CoreferenceResults& coreference) {
  const CoreferenceHead& head =
      coreference.heads[static_cast<size_t>(CandidateSet::kPrecedingMentionHeads)];
  const auto all = static_cast<size_t>(MentionType::kAll);
  size_t best = 0;
  for (size_t rule = 1; rule < kNumAntecedentRules; ++rule) {
    if (coreference.rules[rule][all].value > coreference.rules[best][all].value) best = rule;
  }
  return {"antecedents, by a head",
          head.head.Name(),
          EstimateText(head.rows[all].accuracy),
          "-",
          "-",
          "-",
          RangeText(head.rows[all].random_models),
          kAntecedentRuleNames[best] + (" " + EstimateText(coreference.rules[best][all]))};
}

// The relations of which there are most, and how many heads are above their nulls.
std::vector<SuiteLine> RelationLines(const std::vector<RelationResult>& relations) {
  std::vector<SuiteLine> lines;
  for (const char* name : {"nsubj", "obj", "det", "case", "amod"}) {
    for (const RelationResult& row : relations) {
      if (row.relation != name) continue;
      lines.push_back(
          {row.relation + ", by a head", row.head.Name() + " " + DirectionName(row.direction),
           EstimateText(row.accuracy), "-", "-", "-", RangeText(row.random_models),
           fmt::format("offset {:+d} {}", row.offset, EstimateText(row.offset_accuracy))});
    }
  }
  return lines;
}

std::string RelationsCsv(const std::vector<RelationResult>& relations) {
  std::string csv =
      "relation,n,head,direction,accuracy,low,high,offset,offset_accuracy,offset_low,offset_high,"
      "over_offset,over_offset_low,over_offset_high,over_offset_p,rule_upos,rule_side,rule_"
      "accuracy,"
      "rule_low,rule_high,over_rule,over_rule_low,over_rule_high,over_rule_p,any_head,"
      "any_direction,any_p,any_p_holm,clusters,random_mean\n";
  for (const RelationResult& row : relations) {
    const NullComparison &offset = row.over_offset, &rule = row.over_rule;
    csv +=
        fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},", row.relation, row.accuracy.n,
                    row.head.Name(), DirectionName(row.direction), row.accuracy.value,
                    row.accuracy.low, row.accuracy.high, row.offset, row.offset_accuracy.value,
                    row.offset_accuracy.low, row.offset_accuracy.high, offset.difference.value,
                    offset.difference.low, offset.difference.high, offset.p);
    csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", row.rule_upos,
                       row.rule_to_the_right ? "right" : "left", row.rule_accuracy.value,
                       row.rule_accuracy.low, row.rule_accuracy.high, rule.difference.value,
                       rule.difference.low, rule.difference.high, rule.p, row.any_head.head.Name(),
                       DirectionName(row.any_head.direction), row.any_head.p, row.any_head.p_holm,
                       row.clusters, row.random_models.mean);
  }
  return csv;
}

}  // namespace

double SecondsOfHeadsStudy(const SuiteContext& context) {
  const HeadProbeOptions options;
  const ImportanceOptions importance;
  const ModelConfig& config = context.model.config;
  const double heads = static_cast<double>(config.num_hidden_layers * config.num_attention_heads);
  const double words = static_cast<double>(context.dev.NumWords() + context.test.NumWords());
  // Every model reads both files twice, as sentences and as segments; every ablation and every
  // point of a pruning curve reads some sentences.
  const auto models = static_cast<double>(1 + options.random_models + options.permuted_models);
  double read = 2.0 * models * words;
  if (config.has_mlm_head) {
    const double runs = heads + 3.0 * std::min<double>(heads, kMostCurvePoints);
    read += runs * static_cast<double>(importance.sentences) * words /
            static_cast<double>(context.dev.NumSentences() + context.test.NumSentences());
  }
  // Maps, trees and distances of mini's 16 heads, GUM's 56,000 words.
  const double of_heads = 40.0 * words / 56000.0 * heads / 16.0;
  return SecondsToRead(config, read) + of_heads;
}

SuiteSection RunHeadsStudy(const SuiteContext& context) {
  HeadProbeOptions options;
  options.seed = context.options.seed;
  options.gemm = context.options.gemm;
  options.twin = context.options.twin;
  const HeadStudy study = StudyHeads(context.model, context.word_piece, context.dev, context.test,
                                     options, ImportanceOptions(), context.pool, context.progress);
  const HeadProbeResults& results = study.results;
  SuiteSection section;
  section.json = ResultsJson(results, study.Importance());
  section.csvs = {{"heads.csv", RelationsCsv(results.relations)}};
  section.html = HeadReportBody(results, study.Importance());
  section.text = HeadTables(results);
  if (results.context.state == ContextState::kNotLearned) return section;
  if (study.Importance() != nullptr) {
    section.text += "\n" + ImportanceTableText(results, *study.Importance());
  }
  section.lines = RelationLines(results.relations);
  section.lines.push_back(TreeLine(results.atlas.trees));
  if (results.coreference) section.lines.push_back(CoreferenceLine(*results.coreference));
  return section;
}

}  // namespace headscope
