#include "tests/differential/reply_kinds.h"

#include <array>

#include "playhead/operations.h"

namespace playhead::differential {

namespace {

using enum ReplyKind;

template <class T>
struct Of {
  static constexpr Kinds kinds = {list, empty};  // lists, sets, maps and pages
};
template <>
struct Of<bool> {
  static constexpr Kinds kinds = {zero, integer};
};
template <>
struct Of<std::int64_t> {
  static constexpr Kinds kinds = {zero, integer};
};
template <>
struct Of<double> {
  static constexpr Kinds kinds = {text};
};
template <>
struct Of<std::string> {
  static constexpr Kinds kinds = {text, empty};
};
template <>
struct Of<Ok> {
  static constexpr Kinds kinds = {status};
};
template <>
struct Of<Status> {
  static constexpr Kinds kinds = {status};
};
template <>
struct Of<PoppedMember> {
  static constexpr Kinds kinds = {list};
};
template <>
struct Of<PoppedMembers> {
  static constexpr Kinds kinds = {list};
};
template <>
struct Of<PoppedElement> {
  static constexpr Kinds kinds = {list};
};
template <>
struct Of<PoppedElements> {
  static constexpr Kinds kinds = {list};
};
template <>
struct Of<Popped> {
  static constexpr Kinds kinds = {null, text, empty, list};
};
template <>
struct Of<SetReply> {
  static constexpr Kinds kinds = {status, null, text, empty};
};
template <>
struct Of<ZAddReply> {
  static constexpr Kinds kinds = {zero, integer, text, null};
};
template <>
struct Of<LcsReply> {
  static constexpr Kinds kinds = {zero, integer, text, empty, list};
};
template <>
struct Of<Value> {
  static constexpr Kinds kinds = {null, zero, integer, text, empty, status, list};
};
template <class T>
struct Of<std::optional<T>> {
  static constexpr Kinds kinds = Of<T>::kinds.with({null});
};

template <class... Ops>
constexpr std::array<Kinds, sizeof...(Ops)> kinds_of(Operations<Ops...>) {
  return {Of<typename Ops::Reply>::kinds...};
}

// What types cannot tell: replies that an operation, or one with that option, never gives. "*" is any option,
// "" the operation whatever its options.
struct Exception {
  Text operations, options;
  Kinds never;
};
constexpr auto exceptions = std::to_array<Exception>({
    // They take a key of any type.
    {"copy del dump exists expire expireat expiretime move object|encoding object|idletime object|refcount "
     "persist "
     "pexpire pexpireat pexpiretime pttl rename renamenx restore touch ttl type unlink",
     "*",
     {wrongtype}},
    // They overwrite or pass over a key of another type.
    {"mget mset msetnx psetex setex setnx", "*", {wrongtype}},
    {"lcs", "*", {wrongtype}},  // has an error of its own
    // They refuse nothing but a wrong number of arguments, and take any number.
    {"pubsub|numsub", "*", {error}},
    {"time", "*", {empty}},
    // An item for each argument.
    {"hmget mget script|exists smismember zmscore", "*", {empty}},
    {"bitfield bitfield_ro", "GET SET INCRBY", {empty}},
    // Never an empty text.
    {"dump hincrbyfloat incrbyfloat object|encoding script|load", "*", {empty}},
    // Never 0.
    {"expiretime lpush object|refcount pexpiretime rpush", "*", {zero}},
    {"pttl ttl", "*", {zero}},       // at its deadline only: real time would have to stand still
    {"pubsub|numpat", "*", {zero}},  // the test has subscribed
    // The option decides the type of the reply.
    {"bitfield_ro", "SET INCRBY", {list, wrongtype}},  // refused before the key is looked at
    {"lcs", "IDX", {zero, integer, text}},
    {"lcs", "LEN", {text, empty, list}},
    {"lpop rpop", "count", {text}},
    {"set", "GET", {status}},
    {"sort", "STORE", {empty, list}},
    {"zadd", "INCR", {zero, integer}},
});

bool lists(Text words, Text word) {
  if (words == "*" || words == word) return true;
  for (std::size_t at = 0; at < words.size();) {
    std::size_t end = std::min(words.find(' ', at), words.size());
    if (words.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

bool has_keys(const Command& c) {
  return c.first_key != 0 || c.movable_keys;
}

}  // namespace

const char* name_of(ReplyKind kind) {
  constexpr std::array names = {"null",   "zero", "integer", "text",     "empty",
                                "status", "list", "error",   "wrongtype"};
  return names[static_cast<std::size_t>(kind)];
}

std::string Kinds::names() const {
  std::string text;
  for (int i = 0; i < reply_kinds; ++i)
    if (has(static_cast<ReplyKind>(i))) text.append(" ").append(name_of(static_cast<ReplyKind>(i)));
  return text;
}

ReplyKind kind_of(const Command& command, const Value& v) {
  switch (v.kind) {
    case Value::Kind::null:
    case Value::Kind::null_array:
      return null;
    case Value::Kind::boolean:
    case Value::Kind::integer:
      return v.number == 0 ? zero : integer;
    case Value::Kind::bulk:
    case Value::Kind::verbatim:
      return v.text.empty() ? empty : text;
    case Value::Kind::status:
      return status;
    case Value::Kind::real:
      return text;
    case Value::Kind::error:
      return v.text.starts_with("WRONGTYPE") ? wrongtype : error;
    default:
      break;
  }
  bool page = command.traits.name.ends_with("scan") && v.items.size() == 2;
  return (page ? v.items[1].items : v.items).empty() ? empty : list;
}

Kinds possible_kinds(const Command& command, const std::string& option) {
  static constexpr auto by_code = kinds_of(AllOperations{});
  Kinds all = by_code[command.code].with({error});
  if (has_keys(command)) all.add(wrongtype);
  for (const Exception& e : exceptions)
    if (lists(e.operations, command.traits.name) &&
        lists(e.options, option.empty() ? Text("-") : Text(option)))
      all = all.without(e.never);
  return all;
}

}  // namespace playhead::differential
