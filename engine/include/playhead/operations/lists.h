#pragma once
#include <array>

#include "playhead/operations/operation.h"

namespace playhead {

/// The ends of a list.
enum class ListEnd : std::uint8_t { left, right };
constexpr std::array<Text, 2> words_of(ListEnd) {
  return {"LEFT", "RIGHT"};
}

// ---- adding

/// LPUSH: the new length. Elements are put in front one by one, so that the last one named comes first. O(1) an element.
/// https://redis.io/commands/lpush
struct LPush {
  using Reply = std::int64_t;
  static constexpr Traits traits{"lpush", Flags::write | Flags::denyoom | Flags::fast, Group::lists,
                                 "Puts elements in front of a list."};
  Text key;
  List<Text> elements;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.args("element", o.elements);
  }
  bool once() const { return elements.size() == 1; }
};

/// RPUSH: the new length. O(1) an element. https://redis.io/commands/rpush
struct RPush : LPush {
  static constexpr Traits traits{"rpush", Flags::write | Flags::denyoom | Flags::fast, Group::lists,
                                 "Appends elements to a list."};
};

/// LPUSHX: as LPUSH if the list exists; 0 if it does not. https://redis.io/commands/lpushx
struct LPushX : LPush {
  static constexpr Traits traits{"lpushx", Flags::write | Flags::denyoom | Flags::fast, Group::lists,
                                 "Puts elements in front of a list that exists."};
};

/// RPUSHX: as RPUSH if the list exists; 0 if it does not. https://redis.io/commands/rpushx
struct RPushX : LPush {
  static constexpr Traits traits{"rpushx", Flags::write | Flags::denyoom | Flags::fast, Group::lists,
                                 "Appends elements to a list that exists."};
};

/// LINSERT: the new length; 0 for a missing key, -1 if the pivot is not found. O(n). https://redis.io/commands/linsert
struct LInsert {
  enum class Where : std::uint8_t { before, after };
  using Reply = std::int64_t;
  static constexpr Traits traits{"linsert", Flags::write | Flags::denyoom, Group::lists,
                                 "Puts an element before or behind the first one that equals another."};
  Text key;
  Where where = Where::before;
  Text pivot, element;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("where", o.where);
    v.arg("pivot", o.pivot);
    v.arg("element", o.element);
  }
  bool once() const { return true; }
};
constexpr std::array<Text, 2> words_of(LInsert::Where) {
  return {"BEFORE", "AFTER"};
}

/// LSET: replaces the element at an index (negative: from the end). Refused for a missing key and for an index outside the list.
/// O(1) at the ends, O(log n) or better elsewhere. https://redis.io/commands/lset
struct LSet {
  using Reply = Ok;
  static constexpr Traits traits{"lset", Flags::write | Flags::denyoom, Group::lists,
                                 "Replaces an element of a list."};
  Text key;
  Position index;
  Text element;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("index", o.index);
    v.arg("element", o.element);
  }
  bool once() const { return true; }
};

// ---- reading

/// LLEN: 0 for a missing key. O(1). https://redis.io/commands/llen
struct LLen {
  using Reply = std::int64_t;
  static constexpr Traits traits{"llen", Flags::readonly | Flags::fast, Group::lists,
                                 "The length of a list."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// LRANGE: elements start..stop, inclusive, negative from the end. O(result). https://redis.io/commands/lrange
struct LRange {
  using Reply = std::vector<std::string>;
  static constexpr Traits traits{"lrange", Flags::readonly, Group::lists, "A range of elements of a list."};
  Text key;
  std::int64_t start = 0, stop = -1;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("start", o.start);
    v.arg("stop", o.stop);
  }
};

/// LINDEX: the element at an index (negative: from the end), or nothing. O(1) at the ends, O(log n) or better elsewhere.
/// https://redis.io/commands/lindex
struct LIndex {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"lindex", Flags::readonly, Group::lists, "An element of a list."};
  Text key;
  Position index;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("index", o.index);
  }
};

/// LPOS: the indexes of elements that equal one. RANK skips matches (2: begin with the second one) and searches from the end if negative.
/// COUNT: so many matches, 0 all; without it the first, or nothing. MAXLEN: compares at most so many elements, 0 all. O(n).
/// https://redis.io/commands/lpos
struct LPos {
  /// In the order found. Without COUNT at most one, which the reply shows as an integer, or null if there is none.
  using Reply = std::vector<std::int64_t>;
  static constexpr Traits traits{"lpos", Flags::readonly, Group::lists, "Where an element stands in a list."};
  Text key, element;
  std::optional<std::int64_t> rank, count, maxlen;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("element", o.element);
    v.options(checked(option("RANK", "rank", o.rank), check_rank),
              checked(option("COUNT", "num-matches", o.count, negative_count), check_matches),
              checked(option("MAXLEN", "len", o.maxlen, negative_maxlen), check_maxlen));
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;

