#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "playhead/command.h"

namespace playhead::redis {

/// Commands in RESP that are sent together. What changes data must be the last one (a command of its own, or
/// the EXEC of a MULTI): that is what Failure::sent relies on.
class Request {
 public:
  void add(List<Text> words);
  void add(std::initializer_list<Text> words) { add(List<Text>(words.begin(), words.size())); }
  /// Encodes an operation by the command table.
  void add(const Call& call);

  std::size_t commands() const { return commands_; }
  Text bytes() const { return bytes_; }

  // A MULTI may hold SELECTs.
  /// The highest database that the commands select, beyond the one they start in.
  std::uint16_t highest_db = 0;
  /// The database that the connection is left in if the last reply is a list, i.e. if EXEC ran.
  std::optional<std::uint16_t> leaves_db;

 private:
  std::string bytes_;
  std::size_t commands_ = 0;
};

}  // namespace playhead::redis
