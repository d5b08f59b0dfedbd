#pragma once
// What an operation is: a small struct that borrows its arguments. It has
//   using Reply                                 the typed reply (reply.h)
//   static constexpr Traits traits              name, flags, group, summary
//   static void describe(O&, V&)                its arguments, see syntax.h
// and, where needed,
//   void validate() const                       refuses contradicting options, in Redis's words
//   void emit(const Reply&, Sink&) const        if the reply's shape depends on the options
//   void decode(const Value&, Reply&) const     the same, from a server's reply
//   bool once() const                           true if the command touches each row of a key at most once, and
//                                               need not see its own writes
//   bool touches_every_key() const              true if this call touches keys that it does not name
//   static constexpr bool several_keys = true   it has a field `key` and yet touches other keys too
//   static constexpr bool keeps_on_error = true it has one key, and what it has changed before an error stays
// Blocking operations also have
//   static constexpr ValueType waits_for        what a key must hold to serve it
//   static bool served(const Reply&)            whether it got something
//   void each_waited(F) const                   F(Text key) for every key it waits for
//   void narrow(Text key, Arena&)               restricts it to this one of its keys
#include "playhead/command.h"

namespace playhead {

/// What a key holds. The numbers are part of the RocksDB format: never renumber.
enum class ValueType : std::uint8_t {
  none = 0,
  string = 1,
  list = 2,
  set = 3,
  zset = 4,
  hash = 5,
  stream = 6
};

template <class... Ops>
struct Operations {};

/// Refuses what is no COUNT of SCAN, SSCAN, HSCAN and ZSCAN.
inline void check_page_size(const std::int64_t& count) {
  if (count < 1) refuse("ERR syntax error");
}

}  // namespace playhead