 private:
  static constexpr Text negative_count = "ERR COUNT can't be negative",
                        negative_maxlen = "ERR MAXLEN can't be negative";
  static void check_rank(const std::int64_t& rank);
  static void check_matches(const std::int64_t& count);
  static void check_maxlen(const std::int64_t& maxlen);
};

// ---- removing

/// What LPOP and RPOP took: without a count `element`, with one `elements`. Both are absent if the key is missing.
struct Popped {
  std::optional<std::string> element;
  std::optional<std::vector<std::string>> elements;
  bool operator==(const Popped&) const = default;
};

/// LPOP: the first element or, with a count, at most so many. The key goes with its last element. O(1) an element.
/// https://redis.io/commands/lpop
struct LPop {
  using Reply = Popped;
  static constexpr Traits traits{"lpop", Flags::write | Flags::fast, Group::lists,
                                 "Removes and gives the first elements of a list."};
  Text key;
  std::optional<std::int64_t> count = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.at_most(1);
    v.optional("count", o.count, "ERR value is out of range, must be positive");
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
  bool once() const { return true; }
};

/// RPOP: the same from the end; the last element comes first. https://redis.io/commands/rpop
struct RPop : LPop {
  static constexpr Traits traits{"rpop", Flags::write | Flags::fast, Group::lists,
                                 "Removes and gives the last elements of a list."};
};

/// LREM: removes elements that equal one: the first `count` of them, the last -count if it is negative, all if it is 0. How many were
/// removed. O(n). https://redis.io/commands/lrem
struct LRem {
  using Reply = std::int64_t;
  static constexpr Traits traits{"lrem", Flags::write, Group::lists, "Removes elements of a list by value."};
  Text key;
  std::int64_t count = 0;
  Text element;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("count", o.count);
    v.arg("element", o.element);
  }
  bool once() const { return true; }
};

/// LTRIM: keeps elements start..stop, inclusive, negative from the end; the key goes if none is left. O(removed).
/// https://redis.io/commands/ltrim
struct LTrim {
  using Reply = Ok;
  static constexpr Traits traits{"ltrim", Flags::write, Group::lists, "Keeps only a range of a list."};
  Text key;
  std::int64_t start = 0, stop = -1;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("start", o.start);
    v.arg("stop", o.stop);
  }
  bool once() const { return true; }
};

/// LMOVE: moves an element between lists, which may be the same one, and gives it; nothing if the source is missing. O(1).
/// https://redis.io/commands/lmove
struct LMove {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"lmove", Flags::write | Flags::denyoom, Group::lists,
                                 "Moves an element from an end of a list to an end of another."};
  Text source, destination;
  ListEnd wherefrom = ListEnd::left, whereto = ListEnd::right;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("source", o.source);
    v.key("destination", o.destination);
    v.arg("wherefrom", o.wherefrom);
    v.arg("whereto", o.whereto);
  }
  bool once() const { return source != destination; }
};

/// RPOPLPUSH: LMOVE from the end to the front. https://redis.io/commands/rpoplpush
struct RPopLPush {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"rpoplpush", Flags::write | Flags::denyoom, Group::lists,
                                 "Moves the last element of a list to the front of another."};
  Text source, destination;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("source", o.source);
    v.key("destination", o.destination);
  }
  bool once() const { return source != destination; }
};

/// Elements popped from the first key that had some.
struct PoppedElements {
  std::string key;
  std::vector<std::string> elements;
  bool operator==(const PoppedElements&) const = default;
};

/// Refuses a count of LMPOP or BLMPOP that is not positive.
inline constexpr Text count_error = "ERR count should be greater than 0";
inline void check_count(const std::int64_t& count) {
  if (count <= 0) refuse(count_error);
}

/// LMPOP: takes elements, one if no count is given, from the first key that has some; nothing if none has. O(keys + elements).
/// https://redis.io/commands/lmpop
struct LMPop {
  using Reply = std::optional<PoppedElements>;
  static constexpr Traits traits{"lmpop", Flags::write, Group::lists,
                                 "Removes and gives elements of the first of several lists that has some."};
  List<Text> keys;
  ListEnd where = ListEnd::left;
  std::optional<std::int64_t> count;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.numkeys("numkeys", o.keys, "ERR numkeys should be greater than 0");
    v.arg("where", o.where);
    v.options(single(checked(option("COUNT", "count", o.count, count_error), check_count)));
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
  bool once() const { return true; }
};

// ---- blocking

