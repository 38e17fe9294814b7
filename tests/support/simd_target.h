// Runs a scope on one SIMD target, and makes sure that it does.
#pragma once

#include <string>
#include <vector>

#include "model/ops/simd_target.h"
#include "tests/support/catch.h"

namespace headscope {

// Forces `name` for its lifetime, asserts that kernels report it, and goes back to the best target
// afterwards.
class ScopedSimdTarget {
 public:
  explicit ScopedSimdTarget(const std::string& name) {
    SelectSimdTarget(name);
    // Highway falls back silently: a test that forces a target without this line tests nothing.
    REQUIRE(ActiveSimdTarget() == name);
  }
  ~ScopedSimdTarget() { SelectSimdTarget("auto"); }
  ScopedSimdTarget(const ScopedSimdTarget&) = delete;
  ScopedSimdTarget& operator=(const ScopedSimdTarget&) = delete;
};

}  // namespace headscope
