#include "probe/dependency_table.h"

#include <algorithm>

#include "probe/holm.h"
#include "probe/ratio_accumulator.h"

namespace headscope {
namespace {

// What one relation's words of test say.
struct RelationSums {
  RatioAccumulator head, offset, rule, head_where_rule_wrong;
  RatioAccumulator over_offset, over_rule;  // the head less the null, word by word
  std::vector<double> offset_of_unit;       // [units] words for which the offset is right
};

std::vector<RelationSums> SumUp(const DependencyTableInput& input) {
  const ProbeTreebank& treebank = input.test_treebank;
  const FlipUnits units(treebank.clusters);
  std::vector<RelationSums> relations(input.names.relations.Size());
  for (RelationSums& sums : relations) sums.offset_of_unit.resize(units.Count());
  for (size_t s = 0; s < treebank.sentences.size(); ++s) {
    for (size_t a = 0; a < treebank.arcs[s].size(); ++a) {
      const Arc& arc = treebank.arcs[s][a];
      const size_t cluster = treebank.clusters[s];
      const double head = input.test.scores[s][a];
      const double offset =
          OffsetIsRight(arc, input.dev_nulls.OffsetOf(arc.relation).offset) ? 1.0 : 0.0;
      const double rule =
          RuleIsRight(treebank.tags[s], arc, input.dev_nulls.RuleOf(arc.relation).rule) ? 1.0 : 0.0;
      RelationSums& sums = relations[arc.relation];
      sums.head.Add(cluster, head, 1.0);
      sums.offset.Add(cluster, offset, 1.0);
      sums.rule.Add(cluster, rule, 1.0);
      sums.over_offset.Add(cluster, head - offset, 1.0);
      sums.over_rule.Add(cluster, head - rule, 1.0);
      if (rule == 0.0) sums.head_where_rule_wrong.Add(cluster, head, 1.0);
      sums.offset_of_unit[units.Of(s)] += offset;
    }
  }
  return relations;
}

HeadId NameOf(const DependencyTableInput& input, size_t head) {
  return {head / input.heads_per_layer, head % input.heads_per_layer};
}

// All heads and directions of a relation against its offset, on test.
BestOfAllHeads TestAllHeads(ThreadPool& pool, const DependencyTableInput& input, size_t relation,
                            const std::vector<double>& offset_of_unit) {
  const size_t columns = input.test.counts.counts.size() / input.names.relations.Size();
  std::vector<double> differences;
  for (size_t unit = 0; unit < input.test.units.size(); ++unit) {
    const double* correct = input.test.units[unit].data() + relation * columns;
    for (size_t c = 0; c < columns; ++c) differences.push_back(correct[c] - offset_of_unit[unit]);
  }
  const auto tests = SignFlipMaximum(pool, columns, differences, input.sign_flips);
  const auto best = std::max_element(tests.begin(), tests.end(), [](const auto& a, const auto& b) {
    return a.statistic < b.statistic;
  });
  const auto column = static_cast<size_t>(best - tests.begin());
  return {NameOf(input, column / kNumDirections), static_cast<Direction>(column % kNumDirections),
          best->familywise_p, 1.0};
}

RelationResult MakeRelation(ThreadPool& pool, const DependencyTableInput& input, size_t r,
                            const RelationSums& sums) {
  const double dev_n = static_cast<double>(input.dev.counts.instances[r]);
  const HeadChoice& choice = input.chosen[r];
  const auto offset = input.dev_nulls.OffsetOf(r);
  const auto rule = input.dev_nulls.RuleOf(r);
  RelationResult result;
  result.relation = input.names.relations.Names()[r];
  result.dev_n = input.dev.counts.instances[r];
  result.head = NameOf(input, choice.head);
  result.direction = choice.direction;
  result.dev_accuracy = choice.count / dev_n;
  result.accuracy = sums.head.Interval();
  result.offset = offset.offset;
  result.offset_dev_accuracy = static_cast<double>(offset.count) / dev_n;
  result.offset_accuracy = sums.offset.Interval();
  result.rule_upos = input.names.tags.Names()[rule.rule.tag];
  result.rule_to_the_right = rule.rule.to_the_right;
  result.rule_dev_accuracy = static_cast<double>(rule.count) / dev_n;
  result.rule_accuracy = sums.rule.Interval();
  result.accuracy_where_rule_wrong = sums.head_where_rule_wrong.Interval();
  result.over_offset = {sums.over_offset.Interval(), sums.over_offset.TwoSidedP()};
  result.over_rule = {sums.over_rule.Interval(), sums.over_rule.TwoSidedP()};
  result.any_head = TestAllHeads(pool, input, r, sums.offset_of_unit);
  result.clusters = sums.head.NumClusters();
  return result;
}

// Holm over the relations of the table, one family for each question that a row answers.
void AdjustOverRelations(std::vector<RelationResult>& rows) {
  std::vector<double> offset, rule, any_head;
  for (const RelationResult& row : rows) {
    offset.push_back(row.over_offset.p);
    rule.push_back(row.over_rule.p);
    any_head.push_back(row.any_head.p);
  }
  offset = HolmAdjusted(offset);
  rule = HolmAdjusted(rule);
  any_head = HolmAdjusted(any_head);
  for (size_t r = 0; r < rows.size(); ++r) {
    rows[r].over_offset.p = offset[r];
    rows[r].over_rule.p = rule[r];
    rows[r].any_head.p_holm = any_head[r];
  }
}

}  // namespace

std::vector<RelationResult> DependencyTable(ThreadPool& pool, const DependencyTableInput& input) {
  const std::vector<RelationSums> sums = SumUp(input);
  std::vector<RelationResult> rows;
  for (size_t r = 0; r < sums.size(); ++r) {
    if (input.dev.counts.instances[r] < input.minimum_instances) continue;
    if (input.test.counts.instances[r] < input.minimum_instances) continue;
    rows.push_back(MakeRelation(pool, input, r, sums[r]));
  }
  AdjustOverRelations(rows);
  std::stable_sort(rows.begin(), rows.end(), [](const RelationResult& a, const RelationResult& b) {
    return a.accuracy.n > b.accuracy.n;
  });
  return rows;
}

}  // namespace headscope
