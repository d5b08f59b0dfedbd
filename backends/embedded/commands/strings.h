#pragma once
#include <cmath>
#include <cstring>

#include "backends/embedded/tx.h"
#include "engine/store/expiry.h"
#include "engine/store/lcs.h"
#include "engine/store/numbers.h"
#include "playhead/operations/strings.h"

namespace playhead::embedded {

inline constexpr Text not_an_integer = "ERR value is not an integer or out of range";

inline void assign(std::optional<std::string>& out, Text v) {
  if (out) {
    out->clear();  // cheaper than assign(), which looks whether v lies within *out
    out->append(v);
  } else {
    out.emplace(v);
  }
}

template <class S>
void read_string(Tx<S>& t, typename Tx<S>::Entry& e, std::optional<std::string>& r) {
  if (!e.exists())
    r.reset();
  else if (e.type() != Type::string)
    refuse(wrong_type);
  else
    assign(r, t.value(e));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Get& c, Get::Reply& r) {
  auto e = t.open(db, c.key);
  read_string(t, e, r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Set& c, Set::Reply& r) {
  r.set = false;
  r.old.reset();
  auto e = t.open(db, c.key);
  Millis deadline = c.expiry.named() ? c.expiry.deadline(t.now(), "set") : 0;
  if (c.get) read_string(t, e, r.old);
  if ((c.nx && e.exists()) || (c.xx && !e.exists())) return;
  if (c.expiry.keepttl) deadline = e.deadline();
  r.set = true;
  if (deadline != 0 && deadline <= t.now()) {  // EXAT in the past: the key goes at once
    if (e.exists()) t.remove(e);
    return;
  }
  t.set(e, c.value, deadline);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const GetEx& c, GetEx::Reply& r) {
  auto e = t.open(db, c.key);
  read_string(t, e, r);
  if (!r) return;
  c.fault.check();
  Millis deadline = c.expiry.named() ? c.expiry.deadline(t.now(), "getex") : 0;
  if (deadline != 0 && deadline <= t.now())
    t.remove(e);
  else if (deadline != 0 || (c.expiry.persist && e.deadline() != 0))
    t.deadline(e, deadline);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const GetDel& c, GetDel::Reply& r) {
  auto e = t.open(db, c.key);
  read_string(t, e, r);
  if (r) t.remove(e);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const GetSet& c, GetSet::Reply& r) {
  auto e = t.open(db, c.key);
  read_string(t, e, r);
  t.set(e, c.value, 0);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SetNx& c, bool& r) {
  auto e = t.open(db, c.key);
  r = !e.exists();
  if (r) t.set(e, c.value, 0);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SetEx& c, Ok&) {
  auto e = t.open(db, c.key);
  t.set(e, c.value, deadline_of(c.seconds, 1000, false, t.now(), true, "setex"));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const PSetEx& c, Ok&) {
  auto e = t.open(db, c.key);
  t.set(e, c.value, deadline_of(c.milliseconds, 1, false, t.now(), true, "psetex"));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const MGet& c, MGet::Reply& r) {
  r.resize(c.keys.size());
  for (std::size_t i = 0; i < c.keys.size(); ++i) {
    auto e = t.open(db, c.keys[i]);
    if (e.type() == Type::string)
      assign(r[i], t.value(e));
    else
      r[i].reset();
  }
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const MSet& c, Ok&) {
  for (const KeyValue& item : c.items) {
    auto e = t.open(db, item.key);
    t.set(e, item.value, 0);
  }
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const MSetNx& c, bool& r) {
  r = false;
  for (const KeyValue& item : c.items)
    if (t.open(db, item.key).exists()) return;
  r = true;
  Ok ok;
  exec(t, db, MSet{c.items}, ok);
}

// ---- numbers

template <class S>
void increment(Tx<S>& t, std::uint16_t db, Text key, std::int64_t by, std::int64_t& r) {
  auto e = t.open(db, key, Type::string);
  std::int64_t old = 0;
  if (e.exists() && !parse_int64(t.value(e), old)) refuse(not_an_integer);
  std::int64_t sum = 0;
  if (__builtin_add_overflow(old, by, &sum)) refuse("ERR increment or decrement would overflow");
  char buffer[int64_text_size];
  t.set(e, format_int64(sum, buffer), e.deadline());
  r = sum;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Incr& c, std::int64_t& r) {
  increment(t, db, c.key, 1, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Decr& c, std::int64_t& r) {
  increment(t, db, c.key, -1, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const IncrBy& c, std::int64_t& r) {
  increment(t, db, c.key, c.increment, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const DecrBy& c, std::int64_t& r) {
  if (c.decrement == INT64_MIN) refuse("ERR decrement would overflow");
  increment(t, db, c.key, -c.decrement, r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const IncrByFloat& c, std::string& r) {
  auto e = t.open(db, c.key, Type::string);
  long double old = 0, by = 0;
  if ((e.exists() && !parse_long_double(t.value(e), old)) || !parse_long_double(c.increment, by))
    refuse("ERR value is not a valid float");
  long double sum = old + by;
  if (std::isnan(sum) || std::isinf(sum)) refuse("ERR increment would produce NaN or Infinity");
  r = format_long_double_human(sum);
  t.set(e, r, e.deadline());
}

// ---- parts

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Append& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::string);
  std::size_t old = t.size(e);
  check_text_size(old + c.value.size());
  if (!e.exists()) {
    t.set(e, c.value, 0);
  } else {
    char* bytes = t.edit(e, old + c.value.size());
    if (!c.value.empty()) std::memcpy(bytes + old, c.value.data(), c.value.size());
  }
  r = static_cast<std::int64_t>(old + c.value.size());
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const StrLen& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::string);
  r = static_cast<std::int64_t>(t.size(e));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const GetRange& c, std::string& r) {
  r.clear();
  auto e = t.open(db, c.key, Type::string);
  if (!e.exists()) return;
  Text v = t.value(e);
  auto size = static_cast<std::int64_t>(v.size());
  std::int64_t start = c.start, end = c.end;
  if (start < 0 && end < 0 && start > end) return;
  if (start < 0) start = std::max<std::int64_t>(start + size, 0);
  if (end < 0) end = std::max<std::int64_t>(end + size, 0);
  end = std::min(end, size - 1);
  if (start > end || size == 0) return;
  r.assign(v.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start + 1)));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SubStr& c, std::string& r) {
  exec(t, db, static_cast<const GetRange&>(c), r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SetRange& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::string);
  std::size_t old = t.size(e);
  r = static_cast<std::int64_t>(old);
  if (c.value.empty()) return;
  auto offset = static_cast<std::size_t>(c.offset);
  check_text_size(offset > max_text ? offset : offset + c.value.size());
  char* bytes = t.edit(e, std::max(old, offset + c.value.size()));
  std::memcpy(bytes + offset, c.value.data(), c.value.size());
  r = static_cast<std::int64_t>(std::max(old, offset + c.value.size()));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Lcs& c, Lcs::Reply& r) {
  auto read = [&](Text key) {
    auto e = t.open(db, key);
    if (e.exists() && e.type() != Type::string) refuse("ERR The specified keys must contain string values");
    return e.exists() ? std::string(t.value(e)) : std::string();
  };
  std::string a = read(c.key1), b = read(c.key2);
  c.check_options();
  // Redis's table has four bytes for each pair of prefixes; less would do here, but what is refused is the same.
  if (4 * std::uint64_t{a.size() + 1} * (b.size() + 1) > max_text)
    refuse("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
  r = {};
  if (c.len && !c.idx) {
    r.length = static_cast<std::int64_t>(lcs_length(a, b));
    return;
  }
  LcsResult found = longest_common_subsequence(
      a, b, static_cast<std::size_t>(std::max<std::int64_t>(c.minmatchlen.value_or(0), 0)));
  r.length = static_cast<std::int64_t>(found.length);
  r.text = std::move(found.string);
  auto n = [](std::size_t x) { return static_cast<std::int64_t>(x); };
  for (const LcsStretch& m : found.matches)
    r.matches.push_back({n(m.a_first), n(m.a_last), n(m.b_first), n(m.b_last)});
}

}  // namespace playhead::embedded
