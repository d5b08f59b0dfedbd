#include "bindings/gil.h"

#include <unistd.h>

#include <atomic>
#include <thread>

namespace playhead::python {

namespace {

std::atomic<bool> ending = false;
std::atomic<int> taking = 0;  // threads that are about to have the GIL
pthread_t last_thread;        // set before `ending`

bool must_stop() {
  return ending.load() && pthread_equal(pthread_self(), last_thread) == 0;
}

[[noreturn]] void stop() {
  for (;;) ::pause();
}

}  // namespace

void take_gil(PyThreadState* state) {
  taking.fetch_add(1);
  if (must_stop()) [[unlikely]] {
    taking.fetch_sub(1);
    stop();
  }
  PyEval_RestoreThread(state);
  taking.fetch_sub(1);
}

void end_threads() {
  last_thread = pthread_self();
  ending.store(true);
  ReleaseGil release;
  while (taking.load() > 0) std::this_thread::yield();
}

void stop_if_ending() {
  if (!must_stop()) return;
  PyEval_SaveThread();
  stop();
}

}  // namespace playhead::python
