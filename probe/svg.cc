#include "probe/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "model/base/elementary.h"
#include "probe/svg_elements.h"

namespace headscope {
namespace {

// Labels of arcs: one that would lie on another is put above it.
class ArcLabels {
 public:
  std::string Put(double x, double y, const std::string& label, const char* colour, double size) {
    const double half = 0.3 * size * static_cast<double>(label.size());
    for (const Place& other : places_) {
      if (x - half < other.right && x + half > other.left && std::abs(y - other.y) < size) {
        y = other.y - size;
      }
    }
    places_.push_back({x - half, x + half, y});
    return Text(x, y, "middle", label, fmt::format("fill=\"{}\" font-size=\"{}\"", colour, size));
  }

 private:
  struct Place {
    double left, right, y;
  };
  std::vector<Place> places_;
};

std::string AxisLabel(double value) {
  if (value >= 1e6) return fmt::format("{:g}M", value / 1e6);
  if (value >= 1e4) return fmt::format("{:g}k", value / 1e3);
  return fmt::format("{:g}", value);
}

double PlaceOf(double x, XScale scale) {
  if (scale == XScale::kLinear) return x;
  return x <= 0.0 ? 0.0 : 1.0 + Log(x) / Log(2.0);
}

// Of what a chart shows; x in places of its scale.
struct ChartExtent {
  double x_high = 0;
  Extent y;
};

ChartExtent ExtentOf(const std::vector<LineSeries>& series, XScale scale) {
  ChartExtent extent;
  for (const LineSeries& line : series) {
    for (const auto& [x, y] : line.points) {
      extent.x_high = std::max(extent.x_high, PlaceOf(x, scale));
      extent.y.Take(y);
    }
    for (const auto& [low, high] : line.intervals) {
      extent.y.Take(low);
      extent.y.Take(high);
    }
  }
  return extent;
}

// There along the low ends and back along the high ones.
std::string Band(const LineSeries& line, XScale scale, const Axis& x, const Axis& y) {
  std::string there, back;
  for (size_t i = 0; i < line.intervals.size(); ++i) {
    const auto& [low, high] = line.intervals[i];
    if (!std::isfinite(low) || !std::isfinite(high)) continue;
    const double at = x(PlaceOf(line.points[i].first, scale));
    there += fmt::format("{:.1f},{:.1f} ", at, y(low));
    back = fmt::format("{:.1f},{:.1f} ", at, y(high)) + back;
  }
  if (there.empty()) return "";
  return fmt::format("<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"0.15\"/>\n", there + back,
                     line.colour);
}

}  // namespace

std::string LineChart(const std::string& x_label, const std::string& y_label,
                      const std::vector<LineSeries>& series, XScale scale) {
  constexpr double kWidth = 760, kHeight = 320, kLeft = 55, kRight = 150, kTop = 15, kBottom = 45;
  const ChartExtent extent = ExtentOf(series, scale);
  if (extent.y.IsEmpty()) return "";
  const double y_step = NiceStep(std::max(extent.y.high - extent.y.low, 1e-6), 7);
  const Axis x{0, std::max(extent.x_high, 1.0), kLeft, kWidth - kRight};
  const Axis y{std::floor(extent.y.low / y_step) * y_step,
               std::ceil(extent.y.high / y_step + 1e-9) * y_step, kHeight - kBottom, kTop};
  std::string svg = OpenSvg(kWidth, kHeight, y_label + " over " + x_label);
  for (double tick = y.low; tick <= y.high + y_step / 2; tick += y_step) {
    svg += Line(kLeft, y(tick), kWidth - kRight, y(tick), kGrid);
    svg += Text(kLeft - 6, y(tick) + 4, "end", fmt::format("{:.4g}", tick));
  }
  // Steps, layers and heads are whole.
  const double x_step = std::max(1.0, NiceStep(x.high, scale == XScale::kSteps ? 16 : 8));
  for (double tick = 0; tick <= x.high + x_step * 1e-6; tick += x_step) {
    const double shown =
        scale == XScale::kLinear || tick == 0 ? tick : std::ldexp(1.0, static_cast<int>(tick) - 1);
    svg += Line(x(tick), kTop, x(tick), kHeight - kBottom, kGrid);
    svg += Text(x(tick), kHeight - kBottom + 15, "middle", AxisLabel(shown));
  }
  svg += Text((kLeft + kWidth - kRight) / 2, kHeight - 8, "middle", x_label);
  svg += UpwardText(14, kHeight / 2, "middle", y_label);
  for (const LineSeries& line : series) svg += Band(line, scale, x, y);
  double last_label = -1e300;
  std::vector<const LineSeries*> by_height;
  for (const LineSeries& line : series) {
    if (!line.points.empty()) by_height.push_back(&line);
  }
  std::stable_sort(by_height.begin(), by_height.end(),
                   [](const LineSeries* a, const LineSeries* b) {
                     return a->points.back().second > b->points.back().second;
                   });
  for (const LineSeries* line : by_height) {
    std::string path;
    for (const auto& [px, py] : line->points) {
      path += fmt::format("{:.1f},{:.1f} ", x(PlaceOf(px, scale)), y(py));
    }
    svg += fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"{}/>\n", path,
        line->colour, line->dashed ? " stroke-dasharray=\"6 4\"" : "");
    const auto& [end_x, end_y] = line->points.back();
    if (line->points.size() == 1)
      svg +=
          Circle(x(PlaceOf(end_x, scale)), y(end_y), 3, fmt::format("fill=\"{}\"", line->colour));
    last_label = std::max(y(end_y) + 4, last_label + 13);
    svg += Text(x(PlaceOf(end_x, scale)) + 6, last_label, "start", line->name,
                fmt::format("fill=\"{}\"", line->colour));
  }
  return svg + "</svg>\n";
}

