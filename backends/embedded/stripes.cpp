#include "backends/embedded/stripes.h"

#ifdef __linux__
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <chrono>
#include <thread>

#include "playhead/lock_wait.h"

namespace playhead::embedded {

namespace {

// Most units are over sooner than a thread is put to sleep and woken.
constexpr int patience = 100;

// How long a thread sleeps at once where nobody can be sure to see that it sleeps.
constexpr std::chrono::microseconds nap{50};

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

// Every running thread of the process passes a full memory barrier before this returns. False: it cannot be
// had here.
bool barrier_on_all_cores() {
#ifdef __linux__
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0) return true;
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0 &&
         syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
  return false;
#endif
}

}  // namespace

void StripeMutex::lock_contended() {
  for (int i = 0; i < patience; ++i) {
    if (state_.load(std::memory_order_relaxed) == unlocked && try_lock()) return;
    relax();
  }
  before_lock_wait();
  sleepers_.fetch_add(1, std::memory_order_relaxed);
  const bool seen = barrier_on_all_cores();
  while (!try_lock()) {
    if (seen)
      state_.wait(locked, std::memory_order_relaxed);
    else
      std::this_thread::sleep_for(nap);
  }
  sleepers_.fetch_sub(1, std::memory_order_relaxed);
}

void StripeMutex::wake_one() {
  // Between the store of unlock() and the look at who waits inside notify_one().
  std::atomic_thread_fence(std::memory_order_seq_cst);
  state_.notify_one();
}

}  // namespace playhead::embedded
