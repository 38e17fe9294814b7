#include "train/interrupt.h"

#include <signal.h>
#include <unistd.h>

namespace headscope {
namespace {

// See the header. Lock-free and async-signal-safe by the standard.
volatile sig_atomic_t pending_signal = 0;
struct sigaction previous_interrupt;
struct sigaction previous_terminate;

void OnSignal(int signal_number) {
  if (pending_signal != 0) _exit(128 + signal_number);
  pending_signal = signal_number;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  pending_signal = 0;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;  // writes in progress go on
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &previous_interrupt);
  sigaction(SIGTERM, &action, &previous_terminate);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &previous_interrupt, nullptr);
  sigaction(SIGTERM, &previous_terminate, nullptr);
}

int InterruptGuard::Signal() const { return pending_signal; }

}  // namespace headscope
