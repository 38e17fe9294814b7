#include "probe/difference_plot.h"

#include <fmt/format.h>

#include "probe/svg_elements.h"

namespace headscope {
namespace {

constexpr double kLabel = 190, kPlot = 460, kVerdict = 110, kRow = 34, kTop = 12, kBottom = 40;

// Of everything finite, and 0.
NiceRange RangeOf(const std::vector<DifferenceRow>& rows) {
  Extent shown{0.0, 0.0};
  for (const DifferenceRow& row : rows) {
    for (const double value : row.values) shown.Take(value);
    for (const double value : {row.mean.low, row.mean.high, row.margin_low, row.margin_high}) {
      shown.Take(value);
    }
  }
  return RangeAround(shown, 8, 1.0);
}

std::string RowBand(const DifferenceRow& row, const Axis& x, double y) {
  const double from = x.Inside(row.margin_low), to = x.Inside(row.margin_high);
  return Rect(from, y - kRow / 2 + 2, to - from, kRow - 4, "fill=\"#e4e4e4\"");
}

std::string RowMarks(const DifferenceRow& row, const Axis& x, double y) {
  std::string svg;
  for (const double value : row.values) {
    svg += Circle(x(value), y - 7, 3, "fill=\"none\" stroke=\"#555\"");
  }
  svg += Line(x.Inside(row.mean.low), y + 6, x.Inside(row.mean.high), y + 6,
              "stroke=\"#0072B2\" stroke-width=\"2\"");
  svg += Circle(x(row.mean.value), y + 6, 4, "fill=\"#0072B2\"");
  svg += Text(kLabel - 8, y + 4, "end", row.label);
  return svg + Text(kLabel + kPlot + 8, y + 4, "start", row.verdict, "font-weight=\"bold\"");
}

}  // namespace

std::string DifferencePlot(const std::vector<DifferenceRow>& rows, const std::string& unit) {
  const NiceRange range = RangeOf(rows);
  const Axis x{range.low, range.high, kLabel, kLabel + kPlot};
  const double bottom = kTop + kRow * static_cast<double>(rows.size());
  std::string svg =
      OpenSvg(kLabel + kPlot + kVerdict, bottom + kBottom, "differences between arms, " + unit);
  std::string bands, grid, marks;
  for (size_t i = 0; i < rows.size(); ++i) {
    const double y = kTop + kRow * (static_cast<double>(i) + 0.5);
    bands += RowBand(rows[i], x, y);
    marks += RowMarks(rows[i], x, y);
  }
  for (int i = 0; i <= range.Steps(); ++i) {
    const double value = range.Tick(i);
    grid += Line(x(value), kTop, x(value), bottom, value == 0.0 ? "stroke=\"#333\"" : kGrid);
    grid += Text(x(value), bottom + 14, "middle", fmt::format("{:g}", value));
  }
  marks += Text(kLabel + kPlot / 2, bottom + 32, "middle",
                unit + "; o a seed, the mean with its 95% interval; grey: where the claim holds");
  return svg + bands + grid + marks + "</svg>\n";
}

}  // namespace headscope
