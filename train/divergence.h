// Distances between distributions, in double and without libm.
#pragma once

#include <span>

namespace headscope {

// ½ Σ |p - q|, in [0, 1]; of two classes the difference of their probabilities (Jain & Wallace 2019
// print the sum without the ½ in code, with it in the paper).
double TotalVariation(std::span<const double> p, std::span<const double> q);

// Jensen–Shannon divergence in nats, ½ KL(p‖m) + ½ KL(q‖m) with m = (p + q) / 2: from 0 to ln 2.
double JensenShannon(std::span<const float> p, std::span<const float> q);
double JensenShannon(std::span<const double> p, std::span<const double> q);

// d JensenShannon / dq_j = ½ ln(q_j / m_j), where q_j > 0: added to `gradient`, times `scale`.
void AddJensenShannonGradient(std::span<const float> p, std::span<const float> q, double scale,
                              std::span<double> gradient);

// KL(p‖q) = Σ p ln(p / q) in nats, where logarithms see nothing below 1e-12: at most 27.6.
double KullbackLeibler(std::span<const double> p, std::span<const double> q);

// d KullbackLeibler / dp_j = ln(p_j / q_j) + 1, the 1 where p_j > 1e-12 only.
double KullbackLeiblerSlope(double p, double q);

}  // namespace headscope
