#include "probe/head_atlas_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/text_table.h"
#include "probe/estimate_text.h"

namespace headscope {
namespace {

std::string Percent(const Estimate& estimate) {
  return estimate.n == 0 ? "-" : fmt::format("{:.1f}", 100 * estimate.value);
}

// The widest half-width of the intervals of a table's column.
double WidestError(const HeadAtlas& atlas, Surface first, Surface last) {
  double widest = 0.0;
  for (const SurfaceStatistics& surface : atlas.surface) {
    for (size_t k = static_cast<size_t>(first); k <= static_cast<size_t>(last); ++k) {
      widest = std::max(widest, 0.5 * (surface.means[k].high - surface.means[k].low));
    }
  }
  return widest;
}

std::vector<std::string> SurfaceCells(const SurfaceStatistics& surface) {
  std::vector<std::string> cells;
  for (size_t k = 0; k <= static_cast<size_t>(Surface::kDuplicate); ++k) {
    cells.push_back(Percent(surface.means[k]));
  }
  cells.push_back(
      surface.position_share.value == 0.0
          ? "-"
          : fmt::format("{:+d}: {}", surface.position, Percent(surface.position_share)));
  cells.push_back(fmt::format("{:.2f}", surface.At(Surface::kEntropy).value));
  cells.push_back(Percent(surface.At(Surface::kRelativeEntropy)));
  return cells;
}

std::vector<std::string> Row(const std::string& name, const SurfaceStatistics& surface,
                             const std::string& cluster, const std::string& kind) {
  std::vector<std::string> row = {name};
  for (std::string& cell : SurfaceCells(surface)) row.push_back(std::move(cell));
  row.push_back(cluster);
  row.push_back(kind);
  return row;
}

}  // namespace

std::string HeadKindRules() {
  return fmt::format(
      "positional: at least {:.0f}% of rows have their largest weight at one offset (Voita et al. "
      "2019 ask 90%); delimiter: at least {:.0f}% of attention to [CLS], [SEP] and punctuation; "
      "broad: entropy at least {:.0f}% of uniform attention's; duplicate-token: at least {:.0f}% "
      "to "
      "other occurrences of the same piece, and {:.0f} times uniform; coreference: finds "
      "antecedents {:.1f} times as often as the nearest mention (dev), and significantly more "
      "often "
      "(test); a relation: {:.1f} times its best offset (dev), and significantly above it (test); "
      "significant: {:.0f}% after Holm over all such tests",
      100 * kPositionalShare, 100 * kDelimiterShare, 100 * kBroadEntropy, 100 * kDuplicateShare,
      kDuplicateOverUniform, kOverBaseline, kOverBaseline, 100 * kTypeLevel);
}

std::string HeadKindTableText(const HeadProbeResults& results) {
  const HeadAtlas& atlas = results.atlas;
  std::vector<std::string> header = {"head"};
  for (size_t k = 0; k <= static_cast<size_t>(Surface::kDuplicate); ++k) {
    header.push_back(kSurfaceNames[k]);
  }
  for (const char* name : {"offset: rows", "nats", "of uniform", "cluster", "kind"}) {
    header.push_back(name);
  }
  TextTable table(header);
  for (size_t head = 0; head < atlas.surface.size(); ++head) {
    const HeadId id{head / results.model.heads, head % results.model.heads};
    table.Add(Row(id.Name(), atlas.surface[head], std::to_string(atlas.clusters[head]),
                  atlas.kinds[head].name));
  }
  table.Add(Row("uniform", atlas.uniform, "", ""));
  return fmt::format(
      "Heads: mean attention of a word's pieces, in percent, on test (95% intervals over {} "
      "within +-{:.1f}; "
      "duplicates and entropy in results.json),\nthe offset at which most rows have their largest "
      "weight, entropy in nats and as percent of uniform attention's.\n{}: {} tests.\nClusters: "
      "average linkage of Jensen-Shannon distances over {} rows, silhouette {:.2f}; the 2-D map of "
      "the report has stress {:.2f}.\n\n{}",
      ClustersText(results.clusters),
      100 * WidestError(atlas, Surface::kNext, Surface::kPunctuation), HeadKindRules(),
      atlas.relation_tests, atlas.distance_rows, atlas.silhouette, atlas.map_stress, table.Text());
}

std::vector<NullTreeRow> NullTreeRows(const TreeResults& trees) {
  std::vector<NullTreeRow> rows;
  const auto add = [&](const char* models, RandomModelScores TreeRow::*scores) {
    for (size_t row = 0; row < trees.rows[0].size(); ++row) {
      if ((trees.rows[0][row].*scores).values.empty()) continue;
      rows.push_back({std::string(models) + ", " + trees.rows[0][row].family, {}});
      for (size_t m = 0; m < kNumTreeMeasures; ++m) {
        rows.back().scores[m] = &(trees.rows[m][row].*scores);
      }
    }
  };
  add("random models", &TreeRow::random_models);
  add("permuted weights", &TreeRow::permuted_models);
  return rows;
}

std::string TreeTableText(const HeadProbeResults& results) {
  const TreeResults& trees = results.atlas.trees;
  TextTable table(
      {"trees over", "UAS", "", "UUAS", "", "UAS, punctuation", "", "UUAS, punctuation", ""});
  for (size_t row = 0; row < trees.rows[0].size(); ++row) {
    std::vector<std::string> cells = {trees.rows[0][row].family};
    for (size_t m = 0; m < kNumTreeMeasures; ++m) {
      cells.push_back(trees.rows[m][row].chosen);
      cells.push_back(EstimateText(trees.rows[m][row].score));
    }
    // The name of the choice stands before its score; headers name the pair.
    table.Add(std::move(cells));
  }
  for (const NullTreeRow& row : NullTreeRows(trees)) {
    std::vector<std::string> cells = {row.name};
    for (const RandomModelScores* scores : row.scores) {
      cells.insert(cells.end(), {"", RangeText(*scores)});
    }
    table.Add(std::move(cells));
  }
  return fmt::format(
      "Trees: maximum spanning trees of attention between words, chosen on dev for each measure, "
      "scored on test, in percent with 95% intervals\n(over {}; {} sentences). UAS: "
      "directed, from the gold root; UUAS: undirected. Without punctuation unless named.\nOf "
      "models that know nothing: the same choice on each, mean and range.\n\n{}",
      ClustersText(results.clusters), trees.sentences, table.Text());
}

}  // namespace headscope
