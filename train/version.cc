#include "train/version.h"

#include <fmt/core.h>

#include "model/base/build_info.h"
#include "model/ops/simd_target.h"

namespace headscope {

std::string VersionText() {
  return fmt::format("headscope, commit {}, {}, SIMD target {}", BuildCommit(), BuildCompiler(),
                     ActiveSimdTarget());
}

}  // namespace headscope
