// What this program was built from and with: recorded in every result.
#pragma once

#include <string>

namespace headscope {

// The commit's hash, with "-dirty" when files differed from it; "unknown" for a build outside of
// git.
std::string BuildCommit();
// "g++ 12.2.0", "clang++ 14.0.6".
std::string BuildCompiler();

}  // namespace headscope