std::string ForestPlot(const std::vector<ForestRow>& rows) {
  constexpr double kLabel = 110, kPlot = 520, kRow = 20, kTop = 34;
  const double height = kTop + kRow * static_cast<double>(rows.size()) + 26;
  const Axis x{0, 1, kLabel, kLabel + kPlot};
  const double bottom = height - 20;
  std::string svg = OpenSvg(kLabel + kPlot + 40, height, "accuracy of the best head by relation");
  for (int tick = 0; tick <= 10; tick += 2) {
    svg += Line(x(tick / 10.0), kTop - 6, x(tick / 10.0), bottom, kGrid);
    svg += Text(x(tick / 10.0), height - 6, "middle", fmt::format("{}%", 10 * tick));
  }
  svg += "<circle cx=\"120\" cy=\"12\" r=\"4\" fill=\"#0072B2\"/>" +
         Text(130, 16, "start", "best head, 95% interval") +
         Line(280, 5, 280, 19, "stroke=\"#D55E00\" stroke-width=\"2.5\"") +
         Text(288, 16, "start", "best offset") +
         "<path d=\"M370 6 l6 6 l-6 6 l-6 -6z\" fill=\"none\" stroke=\"#009E73\" "
         "stroke-width=\"2\"/>" +
         Text(382, 16, "start", "nearest-UPOS rule") + Rect(500, 6, 24, 12, "fill=\"#ccc\"") +
         Text(530, 16, "start", "random models");
  for (size_t i = 0; i < rows.size(); ++i) {
    const ForestRow& row = rows[i];
    const double y = kTop + kRow * (static_cast<double>(i) + 0.5);
    svg += Text(kLabel - 8, y + 4, "end", row.label);
    if (row.band_high > row.band_low) {
      svg += Rect(x(row.band_low), y - 6, x(row.band_high) - x(row.band_low), 12, "fill=\"#ccc\"");
    }
    svg += Line(x(row.low), y, x(row.high), y, "stroke=\"#0072B2\" stroke-width=\"2\"");
    svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"#0072B2\"/>\n",
                       x(row.value), y);
    for (const ForestRow::Mark& mark : row.marks) {
      if (mark.kind == "offset") {
        svg += Line(x(mark.value), y - 7, x(mark.value), y + 7,
                    "stroke=\"#D55E00\" stroke-width=\"2.5\"");
      } else {
        svg += fmt::format(
            "<path d=\"M{:.1f} {:.1f} l6 6 l-6 6 l-6 -6z\" fill=\"none\" stroke=\"#009E73\" "
            "stroke-width=\"2\"/>\n",
            x(mark.value), y - 6);
      }
    }
  }
  return svg + "</svg>\n";
}

