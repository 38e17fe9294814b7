// A program beside ours that measures itself on demand: it says one line when it is ready, and one
// line for every line it is sent. So both can be timed in turn, each with its start-up behind it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace headscope {

class PeerProcess {
 public:
  // Starts `command` (found in PATH). Throws Error when that cannot be.
  explicit PeerProcess(const std::vector<std::string>& command);
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;
  ~PeerProcess();  // ends its input and waits for it

  // The next line of its output; false when it has ended.
  bool ReadLine(std::string& line);
  // Sends a line; false when it has ended.
  bool WriteLine(const std::string& line);

 private:
  pid_t pid_ = -1;
  int socket_ = -1;
  std::string unread_;
};

}  // namespace headscope
