#include "tests/crash/pipe.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>

namespace playhead::crash {

Pipe::Pipe() {
  if (::pipe(ends_) != 0) throw std::runtime_error("no pipe");
}

Pipe::~Pipe() {
  read_only();
  write_only();
}

void Pipe::write_only() {
  if (ends_[0] >= 0) ::close(ends_[0]);
  ends_[0] = -1;
}

void Pipe::read_only() {
  if (ends_[1] >= 0) ::close(ends_[1]);
  ends_[1] = -1;
}

void Pipe::tell(Record record, const std::string& text) {
  constexpr std::size_t longest = 3000;  // with the record below PIPE_BUF
  std::string shortened = text.substr(0, longest);
  record.text = shortened.size();
  std::string bytes(reinterpret_cast<const char*>(&record), sizeof record);
  bytes += shortened;
  if (::write(ends_[1], bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) ::_exit(4);
}

bool Pipe::receive(std::int64_t microseconds,
                   const std::function<void(const Record&, const std::string&)>& each) {
  pollfd wanted{ends_[0], POLLIN, 0};
  timespec limit{microseconds / 1'000'000, (microseconds % 1'000'000) * 1000};
  int ready = ::ppoll(&wanted, 1, &limit, nullptr);
  if (ready == 0 || (ready < 0 && errno == EINTR)) return true;
  char part[1 << 16];
  ssize_t n = ::read(ends_[0], part, sizeof part);
  if (n <= 0) return false;
  bytes_.append(part, static_cast<std::size_t>(n));
  std::size_t at = 0;
  for (Record record{}; bytes_.size() - at >= sizeof record;) {
    std::memcpy(&record, bytes_.data() + at, sizeof record);
    if (bytes_.size() - at - sizeof record < record.text) break;
    each(record, bytes_.substr(at + sizeof record, record.text));
    at += sizeof record + record.text;
  }
  bytes_.erase(0, at);
  return true;
}

}  // namespace playhead::crash
