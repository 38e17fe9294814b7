#include "probe/head_atlas_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "probe/estimate_text.h"
#include "probe/head_atlas_tables.h"
#include "probe/head_figures.h"
#include "probe/html_page.h"
#include "probe/svg_elements.h"

namespace headscope {
namespace {

std::string MeanPercent(const Estimate& estimate) {
  if (estimate.n == 0) return "n/a";
  return fmt::format("{:.1f}", 100 * estimate.value);
}

std::string HeadName(const HeadProbeResults& results, size_t head) {
  return HeadId{head / results.model.heads, head % results.model.heads}.Name();
}

std::string Matrix(const HeadProbeResults& results, const std::string& title, double full,
                   double (*value)(const SurfaceStatistics&)) {
  HeadMatrixFigure figure{title, results.model.layers, results.model.heads, {}, full};
  for (const SurfaceStatistics& surface : results.atlas.surface) {
    figure.values.push_back(value(surface));
  }
  return "<figure>" + HeadMatrix(figure) + "</figure>\n";
}

std::string Matrices(const HeadProbeResults& results) {
  return "<div class=\"grid\">\n" +
         Matrix(results, "entropy, of uniform attention's", 1.0,
                [](const SurfaceStatistics& s) { return s.At(Surface::kRelativeEntropy).value; }) +
         Matrix(results, "to [CLS], [SEP] and punctuation", 1.0,
                [](const SurfaceStatistics& s) {
                  return s.At(Surface::kCls).value + s.At(Surface::kSep).value +
                         s.At(Surface::kPunctuation).value;
                }) +
         Matrix(results, "rows with their largest weight at one offset", 1.0,
                [](const SurfaceStatistics& s) { return s.position_share.value; }) +
         Matrix(results, "to the same piece elsewhere", 0.5,
                [](const SurfaceStatistics& s) { return s.At(Surface::kDuplicate).value; }) +
         "</div>\n";
}

std::string HeadTable(const HeadProbeResults& results) {
  std::vector<std::string> header = {"head", "kind"};
  for (size_t k = 0; k <= static_cast<size_t>(Surface::kDuplicate); ++k) {
    header.push_back(kSurfaceNames[k]);
  }
  header.insert(header.end(), {"largest at", "entropy, nats", "cluster"});
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& name, const std::string& kind,
                       const SurfaceStatistics& surface, const std::string& cluster) {
    std::vector<std::string> row = {name, EscapeMarkup(kind)};
    for (size_t k = 0; k <= static_cast<size_t>(Surface::kDuplicate); ++k) {
      row.push_back(MeanPercent(surface.means[k]));
    }
    row.push_back(
        surface.position_share.value == 0.0
            ? "n/a"
            : fmt::format("{:+d}: {}%", surface.position, MeanPercent(surface.position_share)));
    const Estimate& entropy = surface.At(Surface::kEntropy);
    row.push_back(EstimateMarkup(entropy, 1.0, 2));
    row.push_back(cluster);
    rows.push_back(std::move(row));
  };
  for (size_t head = 0; head < results.atlas.surface.size(); ++head) {
    add(HeadName(results, head), results.atlas.kinds[head].name, results.atlas.surface[head],
        fmt::format("{}", results.atlas.clusters[head]));
  }
  add("uniform", "", results.atlas.uniform, "");
  return HtmlTable(header, rows);
}

std::string Map(const HeadProbeResults& results) {
  const HeadAtlas& atlas = results.atlas;
  HeadMapFigure figure{atlas.map, {}, {}, atlas.clusters};
  for (size_t head = 0; head < atlas.map.size(); ++head) {
    figure.names.push_back(HeadName(results, head));
    figure.notes.push_back(fmt::format("{}: {}", figure.names.back(), atlas.kinds[head].name));
  }
  return fmt::format(
      "<h3>Distances</h3>\n<p>Heads that attend alike lie together: the square root of the mean "
      "Jensen–Shannon divergence of their rows ({} rows), drawn by metric scaling with stress "
      "{:.2f} "
      "(above 0.2 neighbours may lie far apart). Colours are the {} clusters of average linkage, "
      "silhouette "
      "{:.2f}.</p>\n<figure>{}</figure>\n",
      atlas.distance_rows, atlas.map_stress, atlas.num_clusters, atlas.silhouette, HeadMap(figure));
}

std::string Trees(const TreeResults& trees, const ClusterFacts& clusters) {
  std::vector<std::string> header = {"trees over"};
  for (const char* name : kTreeMeasureNames) header.push_back(name);
  std::vector<std::vector<std::string>> rows;
  for (size_t row = 0; row < trees.rows[0].size(); ++row) {
    rows.push_back({trees.rows[0][row].family});
    for (size_t m = 0; m < kNumTreeMeasures; ++m) {
      const TreeRow& entry = trees.rows[m][row];
      rows.back().push_back(EstimateMarkup(entry.score) +
                            (entry.chosen.empty() ? ""
                                                  : "<br><span class=\"muted\">" +
                                                        EscapeMarkup(entry.chosen) + "</span>"));
    }
  }
  for (const NullTreeRow& row : NullTreeRows(trees)) {
    rows.push_back({row.name});
    for (const RandomModelScores* scores : row.scores) {
      rows.back().push_back(RangeMarkup(*scores));
    }
  }
  return fmt::format(
             "<h2>Trees</h2>\n<p>Maximum spanning trees of the attention between words: directed "
             "from the gold root (UAS), undirected (UUAS); chosen on the first file for each "
             "measure, scored on {} sentences of the second, in percent (95% intervals over "
             "{}; of models that know nothing the mean and range of the same choices, without "
             "punctuation).</p>\n",
             trees.sentences, ClustersText(clusters)) +
         HtmlTable(header, rows);
}

}  // namespace

std::string HeadAtlasHtml(const HeadProbeResults& results) {
  if (results.atlas.surface.empty()) return "";
  return "<h2>All heads</h2>\n<p>Mean attention of the pieces of words on the second file, in "
         "percent; layers are rows, heads columns.</p>\n" +
         Matrices(results) + "<p class=\"muted\">" + EscapeMarkup(HeadKindRules()) + ".</p>\n" +
         HeadTable(results) + Map(results) + Trees(results.atlas.trees, results.clusters);
}

}  // namespace headscope
