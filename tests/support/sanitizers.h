// Sanitizers reserve address space and keep what was freed: what is said of memory does not hold
// under them.
#pragma once

// Tests are linked with address sanitizing, not compiled for it: its runtime is there or is not.
extern "C" __attribute__((weak)) void __asan_init();

namespace headscope {

inline bool MemoryIsSanitized() {
#if defined(__SANITIZE_THREAD__)
  return true;
#else
  return &__asan_init != nullptr;
#endif
}

}  // namespace headscope
