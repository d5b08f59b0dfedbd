#include "tests/modules/kills.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace playhead::test {

std::string variable(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

void append(int file, const std::string& text) {
  if (::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("write");
}

int open_to_append(const std::string& directory, const std::string& name) {
  int file = ::open((directory + "/" + name).c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (file < 0) throw std::runtime_error("cannot open " + name);
  return file;
}

Kills::Kills(std::string test, std::string url, std::string directory, std::size_t piece, int kills)
    : kills(std::stoi(variable("PLAYHEAD_KILLS", std::to_string(kills)))),
      seed(static_cast<unsigned>(std::stoul(variable("PLAYHEAD_SEED", "20")))),
      test_(std::move(test)),
      url_(std::move(url)),
      directory_(std::move(directory)),
      piece_(piece),
      random_(seed) {}

bool Kills::kill_one(std::size_t pieces, unsigned microseconds) {
  const auto target = acknowledged() + random_() % pieces;
  pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no process");
  if (pid == 0) {
    ::setenv("PLAYHEAD_KILLS_URL", url_.c_str(), 1);
    ::setenv("PLAYHEAD_KILLS_DIRECTORY", directory_.c_str(), 1);
    ::setenv("PLAYHEAD_KILLS_NUMBER", std::to_string(number_).c_str(), 1);
    int nothing = ::open("/dev/null", O_WRONLY);
    ::dup2(nothing, 1);
    ::execl("/proc/self/exe", "playhead_modules", test_.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ++number_;
  int status = 0;
  bool ended = false;
  while (acknowledged() <= target && !ended) {
    ::usleep(200);
    ended = ::waitpid(pid, &status, WNOHANG) == pid;
  }
  if (!ended) {
    ::usleep(static_cast<unsigned>(random_() % microseconds));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
  }
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
  if (status != 0)
    throw std::runtime_error("the process failed by itself; PLAYHEAD_SEED=" + std::to_string(seed));
  return false;
}

std::size_t Kills::acknowledged() const {
  std::error_code none;
  auto size = std::filesystem::file_size(directory_ + "/acknowledged", none);
  return none ? 0 : size / piece_;
}

KilledProcess::KilledProcess()
    : url(variable("PLAYHEAD_KILLS_URL", "")),
      directory(variable("PLAYHEAD_KILLS_DIRECTORY", "")),
      random(static_cast<unsigned>(std::stoul(variable("PLAYHEAD_KILLS_NUMBER", "0")))) {}

}  // namespace playhead::test
