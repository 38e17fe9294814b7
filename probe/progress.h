// How a study says where it is.
#pragma once

#include <functional>
#include <string>

namespace headscope {

// Told what begins; what it throws ends the study.
using Progress = std::function<void(const std::string& what)>;

}  // namespace headscope
