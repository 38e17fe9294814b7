#include "probe/arm_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "probe/svg_elements.h"

namespace headscope {
namespace {

constexpr double kFigureWidth = 820, kFigureHeight = 400, kFrameLeft = 60, kFrameRight = 150,
                 kFrameTop = 15, kFrameBottom = 45;
constexpr double kMeanRadius = 4;                   // of a mean
constexpr double kCharacter = 6, kLineHeight = 11;  // of text, about

struct Axes {
  NiceRange x_range, y_range;
  Axis x{x_range.low, x_range.high, kFrameLeft, kFigureWidth - kFrameRight};
  Axis y{y_range.low, y_range.high, kFigureHeight - kFrameBottom, kFrameTop};
};

// Of means and seeds: intervals of few seeds would leave them no room.
Axes AxesOf(const std::vector<ArmPoint>& points) {
  Extent x, y;
  for (const ArmPoint& point : points) {
    x.Take(point.x.value);
    y.Take(point.y.value);
    for (const auto& [of_x, of_y] : point.seeds) {
      x.Take(of_x);
      y.Take(of_y);
    }
  }
  return {RangeAround(x, 8, 1e-6), RangeAround(y, 7, 1e-6)};
}

std::string Grid(const Axes& at, const std::string& x_label, const std::string& y_label) {
  std::string svg;
  for (int i = 0; i <= at.x_range.Steps(); ++i) {
    const double value = at.x_range.Tick(i);
    svg += Line(at.x(value), kFrameTop, at.x(value), kFigureHeight - kFrameBottom, kGrid);
    svg += Text(at.x(value), kFigureHeight - kFrameBottom + 15, "middle",
                fmt::format("{:.4g}", value));
  }
  for (int i = 0; i <= at.y_range.Steps(); ++i) {
    const double value = at.y_range.Tick(i);
    svg += Line(kFrameLeft, at.y(value), kFigureWidth - kFrameRight, at.y(value),
                value == 0.0 ? "stroke=\"#333\"" : kGrid);
    svg += Text(kFrameLeft - 6, at.y(value) + 4, "end", fmt::format("{:.4g}", value));
  }
  svg += Text((kFrameLeft + kFigureWidth - kFrameRight) / 2, kFigureHeight - 8, "middle", x_label);
  return svg + UpwardText(14, kFigureHeight / 2, "middle", y_label);
}

std::string Marks(const ArmPoint& point, const Axes& at, const std::string& colour) {
  const std::string thin = fmt::format("stroke=\"{}\" stroke-opacity=\"0.5\"", colour);
  std::string svg;
  for (const auto& [x, y] : point.seeds) {
    svg += Circle(at.x(x), at.y(y), 2.5, "fill=\"none\" " + thin);
  }
  const double x = at.x(point.x.value), y = at.y(point.y.value);
  svg += Line(at.x.Inside(point.x.low), y, at.x.Inside(point.x.high), y, thin);
  svg += Line(x, at.y.Inside(point.y.low), x, at.y.Inside(point.y.high), thin);
  return svg + Circle(x, y, kMeanRadius, fmt::format("fill=\"{}\"", colour));
}

struct Box {
  double left, right, top, bottom;
  bool Meets(const Box& other) const {
    return left < other.right && right > other.left && top < other.bottom && bottom > other.top;
  }
};

// Where the name of a mean at (x, y) stands if its middle is `shift` lower.
Box NameBox(double x, double y, double shift, const std::string& name) {
  const double left = x + kMeanRadius + 4, middle = y + shift;
  return {left, left + kCharacter * static_cast<double>(name.size()), middle - kLineHeight / 2,
          middle + kLineHeight / 2};
}

// At the right of each mean, or as near to that as no mean and no other name is; then with a line
// to its mean.
std::string Names(const std::vector<ArmPoint>& points, const Axes& at) {
  std::vector<Box> taken;
  for (const ArmPoint& point : points) {
    const double x = at.x(point.x.value), y = at.y(point.y.value);
    taken.push_back({x - kMeanRadius, x + kMeanRadius, y - kMeanRadius, y + kMeanRadius});
  }
  std::string svg;
  for (const ArmPoint& point : points) {
    const double x = at.x(point.x.value), y = at.y(point.y.value);
    double shift = 0.0;
    Box box = NameBox(x, y, shift, point.label);
    const auto is_taken = [&](const Box& other) { return box.Meets(other); };
    while (std::ranges::any_of(taken, is_taken)) {
      shift = shift > 0.0 ? -shift : 2.0 - shift;  // 2, -2, 4, -4, …
      box = NameBox(x, y, shift, point.label);
    }
    const double middle = (box.top + box.bottom) / 2;
    if (shift != 0.0) svg += Line(x, y, box.left - 1, middle, "stroke=\"#bbb\"");
    svg += Text(box.left, middle + 4, "start", point.label);
    taken.push_back(box);
  }
  return svg;
}

}  // namespace

std::string ArmPlot(const std::vector<ArmPoint>& points, const std::vector<size_t>& line,
                    const std::string& x_label, const std::string& y_label) {
  if (points.empty()) return "";
  const Axes at = AxesOf(points);
  std::string svg = OpenSvg(kFigureWidth, kFigureHeight, y_label + " by " + x_label);
  svg += Grid(at, x_label, y_label);
  std::string path;
  for (const size_t i : line) {
    path += fmt::format("{:.1f},{:.1f} ", at.x(points[i].x.value), at.y(points[i].y.value));
  }
  if (!line.empty()) {
    svg += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"#0072B2\"/>\n", path);
  }
  const std::set<size_t> joined(line.begin(), line.end());
  for (size_t i = 0; i < points.size(); ++i) {
    svg += Marks(points[i], at, joined.contains(i) ? "#0072B2" : "#D55E00");
  }
  return svg + Names(points, at) + "</svg>\n";
}

}  // namespace headscope
