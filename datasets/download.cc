#include "datasets/download.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

uint64_t SizeOf(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  return error ? 0 : static_cast<uint64_t>(size);
}

struct ProgramEnd {
  int status = 0;        // exit status, 128 + signal, or 127 when there is no such program
  std::string messages;  // the beginning of what it wrote to its standard error
};

// What comes through a pipe until its other end is closed; 1000 bytes of it.
std::string ReadPipe(int descriptor) {
  std::string text;
  char chunk[512];
  for (;;) {
    const ssize_t got = read(descriptor, chunk, sizeof(chunk));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    if (text.size() < 1000) text.append(chunk, static_cast<size_t>(got));
  }
}

// Runs a program without a shell, its files limited to `most` bytes. Its standard error comes
// through a pipe, since the limit would hold for a log file too, unless a terminal is to see it.
ProgramEnd RunProgram(std::vector<std::string> arguments, uint64_t most, bool on_terminal) {
  std::vector<char*> raw;
  for (std::string& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  int ends[2];
  if (pipe(ends) != 0) Fail("{}: cannot start: {}", arguments[0], std::strerror(errno));
  const pid_t child = fork();
  if (child < 0) Fail("{}: cannot start: {}", arguments[0], std::strerror(errno));
  if (child == 0) {
    const rlimit limit{static_cast<rlim_t>(most), static_cast<rlim_t>(most)};
    setrlimit(RLIMIT_FSIZE, &limit);
    if (!on_terminal) dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    execvp(raw[0], raw.data());
    _exit(127);
  }
  close(ends[1]);
  ProgramEnd end;
  end.messages = ReadPipe(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return end;
}

// The last line that is not empty.
std::string LastLine(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::vector<std::string> CurlArguments(const std::string& address, const std::string& part,
                                       uint64_t bytes, bool show_progress) {
  return {"curl",
          "--fail",
          "--location",
          "--show-error",
          show_progress ? "--progress-bar" : "--silent",
          "--retry",
          "3",
          "--continue-at",
          "-",
          "--max-filesize",
          std::to_string(bytes),
          "--proto",
          "=https,http,file",
          "--output",
          part,
          address};
}

void Download(const std::string& address, const std::string& part, uint64_t bytes,
              bool show_progress) {
  const auto [status, messages] =
      RunProgram(CurlArguments(address, part, bytes, show_progress), bytes, show_progress);
  if (status == 127) Fail("fetch: expected the program curl, found none: install the package curl");
  if (status == 63 || status == 128 + SIGXFSZ || (status == 23 && SizeOf(part) == bytes)) {
    fs::remove(part);
    Fail("{}: expected {} bytes, found more; nothing was kept", address, bytes);
  }
  if (status != 0) {
    Fail("{}: could not be fetched ({}); {} of {} bytes are kept and a new try goes on there",
         address, messages.empty() ? fmt::format("curl: {}", status) : LastLine(messages),
         SizeOf(part), bytes);
  }
}

// Gives a file its name once it is known to be right.
void Publish(const std::string& part, const std::string& path) {
  const int descriptor = open(part.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  if (descriptor >= 0) close(descriptor);
  if (!synced) Fail("{}: cannot sync: {}", part, std::strerror(errno));
  fs::rename(part, path);
}

bool IsThere(const std::string& path, const std::string& sha256) {
  return fs::is_regular_file(path) && Sha256OfFile(path) == sha256;
}

}  // namespace

FetchResult FetchFile(const RemoteFile& file, const std::string& folder, const std::string& mirror,
                      bool show_progress) {
  const std::string path = folder + "/" + file.path;
  if (IsThere(path, file.sha256)) return FetchResult::kWasThere;
  MakeDirectory(fs::path(path).parent_path().string());
  const std::string part = path + ".part";
  const std::string address = mirror.empty() ? file.url : mirror + "/" + file.path;
  if (SizeOf(part) > file.bytes) fs::remove(part);
  if (SizeOf(part) < file.bytes) Download(address, part, file.bytes, show_progress);
  const uint64_t size = SizeOf(part);
  const std::string hash = fs::exists(part) ? Sha256OfFile(part) : "nothing";
  if (size != file.bytes || hash != file.sha256) {
    fs::remove(part);
    Fail("{}: expected {} bytes with SHA-256 {}, found {} bytes with {}; nothing was kept", address,
         file.bytes, file.sha256, size, hash);
  }
  Publish(part, path);
  return FetchResult::kFetched;
}

FetchResult MakeDerivedFile(const DerivedFile& file, const std::string& folder) {
  const std::string path = folder + "/" + file.path;
  if (IsThere(path, file.sha256)) return FetchResult::kWasThere;
  const std::string source = folder + "/" + file.source;
  const std::string content = file.make(ReadFile(source), source);
  if (const std::string hash = Sha256(content); hash != file.sha256) {
    Fail("{}: expected SHA-256 {} when made from {}, found {}; nothing was kept", path, file.sha256,
         source, hash);
  }
  WriteFileAtomically(path, content);
  return FetchResult::kFetched;
}

void FetchCorpus(const Corpus& corpus, const std::string& folder, const std::string& mirror,
                 bool show_progress, const std::function<void(const std::string&)>& report) {
  if (!corpus.not_published.empty()) {
    Fail("{} cannot be fetched: {}", corpus.name, corpus.not_published);
  }
  report(fmt::format("{}: licence: {}", corpus.name, corpus.licence));
  const auto say = [&](const std::string& path, FetchResult result, const char* done) {
    report(fmt::format("{}/{}: {}", folder, path,
                       result == FetchResult::kWasThere ? "already there" : done));
  };
  for (const RemoteFile& file : corpus.files) {
    say(file.path, FetchFile(file, folder, mirror, show_progress), "fetched, SHA-256 right");
  }
  for (const DerivedFile& file : corpus.derived) {
    say(file.path, MakeDerivedFile(file, folder), "made, SHA-256 right");
  }
}

}  // namespace headscope
