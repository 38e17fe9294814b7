// Groups of heads that attend alike.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace headscope {

struct Clustering {
  std::vector<size_t> cluster;  // [n] numbered from 0 by their first member
  size_t num_clusters = 0;
  // Mean over points of (b - a) / max(a, b): a = the mean distance to the others of its cluster, b
  // = to those of the nearest other cluster; 0 for a cluster of one (Rousseeuw 1987).
  double silhouette = 0.0;
};

// Average linkage (Sokal & Michener 1958), cut at the number of clusters from 2 to `most` with the
// largest silhouette (the smaller of equals). distances [n, n] symmetric. Fewer than three points
// are one cluster.
Clustering ClusterByDistance(std::span<const double> distances, size_t n, size_t most = 10);

// The same tree cut at a given number of clusters.
Clustering CutIntoClusters(std::span<const double> distances, size_t n, size_t num_clusters);

}  // namespace headscope
