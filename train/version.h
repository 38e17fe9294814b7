// headscope --version.
#pragma once

#include <string>

namespace headscope {

// Commit, compiler and SIMD target.
std::string VersionText();

}  // namespace headscope
