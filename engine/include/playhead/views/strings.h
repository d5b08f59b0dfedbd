#pragma once
// Strings: typed calls of the operations in operations/strings.h, where results and costs are told.
#include "playhead/store.h"
#include "playhead/views/arguments.h"

namespace playhead {

/// When a SET takes effect.
enum class SetIf : std::uint8_t { missing, exists };

/// The strings of one database. Refers to the store, which must outlive it. As thread-safe as the store. All
/// methods throw Error; a key that holds another type is refused with "WRONGTYPE ...".
class Strings {
 public:
  explicit Strings(Store& store, std::optional<std::uint16_t> db = {})
      : store_(store), db_(db.value_or(store.database())) {}

  std::optional<std::string> get(Text key) const { return run(Get{key}); }
  /// As get(), reusing the memory of `into`.
  void get(Text key, std::optional<std::string>& into) const { store_.run(Get{key}, into, db_); }
  /// Whatever the key held goes, and its deadline too unless `expiry` says otherwise: {.px = 500}.
  void set(Text key, Text value, const Expiry& expiry = {}) {
    run(Set{.key = key, .value = value, .expiry = expiry});
  }
  /// False: the key is not as it should be, and was left as it is.
  bool set(Text key, Text value, SetIf when, const Expiry& expiry = {}) {
    return run(Set{.key = key,
                   .value = value,
                   .nx = when == SetIf::missing,
                   .xx = when == SetIf::exists,
                   .expiry = expiry})
        .set;
  }
  /// Sets; gives what was there.
  std::optional<std::string> exchange(Text key, Text value, const Expiry& expiry = {}) {
    return run(Set{.key = key, .value = value, .get = true, .expiry = expiry}).old;
  }
  std::optional<std::string> getdel(Text key) { return run(GetDel{key}); }
  /// The value; its deadline is set, or taken away: {.persist = true}.
  std::optional<std::string> getex(Text key, const Expiry& expiry) { return run(GetEx{key, expiry}); }
  /// A value for each key; nothing for keys that are missing or hold no string.
  std::vector<std::optional<std::string>> mget(Arguments<Text> keys) const { return run(MGet{keys}); }
  void mset(Arguments<KeyValue> items) { run(MSet{items}); }
  /// False: one of the keys exists, and nothing was set.
  bool msetnx(Arguments<KeyValue> items) { return run(MSetNx{items}); }

  /// The new number. A missing key counts as 0; refused if the value is no integer or the result overflows.
  std::int64_t incrby(Text key, std::int64_t increment = 1) { return run(IncrBy{key, increment}); }
  std::int64_t decrby(Text key, std::int64_t decrement = 1) { return run(DecrBy{key, decrement}); }
  /// Decimal text in and out: exact to the precision of a long double.
  std::string incrbyfloat(Text key, Text increment) { return run(IncrByFloat{key, increment}); }
  /// The same in doubles.
  double incrbyfloat(Text key, double increment) {
    Arena arena;
    return Value::bulk(incrbyfloat(key, syntax::print(increment, arena))).to_real();
  }

  /// The new length in bytes.
  std::int64_t append(Text key, Text value) { return run(Append{key, value}); }
  std::int64_t strlen(Text key) const { return run(StrLen{key}); }
  /// Bytes start..end, both inclusive, negative ones from the end.
  std::string getrange(Text key, std::int64_t start, std::int64_t end) const {
    return run(GetRange{key, start, end});
  }
  /// The new length; a gap is filled with zero bytes.
  std::int64_t setrange(Text key, std::int64_t offset, Text value) {
    return run(SetRange{key, offset, value});
  }
  /// The longest common subsequence of two strings.
  std::string lcs(Text key1, Text key2) const { return run(Lcs{key1, key2}).text; }
  std::int64_t lcs_length(Text key1, Text key2) const {
    Lcs op{key1, key2};
    op.len = true;
    return run(op).length;
  }

 private:
  template <class Op>
  typename Op::Reply run(const Op& op) const {
    return store_.run(op, db_);
  }
  Store& store_;
  std::uint16_t db_;
};

}  // namespace playhead
