// What must not happen in the tests' own process: signals, and what is measured from a fresh start.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

namespace headscope {

// Exit status of a child process that runs `body`: 7 where the body returns and nothing else ends
// it, 8 where it throws; -1 when a signal ended it.
template <typename Body>
int StatusOfChild(const Body& body) {
  const pid_t child = fork();
  if (child == 0) {
    try {
      body();
    } catch (...) {
      _exit(8);
    }
    _exit(7);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace headscope
