// Elementary functions in double that give the same bits on every machine: built from +, -, *, /
// and exact bit manipulation only, because libm's results differ between CPUs and versions (law
// L1). For schedules, initialisers and statistics; the vector kernels of the encoder are in
// model/ops. Relative error is below 1e-14 (Cos: absolute, for |x| < 1e6).
#pragma once

namespace headscope {

double Exp(double x);  // 0 below -745, +inf above 709.78
double Log(double x);  // -inf at 0, NaN below
double Cos(double x);
double Tanh(double x);
double Pow(double base, double exponent);                 // base > 0, by Exp(exponent * Log(base))
double PowInt(double base, unsigned long long exponent);  // by repeated squaring

}  // namespace headscope
