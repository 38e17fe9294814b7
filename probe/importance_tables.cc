#include "probe/importance_tables.h"

#include <fmt/format.h>

#include <cmath>

#include "datasets/text_table.h"
#include "model/base/error.h"
#include "probe/estimate_text.h"

namespace headscope {
namespace {

std::string Interval(const Estimate& estimate) {
  return fmt::format("{:+.4f} [{:+.4f}, {:+.4f}]", estimate.value, estimate.low, estimate.high);
}

std::string Correlation(const Estimate& rho) {
  if (std::isnan(rho.value)) return "-";
  return fmt::format("{:+.2f} [{:+.2f}, {:+.2f}]", rho.value, rho.low, rho.high);
}

std::string CorrelationTable(const JointTable& joint) {
  std::vector<std::string> header = {"Spearman's rho over heads"};
  for (size_t k = 1; k < kNumJointScores; ++k) header.push_back(kJointScoreNames[k]);
  TextTable table(header);
  for (size_t a = 0; a + 1 < kNumJointScores; ++a) {
    std::vector<std::string> row = {kJointScoreNames[a]};
    for (size_t b = 1; b < kNumJointScores; ++b) {
      row.push_back(b <= a ? "" : Correlation(joint.correlations[a * kNumJointScores + b]));
    }
    table.Add(std::move(row));
  }
  return table.Text();
}

std::string HeadTableText(const HeadProbeResults& results, const ImportanceResults& importance) {
  TextTable table({"head", "relation", "over offset", "UUAS", "mask gradient", "normalised",
                   "ablation, nats", "p (Holm)", "value norm"});
  for (size_t head = 0; head < importance.heads.size(); ++head) {
    const HeadId id{head / results.model.heads, head % results.model.heads};
    const HeadImportance& measured = importance.heads[head];
    const JointRow& joint = importance.joint.heads[head];
    table.Add({id.Name(),
               fmt::format("{} {}", joint.relation,
                           DirectionName(static_cast<Direction>(joint.direction))),
               fmt::format("{:+.1f}", 100 * joint.scores[0]),
               fmt::format("{:.1f}", 100 * joint.scores[1]),
               EstimateText(measured.gradient, 1.0, 4), fmt::format("{:.2f}", measured.normalised),
               Interval(measured.ablation), fmt::format("{:.3f}", measured.ablation_p),
               fmt::format("{:.2f}", measured.value_norm.value)});
  }
  return table.Text();
}

std::string CurveTable(const ImportanceResults& importance) {
  TextTable table(
      {"heads removed", "least important first", "most important first", "random order"});
  for (size_t k = 0; k < importance.least_first.size(); ++k) {
    const auto cell = [&](const std::vector<PruningPoint>& curve) {
      return EstimateText(curve[k].loss, 1.0, 3);
    };
    table.Add({std::to_string(importance.least_first[k].removed), cell(importance.least_first),
               cell(importance.most_first), cell(importance.random_order)});
  }
  return table.Text();
}

}  // namespace

const char* ImportanceProtocolName(ImportanceProtocol protocol) {
  return protocol == ImportanceProtocol::kPaper ? "paper" : "released";
}

ImportanceProtocol ParseImportanceProtocol(const std::string& name) {
  if (name == "paper") return ImportanceProtocol::kPaper;
  if (name == "released") return ImportanceProtocol::kReleased;
  Fail("--protocol: expected paper or released, found '{}'", name);
}

std::string ImportanceTableText(const HeadProbeResults& results,
                                const ImportanceResults& importance) {
  return fmt::format(
      "Importance and knowledge of heads. Over offset: accuracy of the relation that the head "
      "leads "
      "its best offset in by most (dev), less the offset's (test),\nin points; mask gradient: mean "
      "|dL/dxi| over {} dev sentences, normalised within layers ({} protocol); ablation: rise of a "
      "test sentence's loss without the head,\nover {} sentences with 15% of words masked ({:.3f} "
      "[{:.3f}, {:.3f}] nats with every head), Holm over heads; value norm: mean sum of "
      "|alpha f(x)|. Intervals and tests over {} of dev and {} of test.\n\n{}\n{}\nLoss (nats) "
      "with heads removed in the order of their normalised "
      "mask "
      "gradients:\n\n{}",
      importance.dev_sentences, ImportanceProtocolName(importance.protocol),
      importance.test_sentences, importance.loss.value, importance.loss.low, importance.loss.high,
      ClustersText(importance.dev_clusters), ClustersText(importance.test_clusters),
      HeadTableText(results, importance), CorrelationTable(importance.joint),
      CurveTable(importance));
}

}  // namespace headscope
