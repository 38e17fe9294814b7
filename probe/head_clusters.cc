#include "probe/head_clusters.h"

#include <algorithm>
#include <limits>

namespace headscope {
namespace {

using Members = std::vector<std::vector<size_t>>;

double MeanDistance(std::span<const double> distances, size_t n, const std::vector<size_t>& a,
                    const std::vector<size_t>& b) {
  double sum = 0.0;
  for (size_t i : a) {
    for (size_t j : b) sum += distances[i * n + j];
  }
  return sum / static_cast<double>(a.size() * b.size());
}

// Joins the two nearest clusters; the first of equals.
void JoinNearest(std::span<const double> distances, size_t n, Members& members) {
  double nearest = std::numeric_limits<double>::infinity();
  size_t first = 0, second = 1;
  for (size_t a = 0; a < members.size(); ++a) {
    for (size_t b = a + 1; b < members.size(); ++b) {
      const double distance = MeanDistance(distances, n, members[a], members[b]);
      if (distance < nearest) {
        nearest = distance;
        first = a;
        second = b;
      }
    }
  }
  members[first].insert(members[first].end(), members[second].begin(), members[second].end());
  members.erase(members.begin() + static_cast<std::ptrdiff_t>(second));
}

double SilhouetteOf(std::span<const double> distances, size_t n, const Members& members,
                    size_t point, size_t own) {
  if (members[own].size() == 1) return 0.0;
  // The point itself is at distance 0.
  const double size = static_cast<double>(members[own].size());
  const double inside = MeanDistance(distances, n, {point}, members[own]) * size / (size - 1.0);
  double outside = std::numeric_limits<double>::infinity();
  for (size_t other = 0; other < members.size(); ++other) {
    if (other == own) continue;
    outside = std::min(outside, MeanDistance(distances, n, {point}, members[other]));
  }
  const double larger = std::max(inside, outside);
  return larger == 0.0 ? 0.0 : (outside - inside) / larger;
}

Clustering Describe(std::span<const double> distances, size_t n, const Members& members) {
  Clustering result;
  result.cluster.resize(n);
  result.num_clusters = members.size();
  for (size_t c = 0; c < members.size(); ++c) {
    for (size_t point : members[c]) {
      result.cluster[point] = c;
      if (members.size() > 1) {
        result.silhouette += SilhouetteOf(distances, n, members, point, c) / static_cast<double>(n);
      }
    }
  }
  return result;
}

Members Singletons(size_t n) {
  Members members(n);
  for (size_t point = 0; point < n; ++point) members[point] = {point};
  return members;
}

}  // namespace

Clustering CutIntoClusters(std::span<const double> distances, size_t n, size_t num_clusters) {
  Members members = Singletons(n);
  while (members.size() > std::max<size_t>(1, num_clusters)) JoinNearest(distances, n, members);
  return Describe(distances, n, members);
}

Clustering ClusterByDistance(std::span<const double> distances, size_t n, size_t most) {
  if (n < 3) return CutIntoClusters(distances, n, 1);
  Members members = Singletons(n);
  while (members.size() > std::min(most, n - 1)) JoinNearest(distances, n, members);
  Clustering best = Describe(distances, n, members);
  while (members.size() > 2) {
    JoinNearest(distances, n, members);
    Clustering fewer = Describe(distances, n, members);
    if (fewer.silhouette >= best.silhouette) best = std::move(fewer);
  }
  return best;
}

}  // namespace headscope
