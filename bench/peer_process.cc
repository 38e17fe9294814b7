#include "bench/peer_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "model/base/error.h"

extern char** environ;

namespace headscope {
namespace {

// A peer that has ended must not end us as well.
#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;  // macOS has a socket option instead
#endif

// Our end and the peer's.
std::array<int, 2> Connect() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) {
    Fail("cannot connect to a peer: {}", std::strerror(errno));
  }
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
  const int yes = 1;
  setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
#endif
  return ends;
}

}  // namespace

PeerProcess::PeerProcess(const std::vector<std::string>& command) {
  const auto [ours, theirs] = Connect();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, theirs, STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  const int error = posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(theirs);
  socket_ = ours;
  if (error != 0) {
    close(socket_);
    Fail("{}: cannot start: {}", command[0], std::strerror(error));
  }
}

PeerProcess::~PeerProcess() {
  close(socket_);
  waitpid(pid_, nullptr, 0);
}

bool PeerProcess::ReadLine(std::string& line) {
  for (size_t end = unread_.find('\n'); end == std::string::npos; end = unread_.find('\n')) {
    std::array<char, 4096> buffer;
    const ssize_t count = read(socket_, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    unread_.append(buffer.data(), static_cast<size_t>(count));
  }
  const size_t end = unread_.find('\n');
  line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return true;
}

bool PeerProcess::WriteLine(const std::string& line) {
  const std::string text = line + "\n";
  return send(socket_, text.data(), text.size(), kSendFlags) == static_cast<ssize_t>(text.size());
}

}  // namespace headscope
