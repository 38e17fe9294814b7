#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "datasets/text_table.h"
#include "probe/estimate_text.h"
#include "probe/facts_json.h"
#include "probe/html_page.h"
#include "probe/svg.h"
#include "probe/trajectory.h"

namespace headscope {
namespace {

// Okabe & Ito's, but for the grey that is the nulls'.
constexpr std::array<const char*, 7> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#000000"};

// "relation: best offset" has the colour of "relation".
std::string ColourOf(const TrajectoryChart& chart, const TrajectoryCurve& curve) {
  size_t index = 0;
  for (const TrajectoryCurve& other : chart.curves) {
    if (other.is_null) continue;
    if (curve.name == other.name || curve.name.starts_with(other.name + ":")) {
      return kColours[index % kColours.size()];
    }
    ++index;
  }
  return "#888888";
}

// What is not in nats is shown in percent.
double FactorOf(const TrajectoryChart& chart) { return chart.InNats() ? 1.0 : 100.0; }

std::string Chart(const TrajectoryChart& chart) {
  std::vector<LineSeries> series;
  const double factor = FactorOf(chart);
  for (const TrajectoryCurve& curve : chart.curves) {
    LineSeries line{curve.name, ColourOf(chart, curve), curve.is_null, {}};
    for (const auto& [step, score] : curve.points) {
      line.points.emplace_back(static_cast<double>(step), factor * score.value);
      if (!curve.is_null) line.intervals.emplace_back(factor * score.low, factor * score.high);
    }
    series.push_back(std::move(line));
  }
  return LineChart("steps (each doubling as wide)",
                   chart.InNats() ? chart.metric : chart.metric + " (%)", series, XScale::kSteps);
}

// A row for each step, a column for each curve.
struct StepTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

StepTable TableOf(const TrajectoryChart& chart) {
  StepTable table{{"step"}, {}};
  std::map<uint64_t, std::vector<std::string>> rows;
  for (const TrajectoryCurve& curve : chart.curves) {
    for (const auto& [step, score] : curve.points) rows[step].resize(chart.curves.size(), "-");
  }
  for (size_t c = 0; c < chart.curves.size(); ++c) {
    table.header.push_back(chart.curves[c].name);
    for (const auto& [step, score] : chart.curves[c].points) {
      rows[step][c] = EstimateText(score, FactorOf(chart), chart.InNats() ? 3 : 1);
    }
  }
  for (auto& [step, cells] : rows) {
    cells.insert(cells.begin(), std::to_string(step));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace

std::string TrajectoryCsv(const Trajectory& trajectory) {
  std::string csv = "chart,metric,curve,null,step,value,low,high,n\n";
  const auto number = [](double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : std::string();
  };
  for (const TrajectoryChart& chart : trajectory.charts) {
    for (const TrajectoryCurve& curve : chart.curves) {
      for (const auto& [step, score] : curve.points) {
        csv += fmt::format("\"{}\",{},\"{}\",{},{},{},{},{},{}\n", chart.title, chart.metric,
                           curve.name, curve.is_null ? 1 : 0, step, number(score.value),
                           number(score.low), number(score.high), score.n);
      }
    }
  }
  return csv;
}

std::string TrajectoryJson(const Trajectory& trajectory) {
  nlohmann::ordered_json charts = nlohmann::ordered_json::array();
  for (const TrajectoryChart& chart : trajectory.charts) {
    nlohmann::ordered_json curves = nlohmann::ordered_json::array();
    for (const TrajectoryCurve& curve : chart.curves) {
      nlohmann::ordered_json points = nlohmann::ordered_json::array();
      for (const auto& [step, score] : curve.points) {
        points.push_back({{"step", step}, {"estimate", ToJson(score)}});
      }
      curves.push_back({{"curve", curve.name}, {"null", curve.is_null}, {"points", points}});
    }
    charts.push_back({{"chart", chart.title}, {"metric", chart.metric}, {"curves", curves}});
  }
  return charts.dump(1);
}

std::string TrajectoryHtml(const Trajectory& trajectory) {
  std::string html;
  for (const TrajectoryChart& chart : trajectory.charts) {
    StepTable table = TableOf(chart);
    for (std::string& cell : table.header) cell = EscapeMarkup(cell);
    html += fmt::format(
        "<h2>{}</h2>\n<figure>{}<figcaption>{} on test over steps of training; bands are 95% "
        "intervals; dashed: what needs no learning</figcaption></figure>\n{}",
        EscapeMarkup(chart.title), Chart(chart), EscapeMarkup(chart.metric),
        HtmlTable(table.header, table.rows));
  }
  return html;
}

std::string TrajectoryText(const Trajectory& trajectory) {
  std::string text;
  for (const TrajectoryChart& chart : trajectory.charts) {
    const StepTable table = TableOf(chart);
    TextTable lines(table.header);
    for (const auto& row : table.rows) lines.Add(row);
    text += fmt::format("\n{}: {} on test{}\n{}", chart.title, chart.metric,
                        chart.InNats() ? "" : ", percent", lines.Text());
  }
  return text;
}

}  // namespace headscope
