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

// The folder and those above it that are not there yet, innermost first.
std::vector<std::string> Absent(const std::string& path) {
  std::vector<std::string> absent;
  std::error_code unreadable;
  for (fs::path folder = path; !folder.empty() && !fs::exists(folder, unreadable);
       folder = folder.parent_path()) {
    if (folder.has_filename()) absent.push_back(folder.string());
  }
  return absent;
}

// "vocab.txt" of "vocab.txt.123.tmp", which a process leaves that was killed while it wrote that
// file (see AtomicFile); "" of other files.
std::string NameOfHalfWritten(const fs::path& path) {
  const std::string number = path.stem().extension().string();
  const bool is_number =
      number.size() > 1 && number.find_first_not_of("0123456789", 1) == std::string::npos;
  return path.extension() == ".tmp" && is_number ? path.stem().stem().string() : "";
}

// Of a folder that is known to be a run's.
void RemoveHalfWritten(const std::string& run) {
  for (const char* const folder : {"", "/model", "/state"}) {
    std::error_code absent;
    for (const fs::directory_entry& entry : fs::directory_iterator(run + folder, absent)) {
      if (!NameOfHalfWritten(entry.path()).empty()) fs::remove(entry.path());
    }
  }
}

// What a run that was killed before its first state leaves behind.
bool IsOfNoRun(const fs::directory_entry& entry) {
  const std::string half_written = NameOfHalfWritten(entry.path());
  const std::string name = half_written.empty() ? entry.path().filename().string() : half_written;
  if (name == "metrics.jsonl" || name == "timing.jsonl") return fs::is_empty(entry);
  if (name == "state" && entry.is_directory()) {
    for (const fs::directory_entry& file : fs::directory_iterator(entry)) {
      if (NameOfHalfWritten(file.path()) != "state.safetensors") return false;
    }
    return true;
  }
  return name == "lock" || name == "config.toml" || name == "manifest.json";
}

void CheckIsEmpty(const std::string& path) {
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    if (IsOfNoRun(entry)) continue;
    Fail("{}: expected a new or empty folder for the run, found {} in it; --resume continues a run",
         path, entry.path().filename().string());
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

// Creates a new run's folder, or refuses; returns the path, so that the lock can be taken inside
// it.
const std::string& RunDirectory::Prepare(bool existing) {
  if (existing) {
    if (!fs::is_directory(path_)) {
      Fail("{}: expected the folder of a run to resume, found none", path_);
    }
    // Before a lock is left in a folder that is no run's.
    if (!fs::exists(path_ + "/lock")) CheckHoldsRun(*this);
  } else {
    MakeDirectory(path_);
  }
  return path_;
}

RunDirectory::RunDirectory(const std::string& path, bool existing)
    : path_(path),
      is_new_(!existing),
      made_(existing ? std::vector<std::string>() : Absent(path)),
      lock_(Prepare(existing)) {
  if (existing) {
    CheckHoldsRun(*this);
  } else {
    CheckIsEmpty(path_);
    MakeDirectory(path_ + "/state");
  }
  RemoveHalfWritten(path_);
}

// remove() takes no folder away that has something in it; the lock goes while it is held.
RunDirectory::~RunDirectory() {
  if (!is_new_) return;
  std::error_code refused;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, refused)) {
    const std::string name = entry.path().filename().string();
    if (name != "lock" && name != "state") return;
  }
  if (!fs::remove(path_ + "/state", refused) || refused) return;
  fs::remove(path_ + "/lock", refused);
  for (const std::string& folder : made_) {
    if (!fs::remove(folder, refused)) return;
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
