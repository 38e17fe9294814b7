#include "probe/difference_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "probe/svg_elements.h"

namespace headscope {
namespace {

constexpr double kLabel = 190, kPlot = 460, kVerdict = 110, kRow = 34, kTop = 12, kBottom = 40;

void Widen(double value, double& low, double& high) {
  if (!std::isfinite(value)) return;
  low = std::min(low, value);
  high = std::max(high, value);
}

// Everything finite and 0, rounded outwards to whole steps.
Axis AxisOf(const std::vector<DifferenceRow>& rows, double& step) {
  double low = 0.0, high = 0.0;
  for (const DifferenceRow& row : rows) {
    for (const double value : row.values) Widen(value, low, high);
    for (const double value : {row.mean.low, row.mean.high, row.margin_low, row.margin_high}) {
      Widen(value, low, high);
    }
  }
  step = NiceStep(std::max(high - low, 1.0), 8);
  low = std::floor(low / step - 0.2) * step;
  high = std::ceil(high / step + 0.2) * step;
  return {low, high, kLabel, kLabel + kPlot};
}

std::string Circle(double x, double y, double radius, std::string_view style) {
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" {}/>\n", x, y, radius, style);
}

// On the page, cut at the edges of the plot.
double Inside(const Axis& x, double value) { return x(std::clamp(value, x.low, x.high)); }

std::string RowBand(const DifferenceRow& row, const Axis& x, double y) {
  const double from = Inside(x, row.margin_low), to = Inside(x, row.margin_high);
  return Rect(from, y - kRow / 2 + 2, to - from, kRow - 4, "fill=\"#e4e4e4\"");
}

std::string RowMarks(const DifferenceRow& row, const Axis& x, double y) {
  std::string svg;
  for (const double value : row.values) {
    svg += Circle(x(value), y - 7, 3, "fill=\"none\" stroke=\"#555\"");
  }
  svg += Line(Inside(x, row.mean.low), y + 6, Inside(x, row.mean.high), y + 6,
              "stroke=\"#0072B2\" stroke-width=\"2\"");
  svg += Circle(x(row.mean.value), y + 6, 4, "fill=\"#0072B2\"");
  svg += Text(kLabel - 8, y + 4, "end", row.label);
  return svg + Text(kLabel + kPlot + 8, y + 4, "start", row.verdict, "font-weight=\"bold\"");
}

}  // namespace

std::string DifferencePlot(const std::vector<DifferenceRow>& rows, const std::string& unit) {
  double step = 1.0;
  const Axis x = AxisOf(rows, step);
  const double bottom = kTop + kRow * static_cast<double>(rows.size());
  std::string svg =
      OpenSvg(kLabel + kPlot + kVerdict, bottom + kBottom, "differences between arms, " + unit);
  std::string bands, grid, marks;
  for (size_t i = 0; i < rows.size(); ++i) {
    const double y = kTop + kRow * (static_cast<double>(i) + 0.5);
    bands += RowBand(rows[i], x, y);
    marks += RowMarks(rows[i], x, y);
  }
  const auto ticks = static_cast<int>(std::lround((x.high - x.low) / step));
  for (int i = 0; i <= ticks; ++i) {
    const double value = x.low + step * i;
    const bool zero = std::abs(value) < step / 2;
    grid += Line(x(value), kTop, x(value), bottom, zero ? "stroke=\"#333\"" : kGrid);
    grid += Text(x(value), bottom + 14, "middle", fmt::format("{:g}", zero ? 0.0 : value));
  }
  marks += Text(kLabel + kPlot / 2, bottom + 32, "middle",
                unit + "; o a seed, the mean with its 95% interval; grey: where the claim holds");
  return svg + bands + grid + marks + "</svg>\n";
}

}  // namespace headscope
