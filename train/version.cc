#include "train/version.h"

#include <fmt/format.h>

#include "model/base/build_info.h"
#include "model/ops/simd_target.h"

namespace headscope {

void AddVersionFlag(CLI::App& app) {
  app.set_version_flag(
      "--version",
      [] {
        return fmt::format("headscope, commit {}, {}, SIMD target {}", BuildCommit(),
                           BuildCompiler(), ActiveSimdTarget());
      },
      "Print commit, compiler and SIMD target");
}

}  // namespace headscope
