// Runs a check on every SIMD target that this CPU has, with 1, 2 and 3 threads.
#pragma once

#include <string>

#include "model/base/thread_pool.h"
#include "tests/support/simd_target.h"

namespace headscope {

template <typename Check>
void OnEveryTarget(const Check& check) {
  REQUIRE_FALSE(SupportedSimdTargets().empty());
  for (const std::string& target : SupportedSimdTargets()) {
    const ScopedSimdTarget scoped(target);
    INFO("SIMD target " << target);
    check();
  }
}

template <typename Check>
void OnEveryTargetAndPool(const Check& check) {
  OnEveryTarget([&] {
    for (const size_t threads : {1u, 2u, 3u}) {
      ThreadPool pool(threads);
      INFO(threads << " threads");
      check(pool);
    }
  });
}

}  // namespace headscope
