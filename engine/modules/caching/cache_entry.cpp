#include "engine/modules/caching/cache_entry.h"

#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead::caching {

namespace {

Millis number(const std::string& text) {
  std::int64_t n = 0;
  if (!parse_int64(text, n))
    throw Error(ErrorCode::corrupt, "a cache entry holds no number where one belongs");
  return n;
}

/// A field by its name of one letter.
void fill(CacheEntry& e, char field, std::string& value) {
  switch (field) {
    case 'v':
      e.value = std::move(value);
      return;
    case 'n':
      e.null = true;
      return;
    case 'f':
      e.fresh_until = number(value);
      return;
    case 'h':
      e.shown_until = number(value);
      return;
    case 'a':
      e.ahead_from = number(value);
      return;
    case 'd':
      e.took = number(value);
      return;
    case 's':
      e.known = number(value);
      return;
    case 'l':
      e.lease = std::move(value);
      return;
    case 'u':
      e.lease_until = number(value);
      return;
    case 'q':
      e.lease_known = number(value);
      return;
    case 'x':
      e.writers = std::move(value);
      return;
    case 'w':
      e.waiters = number(value);
      return;
    case 'e':
      e.paused_until = number(value);
      return;
    default:
      throw Error(ErrorCode::corrupt, "a cache entry has a field that none has");
  }
}

}  // namespace

Storing::Storing(ArgumentReader& in)
    : receipt(in.text()),
      kind(in.text()),
      value(in.text()),
      ttl(in.integer()),
      stale(in.integer()),
      ahead(in.integer()),
      took(in.integer()) {
  for (std::int64_t count = in.integer(); count > 0; --count) tags.push_back(in.text());
}

CacheEntry CacheEntries::read(Text key) {
  CacheEntry e;
  for (auto& [field, value] : unit_.run(HGetAll{key}, db_).items) {
    if (field.starts_with('#'))
      e.tags.push_back(field.substr(1));
    else
      fill(e, field.size() == 1 ? field[0] : '?', value);
  }
  return e;
}

bool CacheEntries::untouched(const std::vector<std::string>& tags, Millis known) {
  for (const std::string& tag : tags) {
    auto hit = unit_.run(ZScore{tags_, tag}, db_);
    if (hit && *hit > static_cast<double>(known)) return false;
  }
  return true;
}

bool CacheEntries::valid(const CacheEntry& e) {
  return e.filled() && e.shown_until > now_ && untouched(e.tags, e.known);
}

Millis CacheEntries::last() {
  ZRevRange highest{tags_, 0, 0, true};
  auto items = unit_.run(highest, db_);
  return items.empty() ? 0 : static_cast<Millis>(items[0].score);
}

void CacheEntries::set(Text key, std::initializer_list<FieldValue> fields) {
  run_for_effect(unit_, HSet{key, List<FieldValue>(fields.begin(), fields.size())}, db_);
}

void CacheEntries::remove(Text key) {
  run_for_effect(unit_, Del{{&key, 1}}, db_);
}

void CacheEntries::keep(Text key, Millis left) {
  PExpire expire;
  expire.key = key;
  expire.time = left + slack_;
  run_for_effect(unit_, expire, db_);
}

void CacheEntries::wake(Text signal, std::int64_t waiters) {
  Text token;
  RPush push;
  push.key = signal;
  push.elements = {&token, 1};
  for (std::int64_t i = 0; i < waiters; ++i) run_for_effect(unit_, push, db_);
  if (waiters > 0) keep(signal, 0);
}

std::int64_t CacheEntries::store(Text key, Text signal, const Storing& what) {
  CacheEntry e = read(key);
  if (!what.receipt.empty() && e.lease != what.receipt) return 0;
  Millis known = what.receipt.empty() ? last() : e.lease_known;
  remove(key);
  wake(signal, e.waiters);
  if (!what.receipt.empty() && e.writers == "2") return 1;
  std::vector<std::string> tags(what.tags.begin(), what.tags.end());
  if (!untouched(tags, known)) return 0;
  if (what.kind == "-") return 1;
  set(key, {{what.kind, what.kind == "v" ? what.value : Text("1")},
            {"f", std::to_string(now_ + what.ttl)},
            {"h", std::to_string(now_ + what.ttl + what.stale)},
            {"a", std::to_string(now_ + what.ttl - what.ahead)},
            {"d", std::to_string(what.took)},
            {"s", std::to_string(known)}});
  for (const std::string& tag : tags) set(key, {{"#" + tag, ""}});
  keep(key, what.ttl + what.stale);
  return 1;
}

}  // namespace playhead::caching
