#include "probe/assignment.h"

#include <limits>

#include "model/base/error.h"

namespace headscope {
namespace {

constexpr size_t kFree = ~size_t{0};

// Dual potentials and the matching so far; rows are added one at a time.
class AugmentingPaths {
 public:
  AugmentingPaths(std::span<const double> cost, size_t rows, size_t columns)
      : cost_(cost),
        columns_(columns),
        of_row_(rows),
        of_column_(columns),
        row_of_(columns, kFree) {}

  // Dijkstra over reduced costs from `row` to the nearest free column, whose path is then swapped.
  void AddRow(size_t row) {
    std::vector<double> nearest(columns_, std::numeric_limits<double>::infinity());
    std::vector<size_t> before(columns_, kFree);  // the column from which each was reached
    std::vector<char> done(columns_, 0);
    size_t at_row = row, at_column = kFree;
    double length = 0.0;
    do {
      size_t next = kFree;
      for (size_t j = 0; j < columns_; ++j) {
        if (done[j] != 0) continue;
        const double through =
            length + cost_[at_row * columns_ + j] - of_row_[at_row] - of_column_[j];
        if (through < nearest[j]) {
          nearest[j] = through;
          before[j] = at_column;
        }
        if (next == kFree || nearest[j] < nearest[next]) next = j;
      }
      done[next] = 1;
      length = nearest[next];
      at_column = next;
      at_row = row_of_[next];
    } while (at_row != kFree);
    of_row_[row] += length;
    for (size_t j = 0; j < columns_; ++j) {
      if (done[j] == 0 || j == at_column) continue;
      of_column_[j] -= length - nearest[j];
      of_row_[row_of_[j]] += length - nearest[j];
    }
    while (at_column != kFree) {
      const size_t from = before[at_column];
      row_of_[at_column] = from == kFree ? row : row_of_[from];
      at_column = from;
    }
  }

  std::vector<size_t> ColumnsOfRows() const {
    std::vector<size_t> columns(of_row_.size());
    for (size_t j = 0; j < columns_; ++j) {
      if (row_of_[j] != kFree) columns[row_of_[j]] = j;
    }
    return columns;
  }

 private:
  std::span<const double> cost_;
  size_t columns_;
  std::vector<double> of_row_, of_column_;  // potentials
  std::vector<size_t> row_of_;              // [columns]
};

}  // namespace

std::vector<size_t> CheapestAssignment(std::span<const double> cost, size_t rows, size_t columns) {
  if (rows > columns) {
    Fail("assignment: expected at most as many rows as columns, found {} and {}", rows, columns);
  }
  AugmentingPaths paths(cost, rows, columns);
  for (size_t row = 0; row < rows; ++row) paths.AddRow(row);
  return paths.ColumnsOfRows();
}

}  // namespace headscope
