#pragma once
// When two replies mean the same.
#include <optional>
#include <string>

#include "playhead/command.h"
#include "playhead/reply.h"
#include "tests/differential/stream.h"

namespace playhead::differential {

/// What of a command's reply is determined by what it was asked.
enum class Rule : std::uint8_t {
  exact,
  unordered,  ///< items in any order
  unordered_pairs,
  page,  ///< cursor and items in any order; compared only if everything fits one page
  page_pairs,
  page_scores,  ///< a large score may be written with or without an exponent: that depends on its encoding
  seconds_left,
  millis_left,
  unix_seconds,
  unix_millis,  ///< with tolerance, as time goes on
  random,       ///< chosen at random: as many items, of the same kind
  either,       ///< null or not
  dump,         ///< the same value, however it is encoded
  sort,         ///< ties in any order
  limited,      ///< what takes too much memory for Redis may be done here
  script,       ///< unordered if the script says so
  key_count,    ///< not compared while travelling: expired keys may or may not count
};
Rule rule_of(const Command& command);

/// How a comparison is to be made.
struct Frame {
  int protocol = 2;
  Millis ahead = 0;  ///< so far is the embedded stores' clock ahead of Redis's
};

/// The reply as it is in RESP2 or RESP3.
Value in_resp(const Value& reply, int protocol);

/// Whether the replies to a command mean the same. `ours` as the store gave it, `redis` as it was received.
bool same_reply(const Words& words, const Value& redis, const Value& ours, const Frame& frame);

/// A reply as a line of text, cut if it is long.
std::string shown(const Value& reply);

/// Ends the text of scripts whose reply has no determined order.
inline constexpr Text unordered_mark = "--unordered";

}  // namespace playhead::differential
