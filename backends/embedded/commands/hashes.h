#pragma once
#include <cmath>

#include "backends/embedded/commands/refill.h"
#include "backends/embedded/commands/sampling.h"
#include "backends/embedded/commands/scan_filter.h"
#include "backends/embedded/tx.h"
#include "engine/store/numbers.h"
#include "playhead/operations/hashes.h"

namespace playhead::embedded {

// ---- writing

template <class S>
std::int64_t put_fields(Tx<S>& t, std::uint16_t db, const HSet& c) {
  auto e = t.open(db, c.key, Type::hash);
  std::int64_t added = 0;
  for (const FieldValue& item : c.items)
    added += t.hput(e, Type::hash, item.field, [&](const Text*) { return std::optional<Text>(item.value); });
  return added;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HSet& c, HSet::Reply& r) {
  r = put_fields(t, db, c);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HMSet& c, HMSet::Reply&) {
  put_fields(t, db, c);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HSetNx& c, HSetNx::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  r = t.hput(e, Type::hash, c.field,
             [&](const Text* old) { return old == nullptr ? std::optional<Text>(c.value) : std::nullopt; });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HDel& c, HDel::Reply& r) {
  r = 0;
  auto e = t.open(db, c.key, Type::hash);
  for (Text field : c.fields) {
    if (!e.exists()) return;
    r += t.herase(e, field);
  }
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HIncrBy& c, HIncrBy::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  Text refusal;
  char digits[int64_text_size];
  t.hput(e, Type::hash, c.field, [&](const Text* old) -> std::optional<Text> {
    std::int64_t present = 0;
    if (old != nullptr && !parse_int64(*old, present))
      refusal = "ERR hash value is not an integer";
    else if (__builtin_add_overflow(present, c.increment, &r))
      refusal = "ERR increment or decrement would overflow";
    else
      return format_int64(r, digits);
    return std::nullopt;
  });
  if (!refusal.empty()) refuse(refusal);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HIncrByFloat& c, HIncrByFloat::Reply& r) {
  long double increment = 0;
  if (!parse_long_double(c.increment, increment)) refuse("ERR value is not a valid float");
  if (std::isinf(increment)) refuse("ERR value is NaN or Infinity");
  auto e = t.open(db, c.key, Type::hash);
  Text refusal;
  t.hput(e, Type::hash, c.field, [&](const Text* old) -> std::optional<Text> {
    long double value = 0;
    if (old != nullptr && !parse_long_double(*old, value)) {
      refusal = "ERR hash value is not a float";
      return std::nullopt;
    }
    value += increment;
    if (std::isnan(value) || std::isinf(value)) {
      refusal = "ERR increment would produce NaN or Infinity";
      return std::nullopt;
    }
    r = format_long_double_human(value);
    return Text(r);
  });
  if (!refusal.empty()) refuse(refusal);
}

// ---- reading

/// The value of a field of a key that may be missing.
template <class S>
std::optional<Text> field_value(Tx<S>& t, typename Tx<S>::Entry& e, Text field) {
  return e.exists() ? t.hget(e, field) : std::nullopt;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HGet& c, HGet::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  refill(r, field_value(t, e, c.field));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HStrLen& c, HStrLen::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  auto value = field_value(t, e, c.field);
  r = value ? static_cast<std::int64_t>(value->size()) : 0;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HExists& c, HExists::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  r = field_value(t, e, c.field).has_value();
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HMGet& c, HMGet::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  r.resize(c.fields.size());
  for (std::size_t i = 0; i < r.size(); ++i) refill(r[i], field_value(t, e, c.fields[i]));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HLen& c, HLen::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  r = static_cast<std::int64_t>(t.size(e));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HGetAll& c, HGetAll::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  Refill out(r.items, t.size(e));
  if (!e.exists()) return;
  t.hwalk(e, [&](Text field, Text value) {
    out.add(field, value);
    return true;
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HKeys& c, HKeys::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  Refill out(r, t.size(e));
  if (!e.exists()) return;
  t.hwalk(e, [&](Text field, Text) {
    out.add(field);
    return true;
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HVals& c, HVals::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  Refill out(r, t.size(e));
  if (!e.exists()) return;
  t.hwalk(e, [&](Text, Text value) {
    out.add(value);
    return true;
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HRandField& c, HRandField::Reply& r) {
  r.items.clear();
  auto e = t.open(db, c.key, Type::hash);
  if (!e.exists()) return;
  auto pick = [&](std::uint64_t random, auto&& f) { t.hpick(e, random, f); };
  auto walk = [&](auto&& f) { t.hwalk(e, f); };
  std::int64_t count = c.count.value_or(1);
  if (count >= 0) {
    sample_distinct(t.size(e), static_cast<std::size_t>(count), pick, walk, [&](Text field, Text value) {
      r.items.emplace_back(field, c.withvalues ? value : Text());
    });
    return;
  }
  r.items.resize(repeated_count(count));
  sample_repeated(t.size(e), r.items.size(), pick, walk, [&](std::size_t i, Text field, Text value) {
    r.items[i].first = field;
    if (c.withvalues) r.items[i].second = value;
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const HScan& c, HScan::Reply& r) {
  auto e = t.open(db, c.key, Type::hash);
  r.cursor = 0;
  Refill out(r.items);
  if (!e.exists()) return;
  c.fault.check();
  ScanFilter filter(c.match, c.count);
  r.cursor = t.hscan(e, c.cursor, filter.count(), [&](Text field, Text value) {
    if (filter.keeps(field)) out.add(field, value);
  });
}

}  // namespace playhead::embedded
