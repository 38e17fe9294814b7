#include "model/ops/simd_target.h"

#include <hwy/highway.h>

#include <string>
#include <vector>

#include "model/base/error.h"
#include "tests/support/catch.h"
#include "tests/support/simd_target.h"

namespace headscope {
namespace {

TEST_CASE("Every supported target can be selected and is what the kernels run", "[simd_target]") {
  const std::vector<std::string> targets = SupportedSimdTargets();
  REQUIRE(!targets.empty());
  for (const std::string& target : targets) {
    CHECK(target != "SCALAR");
    CHECK(target != "EMU128");
    const ScopedSimdTarget scoped(target);
    // What exists does not depend on what was selected before (DisableTargets overwrites).
    CHECK(SupportedSimdTargets() == targets);
  }
  SelectSimdTarget("Auto");
  CHECK(ActiveSimdTarget() == targets.front());
}

TEST_CASE("A target's name is read in any case", "[simd_target]") {
  std::string name = SupportedSimdTargets().back();
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  SelectSimdTarget(name);
  CHECK(ActiveSimdTarget() == SupportedSimdTargets().back());
  SelectSimdTarget("auto");
}

TEST_CASE("Unknown targets and those without fused multiply-add are refused", "[simd_target]") {
  for (const char* name : {"", "AVX9", "SCALAR", "EMU128", "SSE4", "SSE2"}) {
    CHECK_THROWS_WITH(SelectSimdTarget(name),
                      ContainsSubstring("expected auto or one of") &&
                          ContainsSubstring(SupportedSimdTargets().front()));
  }
  CHECK(ActiveSimdTarget() == SupportedSimdTargets().front());
}

// Highway obeys a mask that names no compiled target by running its fallback, without a word: the
// name that kernels report has to show it, and selecting another one has to fail.
TEST_CASE("A silent fallback is noticed", "[simd_target]") {
  const std::string best = SupportedSimdTargets().front();
  constexpr int64_t kNoSuchTarget = int64_t{1} << 60;
  hwy::SetSupportedTargetsForTest(kNoSuchTarget);
  hwy::DisableTargets(0);
  const std::string fallback = ActiveSimdTarget();
  if (fallback == best) {
    CHECK_NOTHROW(SelectSimdTarget(best));
  } else {
    CHECK_THROWS_WITH(SelectSimdTarget(best),
                      ContainsSubstring("expected kernels to run " + best + ", found " + fallback));
  }
  hwy::SetSupportedTargetsForTest(0);
  SelectSimdTarget("auto");
  CHECK(ActiveSimdTarget() == best);
#if HWY_ARCH_X86
  CHECK(fallback == "AVX2");  // the least that is built (see Makefile)
#endif
}

}  // namespace
}  // namespace headscope
