#pragma once
#include "engine/store/fork.h"

namespace playhead::redis {

/// Of a Redis store, for use in the process that made it only.
class ForkGuard : public playhead::ForkGuard {
 public:
  /// Throws Error{closed} in a forked child.
  void check() const {
    if (forked()) refuse();
  }

 private:
  [[noreturn]] static void refuse();
};

}  // namespace playhead::redis
