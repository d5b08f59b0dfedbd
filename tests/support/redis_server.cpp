#include "tests/support/redis_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace playhead::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  a.sin_port = htons(port);
  return a;
}

std::uint16_t free_port() {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in a = loopback(0);
  socklen_t size = sizeof a;
  bool ok = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0 &&
            ::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &size) == 0;
  if (fd >= 0) ::close(fd);
  if (!ok) throw std::runtime_error("no free loopback port");
  return ntohs(a.sin_port);
}

// A blocking client that knows just enough RESP2 to ask one question.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in a = loopback(port);
    timeval patience{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0) {
      ::close(fd_);
      throw std::runtime_error("cannot connect to the test server");
    }
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::vector<std::string>& command) {
    std::string out = "*" + std::to_string(command.size()) + "\r\n";
    for (const std::string& word : command) out += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    for (std::size_t sent = 0; sent < out.size();) {
      ssize_t n = ::send(fd_, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) throw std::runtime_error("the test server closed the connection");
      sent += static_cast<std::size_t>(n);
    }
  }

  std::string reply() {
    std::string line = read_line();
    char kind = line.at(0);
    line.erase(0, 1);
    if (kind == '-') return "-" + line;
    if (kind == '$') return line == "-1" ? "(nil)" : read_bytes(std::stoull(line));
    if (kind != '*') return line;
    if (line == "-1") return "(nil)";
    std::string all;
    for (std::size_t left = std::stoull(line); left > 0; --left) all += reply() + (left > 1 ? "\n" : "");
    return all;
  }

 private:
  void fill() {
    char buffer[16384];
    ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) throw std::runtime_error("the test server did not answer");
    in_.append(buffer, static_cast<std::size_t>(n));
  }
  std::string read_line() {
    std::size_t end;
    while ((end = in_.find("\r\n")) == std::string::npos) fill();
    std::string line = in_.substr(0, end);
    in_.erase(0, end + 2);
    return line;
  }
  std::string read_bytes(std::size_t n) {
    while (in_.size() < n + 2) fill();
    std::string bytes = in_.substr(0, n);
    in_.erase(0, n + 2);
    return bytes;
  }

  int fd_;
  std::string in_;
};

}  // namespace

RedisServer::RedisServer(std::vector<std::string> options) : options_(std::move(options)) {
  char path[] = "/tmp/playhead-redis-XXXXXX";
  if (::mkdtemp(path) == nullptr) throw std::runtime_error("cannot make a directory for redis-server");
  directory_ = path;
  // Another process may take the port between its choice and its use.
  for (int attempt = 0;; ++attempt) {
    port_ = free_port();
    try {
      launch();
      return;
    } catch (const std::runtime_error&) {
      stop();
      if (attempt == 4) {
        std::filesystem::remove_all(directory_);
        throw;
      }
    }
  }
}

RedisServer::~RedisServer() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void RedisServer::launch() {
  std::vector<std::string> words = {"redis-server",
                                    "--port",
                                    std::to_string(port_),
                                    "--bind",
                                    "127.0.0.1",
                                    "--unixsocket",
                                    unix_socket(),
                                    "--dir",
                                    directory_,
                                    "--save",
                                    "",
                                    "--appendonly",
                                    "no",
                                    "--daemonize",
                                    "no",
                                    "--protected-mode",
                                    "no",
                                    "--enable-debug-command",
                                    "yes",
                                    "--logfile",
                                    "",
                                    "--loglevel",
                                    "notice"};
  words.insert(words.end(), options_.begin(), options_.end());
  std::vector<char*> arguments;
  for (std::string& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);

  int log[2];
  if (::pipe2(log, O_CLOEXEC) != 0) throw std::runtime_error("no pipe for redis-server");
  pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::dup2(log[1], STDOUT_FILENO);
    ::dup2(log[1], STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(log[1]);
  await_ready(log[0]);
}

// Reads the log up to the line that says so. Nobody reads it afterwards: redis-server ignores that.
void RedisServer::await_ready(int log) {
  std::string text;
  char buffer[4096];
  ssize_t n;
  while (text.find("eady to accept connections") == std::string::npos &&
         (n = ::read(log, buffer, sizeof buffer)) > 0)
    text.append(buffer, static_cast<std::size_t>(n));
  ::close(log);
  if (text.find("eady to accept connections") == std::string::npos)
    throw std::runtime_error("redis-server did not start: " + text);
}

void RedisServer::stop() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::start() {
  if (pid_ <= 0) launch();
}

void RedisServer::pause() {
  ::kill(pid_, SIGSTOP);
  int status = 0;
  ::waitpid(pid_, &status, WUNTRACED);
}

void RedisServer::resume() {
  ::kill(pid_, SIGCONT);
}

std::string RedisServer::ask(const std::vector<std::string>& command) const {
  Client client(port_);
  client.send(command);
  return client.reply();
}

std::int64_t RedisServer::calls_of(const std::string& command) const {
  std::string text = ask({"INFO", "commandstats"});
  std::string label = "cmdstat_" + command + ":calls=";
  std::size_t at = text.find(label);
  return at == std::string::npos ? 0 : std::stoll(text.substr(at + label.size()));
}

RedisServer& shared_redis_server() {
  static RedisServer server;
  return server;
}

}  // namespace playhead::test
