#include "probe/paired_difference.h"

#include <vector>

#include "model/base/error.h"
#include "probe/t_interval.h"

namespace headscope {

PairedDifference ComparePairs(std::span<const double> a, std::span<const double> b, double level) {
  if (a.size() != b.size()) {
    Fail("paired values: expected as many of both, found {} and {}", a.size(), b.size());
  }
  std::vector<double> differences(a.size());
  for (size_t k = 0; k < a.size(); ++k) differences[k] = a[k] - b[k];
  return {TInterval(differences, level), TTest(differences)};
}

}  // namespace headscope
