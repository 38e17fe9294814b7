#include "datasets/data_folder.h"

#include <cstdlib>
#include <filesystem>

namespace headscope {

std::string DataFolder(const std::string& flag) {
  if (!flag.empty()) return flag;
  if (const char* named = std::getenv("HEADSCOPE_DATA"); named != nullptr && *named != '\0') {
    return named;
  }
  constexpr const char* kShared = "../shared/data";
  return std::filesystem::is_directory(kShared) ? kShared : "data";
}

}  // namespace headscope
