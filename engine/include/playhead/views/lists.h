#pragma once
// Lists: typed calls of the operations in operations/lists.h, where results and costs are told.
#include "playhead/store.h"
#include "playhead/views/arguments.h"
#include "playhead/views/waiting.h"

namespace playhead {

/// The lists of one database. Refers to the store, which must outlive it. As thread-safe as the store. All
/// methods throw Error; a key that holds another type is refused with "WRONGTYPE ...". Indexes count from 0,
/// negative ones from the end.
class Lists {
 public:
  using Items = std::vector<std::string>;

  explicit Lists(Store& store, std::optional<std::uint16_t> db = {})
      : store_(store), db_(db.value_or(store.database())) {}

  /// The new length; the last element named comes first.
  std::int64_t lpush(Text key, Arguments<Text> elements) { return run(LPush{key, elements}); }
  std::int64_t rpush(Text key, Arguments<Text> elements) { return run(RPush{{key, elements}}); }
  /// 0: there is no such list, and nothing was done.
  std::int64_t lpushx(Text key, Arguments<Text> elements) { return run(LPushX{{key, elements}}); }
  std::int64_t rpushx(Text key, Arguments<Text> elements) { return run(RPushX{{key, elements}}); }
  /// The new length; 0: no such key, -1: no such pivot.
  std::int64_t linsert(Text key, LInsert::Where where, Text pivot, Text element) {
    return run(LInsert{key, where, pivot, element});
  }
  void lset(Text key, std::int64_t index, Text element) { run(LSet{key, index, element}); }

  std::int64_t llen(Text key) const { return run(LLen{key}); }
  /// Elements start..stop, both inclusive.
  Items lrange(Text key, std::int64_t start, std::int64_t stop) const {
    return run(LRange{key, start, stop});
  }
  /// As lrange(), reusing the memory of `into`.
  void lrange(Text key, std::int64_t start, std::int64_t stop, Items& into) const {
    store_.run(LRange{key, start, stop}, into, db_);
  }
  std::optional<std::string> lindex(Text key, std::int64_t index) const { return run(LIndex{key, index}); }
  /// The index of the first element that equals `element`. `rank` 2 gives the second one, -1 the last one;
  /// `maxlen` 0 searches all.
  std::optional<std::int64_t> lpos(Text key, Text element, std::int64_t rank = 1,
                                   std::int64_t maxlen = 0) const {
    auto found = run(LPos{key, element, rank, {}, maxlen});
    if (found.empty()) return {};
    return found.front();
  }
  /// The indexes of at most `count` of them, of all if it is 0.
  std::vector<std::int64_t> lpos_all(Text key, Text element, std::int64_t count = 0, std::int64_t rank = 1,
                                     std::int64_t maxlen = 0) const {
    return run(LPos{key, element, rank, count, maxlen});
  }

  std::optional<std::string> lpop(Text key) { return run(LPop{key, {}}).element; }
  std::optional<std::string> rpop(Text key) { return run(RPop{{key, {}}}).element; }
  /// At most so many elements; none if the key is missing.
  Items lpop(Text key, std::int64_t count) { return run(LPop{key, count}).elements.value_or(Items{}); }
  Items rpop(Text key, std::int64_t count) { return run(RPop{{key, count}}).elements.value_or(Items{}); }
  /// Removes the first `count` elements that equal one, the last -count, or all if it is 0. How many there
  /// were.
  std::int64_t lrem(Text key, std::int64_t count, Text element) { return run(LRem{key, count, element}); }
  /// Keeps only elements start..stop.
  void ltrim(Text key, std::int64_t start, std::int64_t stop) { run(LTrim{key, start, stop}); }

  std::optional<std::string> lmove(Text source, Text destination, ListEnd wherefrom, ListEnd whereto) {
    return run(LMove{source, destination, wherefrom, whereto});
  }
  std::optional<std::string> rpoplpush(Text source, Text destination) {
    return run(RPopLPush{source, destination});
  }
  std::optional<PoppedElements> lmpop(Arguments<Text> keys, ListEnd where, std::int64_t count = 1) {
    return run(LMPop{keys, where, count});
  }

  // These wait on the calling thread for at most `timeout` milliseconds, 0 for ever; nothing: it has passed.
  std::optional<PoppedElement> blpop(Arguments<Text> keys, Millis timeout = 0) {
    return wait(BLPop{keys, {timeout}});
  }
  std::optional<PoppedElement> brpop(Arguments<Text> keys, Millis timeout = 0) {
    return wait(BRPop{{keys, {timeout}}});
  }
  std::optional<PoppedElements> blmpop(Arguments<Text> keys, ListEnd where, std::int64_t count = 1,
                                       Millis timeout = 0) {
    return wait(BLMPop{{timeout}, keys, where, count});
  }
  std::optional<std::string> blmove(Text source, Text destination, ListEnd wherefrom, ListEnd whereto,
                                    Millis timeout = 0) {
    return wait(BLMove{source, destination, wherefrom, whereto, {timeout}});
  }
  std::optional<std::string> brpoplpush(Text source, Text destination, Millis timeout = 0) {
    return wait(BRPopLPush{source, destination, {timeout}});
  }

 private:
  template <class Op>
  typename Op::Reply run(const Op& op) const {
    return store_.run(op, db_);
  }
  template <class Op>
  typename Op::Reply wait(const Op& op) const {
    return wait_for(store_, op, db_);
  }
  Store& store_;
  std::uint16_t db_;
};

}  // namespace playhead
