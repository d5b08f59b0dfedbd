#pragma once
// Background work of the embedded stores of this process: one thread steps them all. Also: what happens to
// them at fork().
#include "playhead/text.h"

namespace playhead::embedded {

class Stoppable {
 public:
  virtual ~Stoppable() = default;
  /// A slice of background work (expiry), about this long. Called by the janitor's thread.
  virtual void step(Millis budget_us) = 0;
  /// This process is a forked child: locks and threads are not usable here. Called before fork() returns in
  /// the child.
  virtual void forked() = 0;
};

/// From now on the janitor steps `s`, ten times a second.
void start_background(Stoppable& s);
/// `s` is not stepped any more when this returns.
void stop_background(Stoppable& s);

}  // namespace playhead::embedded
