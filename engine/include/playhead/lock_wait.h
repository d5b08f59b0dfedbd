#pragma once
// For hosts that hold a lock of their own around calls, as Python holds its GIL.

namespace playhead {

/// Sets what a thread calls before it waits for a lock inside an embedded store; null (the default): nothing.
/// It may be called several times in one call of a store and must not throw, nor use a store. A host gives up
/// its own lock there and takes it again when its call of the store has returned; so it can keep that lock
/// during the many calls that wait for nobody. Thread-safe; one for the process.
void set_before_lock_wait(void (*function)());

/// Calls it.
void before_lock_wait();

}  // namespace playhead
