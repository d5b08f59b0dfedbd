#pragma once
// When a call holds Python's global interpreter lock. Around disk and network it is released at once. A call
// that is over in a moment on a memory store keeps it, because giving it up and taking it again costs more
// than the call; should the store have to wait for a lock, the GIL is given up then, so that a thread never
// waits for a store with the GIL.
#include <pthread.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace playhead::python {

/// Takes the GIL again, as PyEval_RestoreThread. A daemon thread that wants it when the interpreter ends would be ended by Python in
/// the middle of C++, which aborts the process; so it stops here for ever.
void take_gil(PyThreadState* state);

/// From now on only the calling thread gets the GIL back; the others stop as soon as they want it. Waits, without the GIL, for those that
/// are about to have it. Called once, before the interpreter ends.
void end_threads();

/// Stops the calling thread for ever, giving up the GIL, if it is one of those others: its store was closed because the interpreter
/// ends, and nobody should be told.
void stop_if_ending();

/// Releases the GIL for its lifetime, if asked to.
class MaybeRelease {
 public:
  explicit MaybeRelease(bool release) : state_(release ? PyEval_SaveThread() : nullptr) {}
  ~MaybeRelease() {
    if (state_ != nullptr) take_gil(state_);
  }
  /// Runs f() with the GIL, which is given up again behind it.
  template <class F>
  auto with_gil(F&& f) {
    struct Again {
      PyThreadState*& state;
      ~Again() { state = PyEval_SaveThread(); }
    };
    if (state_ == nullptr) return f();
    take_gil(std::exchange(state_, nullptr));
    Again again{state_};
    return f();
  }
  MaybeRelease(const MaybeRelease&) = delete;
  MaybeRelease& operator=(const MaybeRelease&) = delete;

 private:
  PyThreadState* state_;
};

/// Releases the GIL for its lifetime.
class ReleaseGil : public MaybeRelease {
 public:
  ReleaseGil() : MaybeRelease(true) {}
};

/// Marks a call that is made with the GIL held. If it gave the GIL up, it is taken again at the end.
class KeepGil {
 public:
  KeepGil() { current_ = this; }
  ~KeepGil() {
    if (released_ != nullptr) [[unlikely]]
      take_gil(released_);
    else
      current_ = nullptr;
  }
  KeepGil(const KeepGil&) = delete;
  KeepGil& operator=(const KeepGil&) = delete;

  /// Gives up the GIL if this thread holds it for a call. For set_before_lock_wait().
  static void give_up() {
    if (PyGILState_Check() == 0 || current_ == nullptr || current_->thread_ != pthread_self()) return;
    PyThreadState*& released = std::exchange(current_, nullptr)->released_;
    released = PyEval_SaveThread();
  }

 private:
  // The call that is under way, guarded by the GIL. It can be that of another thread, if calls led to Python
  // code between which the GIL went back and forth; or null, though one is under way, which only costs others
  // their turn.
  static inline KeepGil* current_ = nullptr;
  const pthread_t thread_ = pthread_self();
  PyThreadState* released_ = nullptr;
};

/// How waiting came to its end: what was waited for is there, the time is over, or Python's error is set,
/// because the handler of a signal has raised it.
enum class Waited : std::uint8_t { served, late, interrupted };

/// Waits, the GIL given up, until `wait_until(time)` is true or `end` has passed (none: for ever). The GIL is
/// held again behind it.
template <class F>
Waited wait_for_signals_too(std::optional<std::chrono::steady_clock::time_point> end, F&& wait_until) {
  constexpr auto between_looks = std::chrono::milliseconds(50);
  for (;;) {
    {
      ReleaseGil release;
      auto next = std::chrono::steady_clock::now() + between_looks;
      if (wait_until(end ? std::min(*end, next) : next)) return Waited::served;
    }
    if (PyErr_CheckSignals() != 0) return Waited::interrupted;
    if (end && std::chrono::steady_clock::now() >= *end) return Waited::late;
  }
}

}  // namespace playhead::python
