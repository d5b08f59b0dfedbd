#include "backends/embedded/stripes.h"

#include "playhead/lock_wait.h"

namespace playhead::embedded {

namespace {

// Most units are over sooner than a thread is put to sleep and woken.
constexpr int patience = 100;

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

void StripeMutex::lock_contended() {
  for (int i = 0; i < patience; ++i) {
    if (state_.load(std::memory_order_relaxed) == unlocked && try_lock()) return;
    relax();
  }
  before_lock_wait();
  while (state_.exchange(awaited, std::memory_order_acquire) != unlocked)
    state_.wait(awaited, std::memory_order_relaxed);
}

}  // namespace playhead::embedded
