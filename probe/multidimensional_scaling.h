// Points in the plane whose distances are as near as possible to given ones.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace headscope {

using PlanePoint = std::pair<double, double>;

// Torgerson's (1952) classical scaling: the two largest eigenvectors of the doubly centred squares.
// distances [n, n], symmetric.
std::vector<PlanePoint> ClassicalScaling(std::span<const double> distances, size_t n);

struct ScaledMap {
  std::vector<PlanePoint> points;  // [n], their mean at the origin
  // Kruskal's (1964) stress-1, sqrt(sum_{i<j} (d_ij - distance_ij)^2 / sum_{i<j} d_ij^2), d between
  // the points: below 0.1 the map can be read, above 0.2 neighbours may be far apart.
  double stress = 0.0;
  size_t iterations = 0;
};

// Metric scaling by SMACOF (de Leeuw 1977; Borg & Groenen 2005, section 8.6) from the classical
// map, until an iteration lowers the stress by less than 1e-9 of itself, at most 2000 times. Throws
// Error for distances that are negative or not finite.
ScaledMap MetricScaling(std::span<const double> distances, size_t n);

// The same from given points.
ScaledMap MetricScalingFrom(std::span<const double> distances, std::vector<PlanePoint> start);

}  // namespace headscope
