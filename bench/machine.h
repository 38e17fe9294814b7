// What a measurement was made on.
#pragma once

#include <string>

namespace headscope {

// The processor's name as the system gives it, or "unknown CPU".
std::string CpuName();
// The most memory this process has had resident so far.
double PeakMib();

}  // namespace headscope
