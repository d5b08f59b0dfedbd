#include "subprocess.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace playhead::rocks::test {
namespace {
constexpr const char* variable = "PLAYHEAD_TEST_PATH";
constexpr const char* mark = "> ";  // before lines for the parent, which Catch's own do not begin with
}  // namespace

Subprocess::Subprocess(const std::string& tag, const std::string& path) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  std::string setting = std::string(variable) + "=" + path;
  pid_ = fork();
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    putenv(setting.data());
    execl("/proc/self/exe", "tests", tag.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
  if (pid_ < 0) throw std::runtime_error("no subprocess");
}

Subprocess::~Subprocess() {
  kill();
  close(output_);
}

std::string Subprocess::line() {
  for (;;) {
    auto end = buffered_.find('\n');
    while (end == std::string::npos) {
      char bytes[4096];
      auto n = read(output_, bytes, sizeof bytes);
      if (n <= 0) return {};
      buffered_.append(bytes, static_cast<std::size_t>(n));
      end = buffered_.find('\n');
    }
    std::string line = buffered_.substr(0, end);
    buffered_.erase(0, end + 1);
    if (line.rfind(mark, 0) == 0) return line.substr(2);
  }
}

void Subprocess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

std::string path_of_parent() {
  const char* path = getenv(variable);
  if (!path) throw std::runtime_error("this test case is run by another one");
  return path;
}

void tell_parent(const std::string& line) {
  std::string text = mark + line + "\n";
  if (write(STDOUT_FILENO, text.data(), text.size()) < 0) _exit(1);
}

}  // namespace playhead::rocks::test
