#include "probe/svg_elements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace headscope {

std::string EscapeMarkup(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        // Control characters are not allowed in XML at all.
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          out += "\xEF\xBF\xBD";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string OpenSvg(double width, double height, const std::string& description) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{}\" width=\"{:.0f}\" "
      "height=\"{:.0f}\" viewBox=\"0 0 {:.0f} {:.0f}\" font-family=\"sans-serif\" "
      "font-size=\"11\">\n",
      EscapeMarkup(description), width, height, width, height);
}

std::string Text(double x, double y, std::string_view anchor, std::string_view text,
                 std::string_view extra) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" {}>{}</text>\n", x, y,
                     anchor, extra, EscapeMarkup(text));
}

std::string UpwardText(double x, double y, std::string_view anchor, std::string_view text,
                       std::string_view extra) {
  return Text(0, 0, anchor, text,
              fmt::format("{}{}transform=\"translate({:.1f} {:.1f}) rotate(-90)\"", extra,
                          extra.empty() ? "" : " ", x, y));
}

std::string Line(double x1, double y1, double x2, double y2, std::string_view style) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1,
                     x2, y2, style);
}

std::string Rect(double x, double y, double width, double height, std::string_view style) {
  return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" {}/>\n", x,
                     y, width, height, style);
}

std::string Circle(double x, double y, double radius, std::string_view style) {
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\" {}/>\n", x, y, radius, style);
}

double NiceStep(double span, int most) {
  double step = 1e-9;
  for (;;) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (span / (step * factor) <= most) return step * factor;
    }
    step *= 10;
  }
}

void Extent::Take(double value) {
  if (!std::isfinite(value)) return;
  low = std::min(low, value);
  high = std::max(high, value);
}

int NiceRange::Steps() const { return static_cast<int>(std::lround((high - low) / step)); }

double NiceRange::Tick(int i) const {
  const double value = low + step * i;
  return std::abs(value) < step / 2 ? 0.0 : value;
}

NiceRange RangeAround(const Extent& shown, int most_steps, double least_span) {
  const double step = NiceStep(std::max(shown.high - shown.low, least_span), most_steps);
  return {std::floor(shown.low / step - 0.2) * step, std::ceil(shown.high / step + 0.2) * step,
          step};
}

}  // namespace headscope
