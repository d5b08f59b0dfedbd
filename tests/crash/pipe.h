#pragma once
// What a writer tells the process that watches it.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace playhead::crash {

/// One message; text, if there is some, follows it.
struct Record {
  enum class Kind : std::uint32_t {
    begun,         ///< a change (number) of a thread
    acknowledged,  ///< the same
    compared,      ///< a thread's keys; number: an Outcome
    writing,       ///< everything was compared, the threads start
    finding,       ///< text: something is wrong
    failed,        ///< text: it can not go on
  } kind;
  std::uint32_t thread = 0;
  std::uint64_t number = 0;
  std::uint64_t text = 0;  ///< its size
};

/// What a thread's keys hold after a kill.
enum class Outcome : std::uint64_t { without_pending, with_pending, lost, torn };

/// One direction between a process and its child. A message is written at once, so that threads do not mix.
class Pipe {
 public:
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void write_only();
  void read_only();

  void tell(Record record, const std::string& text = {});
  /// Waits up to so many microseconds for messages and hands out those that came; false: the other end is
  /// closed.
  bool receive(std::int64_t microseconds, const std::function<void(const Record&, const std::string&)>& each);

 private:
  int ends_[2];
  std::string bytes_;
};

}  // namespace playhead::crash
