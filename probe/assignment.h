// The linear assignment problem: which column goes with which row at the least total cost.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace headscope {

// cost [rows, columns], finite, rows <= columns: the column of each row, all different, of least
// total cost (Kuhn 1955 by shortest augmenting paths, Jonker & Volgenant 1987; O(rows^2 columns)).
// Of several optima one, always the same. Throws Error when there are more rows than columns.
std::vector<size_t> CheapestAssignment(std::span<const double> cost, size_t rows, size_t columns);

}  // namespace headscope
