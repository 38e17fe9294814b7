#include <fmt/format.h>

#include <cmath>

#include "probe/estimate_text.h"
#include "probe/html_page.h"
#include "probe/importance_tables.h"
#include "probe/svg.h"

namespace headscope {
namespace {

std::string Span(const Estimate& estimate, int digits) {
  return std::isnan(estimate.value) ? "n/a" : EstimateMarkup(estimate, 1.0, digits);
}

std::string HeadTable(const HeadProbeResults& results, const ImportanceResults& importance) {
  std::vector<std::vector<std::string>> rows;
  for (size_t k = 0; k < importance.heads.size(); ++k) {
    const HeadImportance& head = importance.heads[k];
    const JointRow& joint = importance.joint.heads[k];
    rows.push_back({HeadId{k / results.model.heads, k % results.model.heads}.Name(),
                    EscapeMarkup(results.atlas.kinds[k].name),
                    EscapeMarkup(joint.relation + " " +
                                 DirectionName(static_cast<Direction>(joint.direction))),
                    fmt::format("{:+.1f}", 100 * joint.scores[0]),
                    fmt::format("{:.1f}", 100 * joint.scores[1]), Span(head.gradient, 4),
                    fmt::format("{:.2f}", head.normalised), Span(head.ablation, 4),
                    fmt::format("{:.3f}", head.ablation_p), Span(head.value_norm, 2)});
  }
  return HtmlTable({"head", "kind", "relation", "over offset", "UUAS", "mask gradient",
                    "normalised", "ablation, nats", "p (Holm)", "value norm"},
                   rows);
}

std::string Correlations(const JointTable& joint) {
  std::vector<std::string> header = {"Spearman's rho"};
  for (size_t k = 1; k < kNumJointScores; ++k) header.push_back(kJointScoreNames[k]);
  std::vector<std::vector<std::string>> rows;
  for (size_t a = 0; a + 1 < kNumJointScores; ++a) {
    rows.push_back({kJointScoreNames[a]});
    for (size_t b = 1; b < kNumJointScores; ++b) {
      rows.back().push_back(b <= a ? "" : Span(joint.correlations[a * kNumJointScores + b], 2));
    }
  }
  return HtmlTable(header, rows);
}

LineSeries Series(const std::string& name, const std::string& colour, bool dashed,
                  const std::vector<PruningPoint>& curve) {
  LineSeries series{name, colour, dashed, {}};
  for (const PruningPoint& point : curve) {
    series.points.emplace_back(static_cast<double>(point.removed), point.loss.value);
  }
  return series;
}

}  // namespace

std::string ImportanceHtml(const HeadProbeResults& results, const ImportanceResults& importance) {
  return fmt::format(
             "<h2>Importance</h2>\n<p>What the masked-LM loss has of each head: the gradient in "
             "its "
             "mask over {} sentences of the first file ({} protocol), and the rise of a sentence's "
             "loss without it over {} sentences of the second, where the loss is {} nats; beside "
             "what the head knows. Over offset: accuracy less the best offset's, in points, of the "
             "relation in which the head leads by most on the first file. Intervals and tests over "
             "{} of the "
             "first file and {} of the second.</p>\n",
             importance.dev_sentences, ImportanceProtocolName(importance.protocol),
             importance.test_sentences, Span(importance.loss, 3),
             ClustersText(importance.dev_clusters), ClustersText(importance.test_clusters)) +
         HeadTable(results, importance) +
         "<p>Do heads that know more matter more? Rank correlations over heads with 95% "
         "intervals.</p>\n" +
         Correlations(importance.joint) +
         "<h3>Pruning</h3>\n<p>Loss with heads removed, least important (smallest normalised mask "
         "gradient) first, most important first, and in random order.</p>\n" +
         LineChart("heads removed", "loss (nats)",
                   {Series("least first", "#0072B2", false, importance.least_first),
                    Series("most first", "#D55E00", false, importance.most_first),
                    Series("random", "#999999", true, importance.random_order)});
}

}  // namespace headscope
