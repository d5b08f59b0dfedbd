#include "playhead/lock_wait.h"

#include <atomic>

namespace playhead {

namespace {

std::atomic<void (*)()> before{nullptr};

}  // namespace

void set_before_lock_wait(void (*function)()) {
  before.store(function);
}

void before_lock_wait() {
  if (auto* function = before.load()) function();
}

}  // namespace playhead
