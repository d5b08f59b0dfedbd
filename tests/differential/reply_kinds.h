#pragma once
// The kinds of replies that coverage tells apart, and which of them an operation can give.
#include <cstdint>
#include <string>
#include <vector>

#include "playhead/command.h"
#include "playhead/reply.h"

namespace playhead::differential {

enum class ReplyKind : std::uint8_t { null, zero, integer, text, empty, status, list, error, wrongtype };
constexpr int reply_kinds = 9;
const char* name_of(ReplyKind kind);

/// A set of kinds.
class Kinds {
 public:
  constexpr Kinds() = default;
  constexpr Kinds(std::initializer_list<ReplyKind> kinds) {
    for (ReplyKind k : kinds) add(k);
  }
  constexpr void add(ReplyKind k) { bits_ |= bit(k); }
  constexpr bool has(ReplyKind k) const { return (bits_ & bit(k)) != 0; }
  constexpr bool none() const { return bits_ == 0; }
  constexpr Kinds without(Kinds other) const { return Kinds(bits_ & ~static_cast<unsigned>(other.bits_)); }
  constexpr Kinds with(Kinds other) const { return Kinds(bits_ | static_cast<unsigned>(other.bits_)); }
  int size() const { return __builtin_popcount(bits_); }
  /// Their names, each behind a space.
  std::string names() const;

 private:
  constexpr explicit Kinds(unsigned bits) : bits_(static_cast<std::uint16_t>(bits)) {}
  static constexpr std::uint16_t bit(ReplyKind k) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(k));
  }
  std::uint16_t bits_ = 0;
};
constexpr Kinds refusals = {ReplyKind::error, ReplyKind::wrongtype};

/// The kind of a reply as Redis sent it. A number with a fraction is a text, as in RESP2; a page is empty if
/// its items are.
ReplyKind kind_of(const Command& command, const Value& reply);

/// What an operation can answer when that option (or, with "", whatever) is given: all that its type of reply
/// has, an error, and WRONGTYPE if it has keys; but for the exceptions that reply_kinds.cpp lists.
Kinds possible_kinds(const Command& command, const std::string& option);

}  // namespace playhead::differential
