// The regularised incomplete beta function, from which Student's t follows: without libm, so that
// reported intervals have the same bits everywhere.
#pragma once

namespace headscope {

// ln(Gamma(x + 1/2) / Gamma(x)) for x > 0, by the difference of two Stirling series: no
// cancellation for large x. Absolute error below 2e-14.
double LogGammaHalfStep(double x);

// ln Gamma(x), x > 0, by Stirling's series above 15 and the recurrence below it (Abramowitz &
// Stegun 6.1.15, 6.1.41). Error below 1e-14 max(1, |ln Gamma(x)|).
double LogGamma(double x);

// I_x(a, b) = 1 / B(a, b) int_0^x t^(a - 1) (1 - t)^(b - 1) dt for a, b > 0 and x in [0, 1], by the
// continued fraction of DLMF 8.17.22 (modified Lentz). `complement` = 1 - x is an argument of its
// own, so that nothing is lost where x is near 1. Relative error below 1e-10 for a, b <= 1e4.
double IncompleteBeta(double a, double b, double x, double complement);

}  // namespace headscope
