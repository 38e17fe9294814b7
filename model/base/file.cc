#include "model/base/file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "model/base/error.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

std::string Reason() { return std::strerror(errno); }

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int Get() const { return fd_; }
  bool IsOpen() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string FolderOf(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

void SyncFolder(const std::string& folder) {
  const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.IsOpen() || fsync(descriptor.Get()) != 0) {
    Fail("{}: cannot sync the folder: {}", folder, Reason());
  }
}

class Sha256Digest {
 public:
  Sha256Digest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
      throw std::bad_alloc();
    }
  }
  void Update(std::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }
  std::string Hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest, &size);
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

// Devices other than terminals give bytes for ever (/dev/zero) or nothing (/dev/null).
bool IsEndless(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) && isatty(fd) == 0;
}

// Renaming would put a file in the place of a device, also of /dev/null when root asks for it.
void CheckIsReplaceable(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
  Fail("{}: expected the name of a new file or of one to replace, found a {}", path,
       S_ISDIR(status.st_mode) ? "folder" : "device");
}

// Calls consume(bytes) for successive stretches of the file.
template <typename Consume>
void ReadInChunks(const std::string& path, const Consume& consume) {
  const Descriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.IsOpen()) Fail("{}: cannot open: {}", path, Reason());
  std::string chunk(size_t{1} << 20, '\0');
  for (;;) {
    const ssize_t got = read(descriptor.Get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) Fail("{}: cannot read: {}", path, Reason());
    if (got == 0) return;
    if (IsEndless(descriptor.Get())) Fail("{}: expected a file, found a device", path);
    consume(std::string_view(chunk).substr(0, static_cast<size_t>(got)));
  }
}

}  // namespace

std::string ReadFile(const std::string& path) {
  std::string content;
  ReadInChunks(path, [&](std::string_view bytes) { content.append(bytes); });
  return content;
}

void WriteFileAtomically(const std::string& path, std::string_view bytes) {
  WriteFileAtomically(path, std::span(&bytes, 1));
}

void WriteFileAtomically(const std::string& path, std::span<const std::string_view> pieces) {
  size_t total = 0;
  for (const std::string_view piece : pieces) total += piece.size();
  AtomicFile file(path, total);
  for (const std::string_view piece : pieces) file.Write(piece);
  file.Commit();
}

AtomicFile::AtomicFile(const std::string& path, size_t bytes_needed)
    : path_(path),
      temporary_(path + fmt::format(".{}.tmp", getpid())),
      bytes_needed_(bytes_needed) {
  CheckIsReplaceable(path);
  unlink(temporary_.c_str());  // left over from a process of the same id that was killed
  descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor_ < 0) FailTo("create");
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::FailTo(const char* action) {
  Fail("{}: cannot {} ({} bytes): {}", path_, action, bytes_needed_, Reason());
}

void AtomicFile::Write(std::string_view bytes) {
  if (!WriteAll(descriptor_, bytes)) FailTo("write");
}

void AtomicFile::Commit() {
  // A failed sync is never retried: the kernel may have dropped the pages already.
  if (fsync(descriptor_) != 0) FailTo("sync");
  if (close(std::exchange(descriptor_, -1)) != 0) FailTo("close");
  if (rename(temporary_.c_str(), path_.c_str()) != 0) FailTo("rename into place");
  temporary_.clear();
  SyncFolder(FolderOf(path_));
}

void MakeDirectory(const std::string& path) {
  if (path.empty()) Fail("expected the name of a folder, found an empty one");
  std::error_code error;
  fs::create_directories(path, error);
  if (error) Fail("{}: cannot create the folder: {}", path, error.message());
  if (!fs::is_directory(path)) Fail("{}: expected a folder, found a file", path);
}

std::vector<std::string> ListFiles(const std::string& directory, const std::string& suffix) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_regular_file() && it->path().string().ends_with(suffix)) {
      files.push_back(it->path().string());
    }
  }
  if (error) Fail("{}: cannot list the folder: {}", directory, error.message());
  std::sort(files.begin(), files.end());
  return files;
}

DirectoryLock::DirectoryLock(const std::string& directory) {
  const std::string path = directory + "/lock";
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) Fail("{}: cannot open: {}", path, Reason());
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    close(descriptor_);
    Fail("{} is in use by another headscope process", directory);
  }
}

DirectoryLock::~DirectoryLock() { close(descriptor_); }

std::string Sha256(std::string_view bytes) {
  Sha256Digest digest;
  digest.Update(bytes);
  return digest.Hex();
}

std::string Sha256OfFile(const std::string& path) {
  Sha256Digest digest;
  ReadInChunks(path, [&](std::string_view bytes) { digest.Update(bytes); });
  return digest.Hex();
}

}  // namespace headscope
