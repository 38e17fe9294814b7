// What the figures are drawn with: SVG elements as text, and the scale of an axis. Lengths are in
// pixels from the upper left corner.
#pragma once

#include <algorithm>
#include <limits>
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
// The same, read from the bottom to the top.
std::string UpwardText(double x, double y, std::string_view anchor, std::string_view text,
                       std::string_view extra = "");
// `style`: attributes.
std::string Line(double x1, double y1, double x2, double y2, std::string_view style);
std::string Rect(double x, double y, double width, double height, std::string_view style);

std::string Circle(double x, double y, double radius, std::string_view style);

inline constexpr std::string_view kGrid = "stroke=\"#ddd\"";

// A linear map of data onto the page.
struct Axis {
  double low, high, from, to;
  double operator()(double value) const {
    return from + (value - low) / (high - low) * (to - from);
  }
  // The same, cut at the ends of the axis.
  double Inside(double value) const { return (*this)(std::clamp(value, low, high)); }
};

// The smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `most` steps.
double NiceStep(double span, int most);

// Of what is shown in one direction.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  bool IsEmpty() const { return low > high; }
  void Take(double value);  // if it is finite
};

// An axis' values: whole steps, the first and the last at least a fifth of a step outside of what
// is shown.
struct NiceRange {
  double low, high, step;
  int Steps() const;
  double Tick(int i) const;  // 0 is 0, not -1e-17
};
// `least_span`: the step of a smaller span is that of this one.
NiceRange RangeAround(const Extent& shown, int most_steps, double least_span);

}  // namespace headscope
