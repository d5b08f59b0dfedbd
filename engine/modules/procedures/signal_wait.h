#pragma once
// Waiting for a signal in the store that can be called off, for threads that are to end.
#include <memory>

#include "playhead/modules/namespace.h"

namespace playhead {

/// Lets any number of threads wait as await_signal() does, until they are called off. Thread-safe.
class SignalWait {
 public:
  SignalWait();
  /// Waits for an element of a list and takes it. False: there was none so long (1 ms or more), or it was called off.
  /// Throws what the store throws.
  bool wait(const Namespace& space, Text key, Millis timeout);
  /// Waits for nothing.
  void pause(Millis time);
  /// Ends all waits, now and from now on; an element that came too late for one of them is put back.
  void call_off();
  bool called_off() const;
  /// From now on there can be waits again.
  void rearm();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace playhead