/// An element popped from one of several keys.
struct PoppedElement {
  std::string key, element;
  bool operator==(const PoppedElement&) const = default;
};

/// BLPOP: the first element of the first key that has some; waits for one if none has. O(keys). https://redis.io/commands/blpop
struct BLPop {
  using Reply = std::optional<PoppedElement>;
  static constexpr Traits traits{
      "blpop", Flags::write | Flags::noscript | Flags::blocking, Group::lists,
      "Removes and gives the first element of one of several lists, waiting for one."};
  static constexpr ValueType waits_for = ValueType::list;
  List<Text> keys;
  Timeout timeout;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.keys("key", o.keys, 1);
    v.arg("timeout", o.timeout);
  }
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
  bool once() const { return true; }
  static bool served(const Reply& r) { return r.has_value(); }
  template <class F>
  void each_waited(F&& f) const {
    for (Text key : keys) f(key);
  }
  void narrow(Text key, Arena& arena);
};

/// BRPOP: the same from the end. https://redis.io/commands/brpop
struct BRPop : BLPop {
  static constexpr Traits traits{
      "brpop", Flags::write | Flags::noscript | Flags::blocking, Group::lists,
      "Removes and gives the last element of one of several lists, waiting for one."};
};

/// BLMPOP: as LMPOP; waits if no key has elements. https://redis.io/commands/blmpop
struct BLMPop {
  using Reply = std::optional<PoppedElements>;
  static constexpr Traits traits{
      "blmpop", Flags::write | Flags::blocking, Group::lists,
      "Removes and gives elements of the first of several lists that has some, waiting for them."};
  static constexpr ValueType waits_for = ValueType::list;
  Timeout timeout;
  List<Text> keys;
  ListEnd where = ListEnd::left;
  std::optional<std::int64_t> count;
  template <class O, class V>
  static void describe(O& o, V& v) {
    if constexpr (std::is_same_v<V, Reader>) {  // as in Redis the timeout is looked at last
      Text timeout = v.next();
      LMPop pop;
      LMPop::describe(pop, v);
      v.end();
      o.keys = pop.keys;
      o.where = pop.where;
      o.count = pop.count;
      syntax::parse(timeout, o.timeout, {});
    } else {
      v.arg("timeout", o.timeout);
      v.numkeys("numkeys", o.keys);
      v.arg("where", o.where);
      v.options(option("COUNT", "count", o.count));
    }
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
  bool once() const { return true; }
  static bool served(const Reply& r) { return r.has_value(); }
  template <class F>
  void each_waited(F&& f) const {
    for (Text key : keys) f(key);
  }
  void narrow(Text key, Arena& arena);
};

/// BLMOVE: as LMOVE; waits for an element if the source is missing. https://redis.io/commands/blmove
struct BLMove {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{
      "blmove", Flags::write | Flags::denyoom | Flags::noscript | Flags::blocking, Group::lists,
      "Moves an element from an end of a list to an end of another, waiting for one."};
  static constexpr ValueType waits_for = ValueType::list;
  Text source, destination;
  ListEnd wherefrom = ListEnd::left, whereto = ListEnd::right;
  Timeout timeout;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("source", o.source);
    v.key("destination", o.destination);
    v.arg("wherefrom", o.wherefrom);
    v.arg("whereto", o.whereto);
    v.arg("timeout", o.timeout);
  }
  bool once() const { return source != destination; }
  static bool served(const Reply& r) { return r.has_value(); }
  template <class F>
  void each_waited(F&& f) const {
    f(source);
  }
  void narrow(Text, Arena&) {}
};

/// BRPOPLPUSH: as RPOPLPUSH; waits for an element if the source is missing. https://redis.io/commands/brpoplpush
struct BRPopLPush {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{
      "brpoplpush", Flags::write | Flags::denyoom | Flags::noscript | Flags::blocking, Group::lists,
      "Moves the last element of a list to the front of another, waiting for one."};
  static constexpr ValueType waits_for = ValueType::list;
  Text source, destination;
  Timeout timeout;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("source", o.source);
    v.key("destination", o.destination);
    v.arg("timeout", o.timeout);
  }
  bool once() const { return source != destination; }
  static bool served(const Reply& r) { return r.has_value(); }
  template <class F>
  void each_waited(F&& f) const {
    f(source);
  }
  void narrow(Text, Arena&) {}
};

using ListOperations =
    Operations<LPush, RPush, LPushX, RPushX, LInsert, LSet, LLen, LRange, LIndex, LPos, LPop, RPop, LRem,
               LTrim, LMove, RPopLPush, LMPop, BLPop, BRPop, BLMPop, BLMove, BRPopLPush>;

}  // namespace playhead
