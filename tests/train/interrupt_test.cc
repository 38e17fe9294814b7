#include "train/interrupt.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("The first signal is a wish", "[interrupt]") {
  for (const int number : {SIGINT, SIGTERM}) {
    const InterruptGuard guard;
    CHECK(!guard.Requested());
    raise(number);
    CHECK(guard.Requested());
    CHECK(guard.Signal() == number);
  }
}

// Exit status of a child process that runs `body`; -1 when a signal ended it.
template <typename Body>
int StatusOfChild(const Body& body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(7);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("The second signal ends the process at once", "[interrupt]") {
  CHECK(StatusOfChild([] {
          const InterruptGuard guard;
          raise(SIGINT);
          raise(SIGTERM);
        }) == 128 + SIGTERM);
}

TEST_CASE("Without a guard signals do what they did before", "[interrupt]") {
  CHECK(StatusOfChild([] {
          signal(SIGTERM, SIG_DFL);
          { const InterruptGuard guard; }
          raise(SIGTERM);
        }) == -1);
}

}  // namespace
}  // namespace headscope
