// Where the real corpora lie: a folder with a subfolder for each, under the names that `headscope
// data fetch` gives them.
#pragma once

#include <string>

namespace headscope {

// `flag` when it is not empty; else the environment's HEADSCOPE_DATA; else ../shared/data when that
// is there, and "data" otherwise.
std::string DataFolder(const std::string& flag);

}  // namespace headscope
