// What the figures are drawn with: SVG elements as text, and the scale of an axis. Lengths are in
// pixels from the upper left corner.
#pragma once

#include <string>
#include <string_view>

namespace headscope {

// Makes text safe inside HTML and SVG elements and double-quoted attributes.
std::string EscapeMarkup(std::string_view text);

// The start of a figure, which "</svg>" ends. `description` is for those who do not see it.
std::string OpenSvg(double width, double height, const std::string& description);

// `anchor`: start, middle or end; `extra`: attributes.
std::string Text(double x, double y, std::string_view anchor, std::string_view text,
                 std::string_view extra = "");
// `style`: attributes.
std::string Line(double x1, double y1, double x2, double y2, std::string_view style);
std::string Rect(double x, double y, double width, double height, std::string_view style);

inline constexpr std::string_view kGrid = "stroke=\"#ddd\"";

// A linear map of data onto the page.
struct Axis {
  double low, high, from, to;
  double operator()(double value) const {
    return from + (value - low) / (high - low) * (to - from);
  }
};

// The smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `most` steps.
double NiceStep(double span, int most);

}  // namespace headscope
