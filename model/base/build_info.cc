#include "model/base/build_info.h"

#include <fmt/format.h>

// The Makefile defines HEADSCOPE_COMMIT for this file only, so that a new commit recompiles nothing
// else.
#ifndef HEADSCOPE_COMMIT
#define HEADSCOPE_COMMIT "unknown"
#endif

namespace headscope {

std::string BuildCommit() { return HEADSCOPE_COMMIT; }

std::string BuildCompiler() {
#if defined(__clang__)
  return fmt::format("clang++ {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

}  // namespace headscope
