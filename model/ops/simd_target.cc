#include "model/ops/simd_target.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <vector>

#include "model/base/error.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/simd_target.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {

int64_t KernelTarget() { return HWY_TARGET; }

}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {
namespace {

HWY_EXPORT(KernelTarget);

int64_t ActiveTarget() { return HWY_DYNAMIC_DISPATCH(KernelTarget)(); }

// Whether MulAdd is one rounding on this target. Highway numbers better targets lower.
bool HasFusedMultiplyAdd(int64_t target) {
#if HWY_ARCH_X86
  return target <= HWY_AVX2;
#else
  return target != HWY_SCALAR && target != HWY_EMU128;
#endif
}

// What the CPU has, read once: later calls of SupportedTargets see our own DisableTargets.
const std::vector<int64_t>& UsableTargets() {
  static const std::vector<int64_t> targets = [] {
    std::vector<int64_t> usable;
    for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
      if (HasFusedMultiplyAdd(target)) usable.push_back(target);
    }
    return usable;
  }();
  return targets;
}

std::string UpperCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

int64_t TargetByName(const std::string& name) {
  for (const int64_t target : UsableTargets()) {
    if (UpperCase(name) == UpperCase(hwy::TargetName(target))) return target;
  }
  Fail("SIMD target '{}': expected auto or one of those this CPU has: {}", name,
       fmt::join(SupportedSimdTargets(), ", "));
}

}  // namespace

std::vector<std::string> SupportedSimdTargets() {
  std::vector<std::string> names;
  for (const int64_t target : UsableTargets()) names.emplace_back(hwy::TargetName(target));
  return names;
}

void SelectSimdTarget(const std::string& name) {
  if (UsableTargets().empty()) {
    const int64_t found = hwy::SupportedTargets();  // asks the CPU, runs no kernel
    Fail(
        "this CPU has no fused multiply-add that headscope can use: expected AVX2 with FMA, "
        "AVX-512 or NEON, found {}",
        hwy::TargetName(found & -found));
  }
  const int64_t wanted = UpperCase(name) == "AUTO" ? UsableTargets().front() : TargetByName(name);
  hwy::DisableTargets(~wanted);  // Overwrites earlier calls: exactly one target remains.
  if (ActiveTarget() != wanted) {
    Fail("SIMD target '{}': expected kernels to run {}, found {}", name, hwy::TargetName(wanted),
         hwy::TargetName(ActiveTarget()));
  }
}

std::string ActiveSimdTarget() { return hwy::TargetName(ActiveTarget()); }

}  // namespace headscope
#endif  // HWY_ONCE
