// Figures of all heads of a model, as SVG text.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace headscope {

// A matrix of layers (rows, the first at the top) and heads, darker = more.
struct HeadMatrixFigure {
  std::string title;
  size_t layers = 0, heads = 0;
  std::vector<double> values;  // [layers * heads]
  double full = 1.0;           // the value of full colour
};
std::string HeadMatrix(const HeadMatrixFigure& figure);

// Heads as points of the plane, coloured by cluster and labelled with their names; equal scales.
struct HeadMapFigure {
  std::vector<std::pair<double, double>> points;
  std::vector<std::string> names, notes;  // notes are shown on hovering
  std::vector<size_t> clusters;
};
std::string HeadMap(const HeadMapFigure& figure);

}  // namespace headscope
