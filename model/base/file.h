// Reading and writing files so that nothing is lost (law L8): a file appears under its name whole
// or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

// The whole file. Throws Error naming the path and the reason, also for a device that has bytes for
// ever.
std::string ReadFile(const std::string& path);

// Writes to a temporary file beside `path`, syncs it, renames it over `path` and syncs the folder.
// On any failure the old file is untouched, the temporary one is removed, and an Error names the
// path, the reason and the bytes needed. A folder or a device of that name is refused.
void WriteFileAtomically(const std::string& path, std::string_view bytes);
// The same for bytes in several pieces, written one after another.
void WriteFileAtomically(const std::string& path, std::span<const std::string_view> pieces);

// The same for bytes that come bit by bit: nothing is seen under `path` before Commit, and without
// one the temporary file is removed. `bytes_needed` only serves the error messages.
class AtomicFile {
 public:
  AtomicFile(const std::string& path, size_t bytes_needed);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void Write(std::string_view bytes);
  void Commit();

 private:
  [[noreturn]] void FailTo(const char* action);

  std::string path_, temporary_;
  size_t bytes_needed_;
  int descriptor_ = -1;
};

// Creates the folder and its parents. Throws Error when that cannot be done or a file is in the
// way.
void MakeDirectory(const std::string& path);

// The regular files of a folder and below, sorted by path (bytewise), whose names end in `suffix`.
std::vector<std::string> ListFiles(const std::string& directory, const std::string& suffix);

// An exclusive lock on a folder, held while the object lives: DIR/lock, released by the system when
// the process dies. Throws Error "… is in use by another headscope process" when it is taken.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int descriptor_ = -1;
};

// Lower-case hexadecimal SHA-256 (FIPS 180-4) of bytes or of a file.
std::string Sha256(std::string_view bytes);
std::string Sha256OfFile(const std::string& path);

}  // namespace headscope
