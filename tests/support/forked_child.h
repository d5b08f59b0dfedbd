#pragma once
#include <sys/wait.h>
#include <unistd.h>

namespace playhead::test {

/// Runs f in a forked child; true if it returned true. A child that hangs is killed.
template <class F>
bool in_child(F f) {
  pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(20);
    bool ok = false;
    try {
      ok = f();
    } catch (...) {
      ok = false;
    }
    ::_exit(ok ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace playhead::test
