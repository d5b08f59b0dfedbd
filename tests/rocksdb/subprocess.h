#pragma once
#include <sys/types.h>

#include <string>

namespace playhead::rocks::test {

/// This test program again in a process of its own, running the hidden test case `[.name]`, which finds
/// `path` by path_of_parent(). Its standard output can be read by lines.
class Subprocess {
 public:
  Subprocess(const std::string& tag, const std::string& path);
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  pid_t pid() const { return pid_; }
  /// The next line it printed; empty when it has ended.
  std::string line();
  /// SIGKILL; what it printed before can still be read.
  void kill();

 private:
  pid_t pid_;
  int output_;
  std::string buffered_;
};

/// In the subprocess: what the parent gave it.
std::string path_of_parent();
/// In the subprocess: a line for the parent, at once.
void tell_parent(const std::string& line);

}  // namespace playhead::rocks::test
