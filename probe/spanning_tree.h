// Maximum spanning trees over the words of a sentence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/base/tensor.h"

namespace headscope {

// The directed tree with the given root whose arcs have the largest sum of weights(head, dependent)
// (Chu & Liu 1965, Edmonds 1967). weights [n, n], its diagonal and the root's column unused. Result
// [n]: the head of every word; the root's is itself. Of equal choices the head that comes first.
// O(n^2) for each contracted cycle.
std::vector<uint32_t> MaximumArborescence(BasicMatrix<const double> weights, uint32_t root);

// The undirected tree whose edges have the largest sum of weights (Prim 1957). weights [n, n]
// symmetric. Edges (i, j), i < j, n - 1 of them; the first of equal choices. O(n^2).
std::vector<std::pair<uint32_t, uint32_t>> MaximumSpanningTree(BasicMatrix<const double> weights);

}  // namespace headscope
