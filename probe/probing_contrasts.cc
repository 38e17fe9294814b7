#include "probe/probing_contrasts.h"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace headscope {
namespace {

// The layer a probe is judged at.
int JudgedLayerOf(const ProbingResults& results, const std::string& probe) {
  const int chosen = results.ChosenLayerOf(probe);
  if (chosen >= 0) return chosen;
  std::set<int> asked;
  for (const ProbingRow& row : results.rows) {
    if (row.probe == probe && row.encoder == "trained") asked.insert(row.layer);
  }
  return asked.size() == 1 ? *asked.begin() : ProbingRow::kNoLayer;
}

class ContrastList {
 public:
  explicit ContrastList(const ProbingResults& results) : results_(results) {}

  void AddAll() {
    for (const std::string& metric : results_.LeadingMetrics()) {
      for (const std::string& probe : results_.probes) AddOf(probe, metric);
      AddProbesAgainstFirst("labels", metric);
      if (metric == results_.metrics[0]) AddProbesAgainstFirst("labels - control", "selectivity");
    }
  }

  std::vector<ProbingContrast> Decided() && {
    const std::vector<Contrast> contrasts = DecideContrasts(differences_, kEquivalenceMargin);
    for (size_t i = 0; i < contrasts.size(); ++i) list_[i].contrast = contrasts[i];
    return std::move(list_);
  }

 private:
  void AddOf(const std::string& probe, const std::string& metric) {
    const int layer = JudgedLayerOf(results_, probe);
    const auto row = [&](const char* encoder, const char* target, int at) {
      return results_.Find(probe, encoder, target, at, metric);
    };
    const ProbingRow* trained = row("trained", "labels", layer);
    for (const char* encoder : {"random", "permuted weights", "shuffled words"}) {
      Add(trained, row(encoder, "labels", layer));
    }
    Add(trained, row("trained", "control", layer));
    if (layer > 0) Add(trained, row("trained", "labels", 0));
    if (layer >= 0) Add(row("trained", "labels", ProbingRow::kMixLayer), trained);
    const std::string attention = "attention";
    if (probe.starts_with(attention)) {
      Add(trained, results_.Find("distances" + probe.substr(attention.size()), "trained", "labels",
                                 layer, metric));
    }
    Add(trained, results_.BestWithoutContext(metric));
  }

  void AddProbesAgainstFirst(const char* target, const std::string& metric) {
    const ProbingRow* first = nullptr;
    for (const std::string& probe : results_.probes) {
      const int layer = JudgedLayerOf(results_, probe);
      if (layer == ProbingRow::kNoLayer) continue;
      const ProbingRow* row = results_.Find(probe, "trained", target, layer, metric);
      if (first == nullptr) first = row;
      Add(first, row);
    }
  }

  void Add(const ProbingRow* row, const ProbingRow* against) {
    if (row == nullptr || against == nullptr || row == against) return;
    if (!ArePaired(row->counts, against->counts)) return;
    if (!added_.emplace(row, against).second) return;
    differences_.push_back(DifferenceOf(row->counts, against->counts));
    list_.push_back({.metric = row->metric,
                     .side = SideOf(*row),
                     .against = SideOf(*against),
                     .instances = row->instances});
  }

  static ContrastSide SideOf(const ProbingRow& row) {
    return {row.probe, row.encoder, row.target, row.layer, row.counts.seeds};
  }

  const ProbingResults& results_;
  std::set<std::pair<const ProbingRow*, const ProbingRow*>> added_;
  std::vector<ScoreDifference> differences_;
  std::vector<ProbingContrast> list_;
};

std::string LayerText(int layer) {
  if (layer == ProbingRow::kNoLayer) return "";
  if (layer == ProbingRow::kMixLayer) return "mix";
  return layer == 0 ? "layer 0 (embeddings)" : fmt::format("layer {}", layer);
}

// What is not to be said is left empty.
std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  }
  return text;
}

std::string EncoderText(const ContrastSide& side) {
  if (side.encoder == "trained" || side.encoder == "none") return "";
  return side.encoder == "random" ? "random encoder" : side.encoder;
}

std::string TargetText(const ContrastSide& side) {
  return side.target == "control" ? "control task" : "";
}

}  // namespace

std::vector<ProbingContrast> ProbingContrasts(const ProbingResults& results) {
  if (results.rows.empty()) return {};
  ContrastList list(results);
  list.AddAll();
  return std::move(list).Decided();
}

std::string SideText(const ContrastSide& side) {
  return Joined({side.probe, LayerText(side.layer), EncoderText(side), TargetText(side)});
}

std::string AgainstText(const ProbingContrast& contrast) {
  const ContrastSide &side = contrast.side, &against = contrast.against;
  if (against.probe != side.probe) return SideText(against);
  return Joined({against.layer == side.layer ? "" : LayerText(against.layer), EncoderText(against),
                 TargetText(against)});
}

std::string VerdictText(ContrastVerdict verdict) {
  switch (verdict) {
    case ContrastVerdict::kLarger:
      return "larger";
    case ContrastVerdict::kSmaller:
      return "smaller";
    case ContrastVerdict::kEqual:
      return fmt::format("equal within {:g} point", 100 * kEquivalenceMargin);
    case ContrastVerdict::kUndecided:
      break;
  }
  return "undecided";
}

}  // namespace headscope
