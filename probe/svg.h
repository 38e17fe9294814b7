// Figures as SVG text: each function returns one self-contained <svg> element, readable in black
// and white, whose text is escaped. Colours are those of Okabe & Ito (2008), safe for colour-blind
// readers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "probe/svg_elements.h"

namespace headscope {

struct LineSeries {
  std::string name;
  std::string colour;
  bool dashed = false;
  std::vector<std::pair<double, double>> points;  // ascending x
  // (low, high) of every point, drawn as a band; none: no band, and infinite ones are left out.
  std::vector<std::pair<double, double>> intervals = {};
};

// kSteps: 0, 1, 2, 4, … at equal distances, for what is seen at powers of two.
enum class XScale { kLinear, kSteps };

// Lines over common axes, each named at its right end.
std::string LineChart(const std::string& x_label, const std::string& y_label,
                      const std::vector<LineSeries>& series, XScale scale = XScale::kLinear);

// One row of a forest plot: an estimate with its interval, and what it is compared with. All in [0,
// 1].
struct ForestRow {
  std::string label;
  double value = 0, low = 0, high = 0;  // the dot and its whiskers
  struct Mark {
    double value;
    std::string kind;  // "offset" (tick), "rule" (diamond)
  };
  std::vector<Mark> marks;
  double band_low = 0, band_high = 0;  // grey band (random models); equal: none
};
std::string ForestPlot(const std::vector<ForestRow>& rows);

// A square map of attention between words, rows attending, darker = more, with gold arcs drawn
// above the columns and their cells outlined.
struct AttentionFigure {
  std::vector<std::string> words = {};
  std::vector<float> attention = {};  // [words * words], row = attending
  struct Arc {
    size_t dependent, head;  // 0-based words
    std::string label;
    bool highlighted;
  };
  std::vector<Arc> arcs = {};
  bool head_to_dependent =
      false;  // which cell of an arc is outlined: (dependent, head), or (head, dependent)
};
std::string AttentionMap(const AttentionFigure& figure);

// A matrix of ratios around 1 (lift over uniform): blue below, orange above, on a log scale; NaN
// cells are empty.
std::string LiftMap(const std::vector<std::string>& labels, const std::vector<double>& values);

}  // namespace headscope
