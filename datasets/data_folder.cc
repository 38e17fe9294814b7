#include "datasets/data_folder.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "model/base/error.h"

namespace headscope {

std::string DataFolder(const std::string& flag) {
  if (!flag.empty()) return flag;
  if (const char* named = std::getenv("HEADSCOPE_DATA"); named != nullptr && *named != '\0') {
    return named;
  }
  constexpr const char* kShared = "../shared/data";
  return std::filesystem::is_directory(kShared) ? kShared : "data";
}

std::string TreebankFile(const std::string& folder, const std::string& treebank,
                         const std::string& part) {
  const std::string name = fmt::format("en_{}-ud-{}.conllu", treebank, part);
  const std::string nested = fmt::format("{}/ud-english-{}/{}", folder, treebank, name);
  for (const std::string& path : {nested, folder + "/" + name}) {
    if (std::filesystem::is_regular_file(path)) return path;
  }
  Fail("--data: expected {} (as `headscope data fetch all --data {}` makes it), found none", nested,
       folder);
}

}  // namespace headscope
