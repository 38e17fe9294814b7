// Quantiles of samples.
#pragma once

#include <span>

namespace headscope {

// The p-quantile of ascending values, linear between neighbours (Hyndman & Fan 1996, type 7).
// values must not be empty.
double Quantile(std::span<const double> ascending, double p);

}  // namespace headscope
