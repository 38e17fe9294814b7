#include "train/run_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "model/base/error.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

// Creates a new run's folder, or refuses; returns the path, so that the lock can be taken inside
// it.
const std::string& PrepareFolder(const std::string& path, bool existing) {
  if (!existing) {
    MakeDirectory(path);
  } else if (!fs::is_directory(path)) {
    Fail("{}: expected the folder of a run to resume, found none", path);
  }
  return path;
}

void CheckIsEmpty(const std::string& path) {
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    // What a run that was killed before its first state leaves behind.
    if (name == "lock" || name == "config.toml" || name == "manifest.json") continue;
    if (name == "state" && fs::is_directory(entry) && fs::is_empty(entry)) continue;
    Fail("{}: expected a new or empty folder for the run, found {} in it; --resume continues a run",
         path, name);
  }
}

void CheckHoldsRun(const RunDirectory& run) {
  for (const std::string& path : {run.ConfigPath(), run.StatePath()}) {
    if (!fs::is_regular_file(path)) {
      Fail("{}: nothing to resume: expected {}, found none", run.Path(), path);
    }
  }
}

}  // namespace

RunDirectory::RunDirectory(const std::string& path, bool existing)
    : path_(PrepareFolder(path, existing)), lock_(path_) {
  if (existing) {
    CheckHoldsRun(*this);
  } else {
    CheckIsEmpty(path_);
    MakeDirectory(path_ + "/state");
  }
}

JsonLines::JsonLines(const std::string& path) : path_(path) {
  descriptor_ = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0) Fail("{}: cannot open: {}", path, std::strerror(errno));
}

JsonLines::~JsonLines() { close(descriptor_); }

void JsonLines::Append(const std::string& line) {
  const std::string text = line + "\n";
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) Fail("{}: cannot write: {}", path_, std::strerror(errno));
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

void JsonLines::Sync() {
  if (fsync(descriptor_) != 0) Fail("{}: cannot sync: {}", path_, std::strerror(errno));
}

void CutLinesAfterStep(const std::string& path, uint64_t step) {
  if (!fs::exists(path)) return;
  if (step == 0) {
    fs::remove(path);
    return;
  }
  const std::string content = ReadFile(path);
  std::string kept;
  size_t number = 0;
  for (size_t begin = 0; begin < content.size();) {
    const size_t end = content.find('\n', begin);
    if (end == std::string::npos) break;  // torn by a kill
    const std::string line = content.substr(begin, end + 1 - begin);
    begin = end + 1;
    ++number;
    const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("step") || !json["step"].is_number_unsigned()) {
      Fail("{}:{}: expected a JSON object with a \"step\", found {}", path, number,
           line.substr(0, 80));
    }
    if (json["step"].get<uint64_t>() <= step) kept += line;
  }
  if (kept != content) WriteFileAtomically(path, kept);
}

}  // namespace headscope