std::string AttentionMap(const AttentionFigure& figure) {
  const size_t n = figure.words.size();
  constexpr double kCell = 24;
  size_t longest = 0;
  for (const std::string& word : figure.words) longest = std::max(longest, word.size());
  const double label = 12 + 6.2 * static_cast<double>(std::min<size_t>(longest, 16));
  size_t span = 1;
  for (const auto& arc : figure.arcs) {
    span = std::max(span, std::max(arc.dependent, arc.head) - std::min(arc.dependent, arc.head));
  }
  const double arc_height = 16 + 9 * static_cast<double>(std::min<size_t>(span, 14));
  const double top = arc_height + label;
  const double side = kCell * static_cast<double>(n);
  const auto centre = [&](size_t word) {
    return label + kCell * (static_cast<double>(word) + 0.5);
  };
  std::string svg = OpenSvg(label + side + 30, top + side + 10, "attention between the words");
  ArcLabels labels;
  for (const auto& arc : figure.arcs) {
    const double from = centre(arc.head), to = centre(arc.dependent);
    const double width = std::abs(to - from);
    const double rise = 8 + 9 * std::min(static_cast<double>(std::max(arc.dependent, arc.head) -
                                                             std::min(arc.dependent, arc.head)),
                                         14.0);
    const char* colour = arc.highlighted ? "#D55E00" : "#999";
    svg += fmt::format(
        "<path d=\"M{:.1f} {:.1f} C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}\" fill=\"none\" "
        "stroke=\"{}\" stroke-width=\"{}\"><title>{}</title></path>\n",
        from, arc_height, from, arc_height - rise, to, arc_height - rise, to, arc_height, colour,
        arc.highlighted ? 1.8 : 1.0, EscapeMarkup(arc.label));
    svg += fmt::format("<path d=\"M{:.1f} {:.1f} l-3 -6 l6 0z\" fill=\"{}\"/>\n", to,
                       arc_height + 1, colour);
    if (arc.highlighted) {
      svg += labels.Put((from + to) / 2, arc_height - 0.75 * rise - 3, arc.label, colour,
                        width < 40 ? 8 : 10);
    }
  }
  for (size_t i = 0; i < n; ++i) {
    const double y = top + kCell * (static_cast<double>(i) + 0.5);
    svg += Text(label - 5, y + 4, "end", figure.words[i]);
    svg += UpwardText(centre(i) + 4, top - 5, "start", figure.words[i]);
    for (size_t j = 0; j < n; ++j) {
      const double weight = std::clamp(static_cast<double>(figure.attention[i * n + j]), 0.0, 1.0);
      // The square root spreads small weights; a full cell is 1.
      svg += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"{}\" fill=\"#0072B2\" "
          "fill-opacity=\"{:.3f}\" stroke=\"#eee\"><title>{} → {}: {:.3f}</title></rect>\n",
          label + kCell * static_cast<double>(j), top + kCell * static_cast<double>(i), kCell,
          kCell, std::sqrt(weight), EscapeMarkup(figure.words[i]), EscapeMarkup(figure.words[j]),
          weight);
    }
  }
  for (const auto& arc : figure.arcs) {
    const size_t row = figure.head_to_dependent ? arc.head : arc.dependent;
    const size_t column = figure.head_to_dependent ? arc.dependent : arc.head;
    svg += Rect(label + kCell * static_cast<double>(column) + 1,
                top + kCell * static_cast<double>(row) + 1, kCell - 2, kCell - 2,
                arc.highlighted ? "fill=\"none\" stroke=\"#D55E00\" stroke-width=\"2.2\""
                                : "fill=\"none\" stroke=\"#999\" stroke-width=\"1\"");
  }
  return svg + "</svg>\n";
}

std::string LiftMap(const std::vector<std::string>& labels, const std::vector<double>& values) {
  constexpr double kCell = 15, kLabel = 52;
  const size_t n = labels.size();
  const double side = kCell * static_cast<double>(n);
  std::string svg = OpenSvg(kLabel + side + 4, kLabel + side + 4, "lift over uniform attention");
  for (size_t i = 0; i < n; ++i) {
    const double middle = kLabel + kCell * (static_cast<double>(i) + 0.5);
    svg += Text(kLabel - 4, middle + 3, "end", labels[i], "font-size=\"8.5\"");
    svg += UpwardText(middle + 3, kLabel - 4, "start", labels[i], "font-size=\"8.5\"");
    for (size_t j = 0; j < n; ++j) {
      const double lift = values[i * n + j];
      if (!std::isfinite(lift)) continue;
      const double strength =
          std::min(1.0, std::abs(Log(std::max(lift, 1e-3))) / Log(8.0));  // full colour at 8x
      svg += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"{}\" fill=\"{}\" "
          "fill-opacity=\"{:.2f}\"><title>{} → {}: {:.2f}</title></rect>\n",
          kLabel + kCell * static_cast<double>(j), kLabel + kCell * static_cast<double>(i), kCell,
          kCell, lift >= 1 ? "#D55E00" : "#0072B2", strength, EscapeMarkup(labels[i]),
          EscapeMarkup(labels[j]), lift);
    }
  }
  svg += Rect(kLabel, kLabel, side, side, "fill=\"none\" stroke=\"#bbb\"");
  return svg + "</svg>\n";
}

}  // namespace headscope
