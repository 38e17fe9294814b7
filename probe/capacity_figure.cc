#include "probe/capacity_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "probe/svg.h"

namespace headscope {
namespace {

// One setting of a probe's name.
struct NamedSetting {
  std::string before, setting, after;  // "linear", "rank", " C 0.03"
  double value;
  std::string Curve() const {
    return before + (before.empty() ? "" : " ") + setting + " …" + after;
  }
};

bool ReadNumber(const std::string& text, double& value) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return !text.empty() && error == std::errc() && stopped == end;
}

// "kind setting value setting value …", or setting and number in one word.
std::vector<NamedSetting> NamedSettingsOf(const std::string& probe) {
  std::vector<std::string> words;
  for (size_t begin = 0; begin <= probe.size();) {
    const size_t end = std::min(probe.find(' ', begin), probe.size());
    words.push_back(probe.substr(begin, end - begin));
    begin = end + 1;
  }
  double value = 0.0;
  const size_t digits = probe.find_first_of("0123456789");
  if (words.size() == 1 && probe.starts_with("rank") && ReadNumber(probe.substr(digits), value)) {
    return {{"", "rank", "", value}};
  }
  std::vector<NamedSetting> settings;
  for (size_t i = 1; i + 1 < words.size(); i += 2) {
    if (!ReadNumber(words[i + 1], value)) continue;
    NamedSetting setting{words[0], words[i], "", value};
    for (size_t j = 1; j < i; ++j) setting.before += " " + words[j];
    for (size_t j = i + 2; j < words.size(); ++j) setting.after += " " + words[j];
    settings.push_back(std::move(setting));
  }
  return settings;
}

int LayerAsked(const ProbingResults& results, const std::string& probe) {
  std::set<int> layers;
  for (const ProbingRow& row : results.rows) {
    if (row.probe == probe && row.layer >= 0) layers.insert(row.layer);
  }
  return layers.size() == 1 ? *layers.begin() : results.ChosenLayerOf(probe);
}

void AddCapacityPoint(const ProbingResults& results, const std::string& probe, double value,
                      CapacityCurve& curve) {
  const int layer = LayerAsked(results, probe);
  if (results.Find(probe, "trained", "labels", layer, results.metrics[0]) == nullptr) return;
  curve.points.push_back({value, probe, layer});
}

// Where a value stands on an axis on which each doubling is as wide, or (dropout) in percent.
double PlaceOnAxis(const CapacityCurve& curve, double value) {
  if (curve.setting == "dropout") return 100.0 * value;
  double least = 0.0;
  for (const CapacityCurve::Point& point : curve.points) {
    if (point.value > 0.0 && (least == 0.0 || point.value < least)) least = point.value;
  }
  if (curve.setting == "C") return curve.points.back().value / value;
  return curve.setting == "decay" ? value / least : value;
}

std::string AxisOf(const std::string& setting) {
  if (setting == "dropout") return "dropout (%)";
  const std::string what = setting == "C"       ? "penalty, times the weakest"
                           : setting == "decay" ? "weight decay, times the least"
                                                : setting;
  return what + " (each doubling as wide)";
}

std::string CapacityChart(const ProbingResults& results, const CapacityCurve& curve) {
  const std::string& metric = results.metrics[0];
  std::vector<LineSeries> all;
  const auto add = [&](const char* name, const char* colour, bool dashed, const char* target,
                       const std::string& of) {
    LineSeries line{name, colour, dashed, {}};
    for (const CapacityCurve::Point& point : curve.points) {
      const ProbingRow* row = results.Find(point.probe, "trained", target, point.layer, of);
      if (row == nullptr) continue;
      line.points.emplace_back(PlaceOnAxis(curve, point.value), 100 * row->estimate.value);
      line.intervals.emplace_back(100 * row->estimate.low, 100 * row->estimate.high);
    }
    if (line.points.empty()) return;
    // Axes ascend, penalties descend as C does.
    if (line.points.front().first > line.points.back().first) {
      std::reverse(line.points.begin(), line.points.end());
      std::reverse(line.intervals.begin(), line.intervals.end());
    }
    all.push_back(std::move(line));
  };
  add(metric.c_str(), "#0072B2", false, "labels", metric);
  add("control task", "#D55E00", false, "control", metric);
  add("selectivity", "#009E73", true, "labels - control", "selectivity");
  return LineChart(AxisOf(curve.setting), metric + " (%)", all,
                   curve.setting == "dropout" ? XScale::kLinear : XScale::kSteps);
}

std::string CapacityLayers(const CapacityCurve& curve) {
  std::set<int> layers;
  for (const CapacityCurve::Point& point : curve.points) layers.insert(point.layer);
  return layers.size() == 1 ? fmt::format("layer {}", *layers.begin())
                            : "each at the layer that dev chose for it";
}

}  // namespace

std::vector<CapacityCurve> CapacityCurves(const ProbingResults& results) {
  std::vector<CapacityCurve> curves;
  for (const std::string& probe : results.probes) {
    for (const NamedSetting& named : NamedSettingsOf(probe)) {
      auto curve = std::ranges::find(curves, named.Curve(), &CapacityCurve::name);
      if (curve == curves.end()) {
        curve =
            curves.insert(curve, {named.Curve(), named.setting, named.before + named.after, {}});
        const bool is_zero = named.setting == "decay" || named.setting == "dropout";
        if (is_zero) AddCapacityPoint(results, curve->base, 0.0, *curve);
      }
      AddCapacityPoint(results, probe, named.value, *curve);
    }
  }
  std::erase_if(curves, [](const CapacityCurve& curve) { return curve.points.size() < 2; });
  for (CapacityCurve& curve : curves) {
    std::ranges::sort(curve.points, {}, &CapacityCurve::Point::value);
  }
  return curves;
}

std::string CapacityFigures(const ProbingResults& results) {
  std::string html;
  for (const CapacityCurve& curve : CapacityCurves(results)) {
    html += fmt::format(
        "<figure>{}<figcaption>{}: {} on test, its control task and their difference, "
        "{}</figcaption></figure>\n",
        CapacityChart(results, curve), EscapeMarkup(curve.name), EscapeMarkup(results.metrics[0]),
        CapacityLayers(curve));
  }
  return html;
}

}  // namespace headscope
