// Where tests find their files.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace headscope {

// A committed golden file. Tests run from the repository's root.
inline std::string GoldenPath(const std::string& name) { return "tests/goldens/" + name; }

// A file or folder of the shared data and models, "" when this machine does not have it: the test
// then says that it was skipped. HEADSCOPE_DATA names the data folder when it is not
// ../shared/data.
inline std::string SharedPath(const std::string& name) {
  const char* data = std::getenv("HEADSCOPE_DATA");
  const std::string shared = data != nullptr ? std::string(data) + "/.." : "../shared";
  const std::string path = shared + "/" + name;
  return std::filesystem::exists(path) ? path : "";
}

}  // namespace headscope
