#include "probe/bootstrap.h"

#include <algorithm>

#include "model/base/random.h"

namespace headscope {
namespace {

// The non-zero entries of one unit: most sentences have few of the relations.
struct Entry {
  size_t ratio;
  double numerator, denominator;
};

std::vector<std::vector<Entry>> SparseUnits(size_t num_ratios, std::span<const double> numerators,
                                            std::span<const double> denominators) {
  const size_t num_units = denominators.size() / num_ratios;
  std::vector<std::vector<Entry>> units(num_units);
  for (size_t u = 0; u < num_units; ++u) {
    for (size_t k = 0; k < num_ratios; ++k) {
      const size_t at = u * num_ratios + k;
      if (denominators[at] != 0.0) units[u].push_back({k, numerators[at], denominators[at]});
    }
  }
  return units;
}

}  // namespace

std::vector<Estimate> BootstrapRatios(ThreadPool& pool, size_t num_ratios,
                                      std::span<const double> numerators,
                                      std::span<const double> denominators,
                                      const BootstrapOptions& options) {
  std::vector<Estimate> estimates(num_ratios);
  if (num_ratios == 0 || denominators.empty()) return estimates;
  const auto units = SparseUnits(num_ratios, numerators, denominators);

  std::vector<double> replicate_numerators(options.replicates * num_ratios);
  std::vector<double> replicate_denominators(options.replicates * num_ratios);
  pool.ParallelEach(options.replicates, [&](size_t r, size_t) {
    const RandomStream stream{options.seed, Purpose::kBootstrap, static_cast<uint32_t>(r),
                              options.site};
    double* tops = replicate_numerators.data() + r * num_ratios;
    double* bottoms = replicate_denominators.data() + r * num_ratios;
    for (size_t draw = 0; draw < units.size(); ++draw) {
      for (const Entry& entry : units[stream.Below(draw, units.size())]) {
        tops[entry.ratio] += entry.numerator;
        bottoms[entry.ratio] += entry.denominator;
      }
    }
  });

  std::vector<double> totals(2 * num_ratios);
  for (const auto& unit : units) {
    for (const Entry& entry : unit) {
      totals[2 * entry.ratio] += entry.numerator;
      totals[2 * entry.ratio + 1] += entry.denominator;
    }
  }
  std::vector<double> ratios;
  for (size_t k = 0; k < num_ratios; ++k) {
    if (totals[2 * k + 1] == 0.0) continue;
    ratios.clear();
    for (size_t r = 0; r < options.replicates; ++r) {
      const double bottom = replicate_denominators[r * num_ratios + k];
      if (bottom != 0.0) ratios.push_back(replicate_numerators[r * num_ratios + k] / bottom);
    }
    std::stable_sort(ratios.begin(), ratios.end());
    const double value = totals[2 * k] / totals[2 * k + 1];
    estimates[k] = {value, value, value, static_cast<uint64_t>(totals[2 * k + 1] + 0.5)};
    if (!ratios.empty()) {
      estimates[k].low = Quantile(ratios, 0.025);
      estimates[k].high = Quantile(ratios, 0.975);
    }
  }
  return estimates;
}

}  // namespace headscope
