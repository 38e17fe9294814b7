// The scale of train/feature_scale.h as its formula says it, for the tests of those who use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/dual.h"

namespace headscope {

// Of one kind and feature.
inline std::vector<Dual> ScaledColumn(const std::vector<Dual>& u) {
  const auto mean = [](const std::vector<Dual>& of) {
    Dual sum = 0.0;
    for (const Dual x : of) sum = sum + x;
    return sum / Dual(static_cast<double>(of.size()));
  };
  std::vector<Dual> z, squares, x;
  for (const Dual one : u) z.push_back(log(one / (mean(u) + Dual(1e-20)) + Dual(0.001)));
  for (const Dual one : z) squares.push_back((one - mean(z)) * (one - mean(z)));
  for (const Dual one : z) {
    x.push_back((one - mean(z)) / sqrt(mean(squares) + Dual(0.01 * 0.01)));
  }
  return x;
}

// u [rows][features], below 0 where there is nothing to look at.
inline std::vector<std::vector<Dual>> ScaledByDefinition(std::vector<std::vector<Dual>> u,
                                                         const std::vector<uint32_t>& kinds) {
  std::vector<std::vector<Dual>> x(u.size(), std::vector<Dual>(u[0].size(), 0.0));
  for (size_t f = 0; f < u[0].size(); ++f) {
    for (uint32_t kind = 0; kind < u.size(); ++kind) {
      std::vector<size_t> rows;
      std::vector<Dual> column;
      for (size_t r = 0; r < u.size(); ++r) {
        if (kinds[r] != kind || u[r][f].value < 0.0) continue;
        rows.push_back(r);
        column.push_back(u[r][f]);
      }
      const std::vector<Dual> scaled = ScaledColumn(column);
      for (size_t k = 0; k < rows.size(); ++k) x[rows[k]][f] = scaled[k];
    }
  }
  return x;
}

}  // namespace headscope
