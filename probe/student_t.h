// Student's t distribution with any positive number of degrees of freedom.
#pragma once

namespace headscope {

// P(T > t). Relative error below 1e-10 for degrees up to 1e6.
double StudentTTail(double t, double degrees);

// The two-sided p-value P(|T| >= |t|).
double StudentTTwoSided(double t, double degrees);

// The same for a difference in units of its standard error: 1 where that is infinite; where it is
// 0, whether the difference is 0 decides (1, or 0).
double StudentTPValue(double difference, double standard_error, double degrees);

// The t with P(T <= t) = p, for p in (0, 1): bisection of the tail to the last bit. Relative error
// below 1e-10.
double StudentTQuantile(double p, double degrees);

}  // namespace headscope
