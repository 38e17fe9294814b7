// Ctrl-C and SIGTERM as a wish that a loop can ask about, instead of a sudden end.
#pragma once

namespace headscope {

// While an object lives, the first SIGINT or SIGTERM is remembered and a second one ends the
// process at once (exit status 128 + signal). Earlier handlers come back with its end. Only one may
// live at a time. Signal handlers can reach nothing but globals: the flag behind this class is the
// program's only one.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool Requested() const { return Signal() != 0; }
  int Signal() const;  // 0: none so far
};

}  // namespace headscope
