// Which SIMD instruction set the kernels run on. Every target computes the same bits (law L1).
#pragma once

#include <string>
#include <vector>

namespace headscope {

// The targets that this program was built with and this CPU has, best first, e.g. {"AVX3", "AVX2"}.
std::vector<std::string> SupportedSimdTargets();

// Makes all kernels run on one target: "auto" (the best one), or a name as above in any case.
// Throws Error listing the valid names otherwise, or when the CPU has no fused multiply-add. Call
// before threads start.
void SelectSimdTarget(const std::string& name);

// The target's name as reported from inside a kernel (Highway falls back silently: never trust the
// request).
std::string ActiveSimdTarget();

}  // namespace headscope
