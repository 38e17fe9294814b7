// How far something is on the way from one thing to another, with seeds in common: the ratio of two
// mean differences, and its interval after Fieller (1954, "Some problems in interval estimation").
#pragma once

#include <optional>
#include <span>

#include "probe/estimate.h"

namespace headscope {

// R = mean(x) / mean(y), x and y paired by seed. The interval has every rho at which the mean of
// x - rho y does not differ from 0 (two-sided t-test). It is bounded if and only if y's own
// interval excludes 0; else, and with fewer than two pairs, R is undefined: nothing. Throws Error
// when the numbers disagree.
std::optional<Estimate> PairedRatio(std::span<const double> x, std::span<const double> y,
                                    double level = 0.95);

}  // namespace headscope
