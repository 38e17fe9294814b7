#include "train/interrupt.h"

#include <signal.h>

#include "tests/support/catch.h"
#include "tests/support/child_process.h"

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
