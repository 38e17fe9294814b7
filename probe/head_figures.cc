#include "probe/head_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "probe/svg_elements.h"

namespace headscope {
namespace {

// Okabe & Ito (2008) without yellow, which is hard to read on white; clusters beyond them repeat
// with another mark.
constexpr std::array<const char*, 7> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#000000"};

std::string Mark(double x, double y, size_t cluster, const std::string& note) {
  const char* colour = kColours[cluster % kColours.size()];
  const std::string title = fmt::format("<title>{}</title>", EscapeMarkup(note));
  if (cluster < kColours.size()) {
    return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" fill=\"{}\">{}</circle>\n", x,
                       y, colour, title);
  }
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"8\" height=\"8\" fill=\"{}\">{}</rect>\n", x - 4,
      y - 4, colour, title);
}

}  // namespace

std::string HeadMatrix(const HeadMatrixFigure& figure) {
  constexpr double kWidth = 34, kHeight = 22, kLeft = 30, kTop = 34;
  const double right = kLeft + kWidth * static_cast<double>(figure.heads);
  std::string svg = OpenSvg(std::max(right + 6, 6.5 * static_cast<double>(figure.title.size()) + 8),
                            kTop + kHeight * static_cast<double>(figure.layers) + 6, figure.title);
  svg += Text(2, 12, "start", figure.title, "font-weight=\"600\"");
  for (size_t h = 0; h < figure.heads; ++h) {
    svg += Text(kLeft + kWidth * (static_cast<double>(h) + 0.5), kTop - 5, "middle",
                fmt::format("H{}", h), "font-size=\"9\" fill=\"#666\"");
  }
  for (size_t l = 0; l < figure.layers; ++l) {
    const double y = kTop + kHeight * static_cast<double>(l);
    svg += Text(kLeft - 5, y + 0.5 * kHeight + 4, "end", fmt::format("L{}", l),
                "font-size=\"9\" fill=\"#666\"");
    for (size_t h = 0; h < figure.heads; ++h) {
      const double value = figure.values[l * figure.heads + h];
      const double strength = std::clamp(value / figure.full, 0.0, 1.0);
      const double x = kLeft + kWidth * static_cast<double>(h);
      svg +=
          Rect(x, y, kWidth, kHeight,
               fmt::format("fill=\"#0072B2\" fill-opacity=\"{:.3f}\" stroke=\"#ddd\"", strength));
      svg += Text(x + 0.5 * kWidth, y + 0.5 * kHeight + 4, "middle", fmt::format("{:.2f}", value),
                  strength > 0.55 ? "font-size=\"10\" fill=\"#fff\"" : "font-size=\"10\"");
    }
  }
  return svg + "</svg>\n";
}

std::string HeadMap(const HeadMapFigure& figure) {
  constexpr double kSide = 560, kMargin = 40;
  double reach = 1e-12;
  for (const auto& [x, y] : figure.points) reach = std::max({reach, x, -x, y, -y});
  const auto at = [&](double value) {
    return 0.5 * kSide + value / reach * (0.5 * kSide - kMargin);
  };
  std::string svg = OpenSvg(kSide, kSide, "distances between heads in the plane");
  svg += Rect(0.5, 0.5, kSide - 1, kSide - 1, "fill=\"none\" stroke=\"#bbb\"");
  for (size_t k = 0; k < figure.points.size(); ++k) {
    const double x = at(figure.points[k].first), y = kSide - at(figure.points[k].second);
    svg += Mark(x, y, figure.clusters[k], figure.notes[k]);
    svg += Text(x + 6, y - 4, "start", figure.names[k], "font-size=\"9.5\" fill=\"#333\"");
  }
  return svg + "</svg>\n";
}

}  // namespace headscope
