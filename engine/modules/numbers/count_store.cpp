#include "playhead/modules/count_store.h"

#include <algorithm>
#include <array>

#include "engine/modules/procedures/sharded_counts.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr std::size_t page_size = 1000, most_drifts = 10'000;

// counts.settle  keys: the shard of each id; arguments: time, then id, expected, count of each -> how many were as
// expected, for each 1 or 0; those are set
constexpr Text settle_text = R"lua(
local out = {}
for i = 1, #KEYS do
  local id, expected, count = ARGV[3 * i - 1], tonumber(ARGV[3 * i]), ARGV[3 * i + 1]
  if tonumber(redis.call('ZSCORE', KEYS[i], id) or 0) ~= expected then
    out[i] = 0
  else
    out[i] = 1
    if count == '0' then redis.call('ZREM', KEYS[i], id) else redis.call('ZADD', KEYS[i], count, id) end
  end
end
return out
)lua";

Value settle_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  std::vector<Value> out;
  for (Text key : keys) {
    Text id = in.text();
    double expected = in.real(), count = in.real();
    bool same = unit.run(ZScore{key, id}, db).value_or(0) == expected;
    out.push_back(Value::integer(same ? 1 : 0));
    if (!same) continue;
    ScoreMember item{count, id};
    if (count == 0)
      run_for_effect(unit, ZRem{key, {&id, 1}}, db);
    else
      run_for_effect(unit, ZAdd{key, {&item, 1}}, db);
  }
  return Value::array(std::move(out));
}

const Procedure settle_counts{"counts.settle", settle_body, lua_script<settle_text>};

std::vector<Text> texts_of(const std::vector<std::string>& ids) {
  return {ids.begin(), ids.end()};
}

std::vector<std::int64_t> truth_of(const TrueCounts& truth, List<Text> ids) {
  auto counts = truth(ids);
  if (counts.size() == ids.size()) return counts;
  throw Error(ErrorCode::invalid, "the source of true counts gave " + std::to_string(counts.size()) +
                                      " counts for " + std::to_string(ids.size()) + " ids");
}

/// The ids whose count is not the true one.
std::vector<Drift> look(const Namespace& space, Text kind, List<Text> ids, const TrueCounts& truth) {
  std::vector<Drift> out;
  auto stored = counts::read_counts(space, kind, ids);
  auto wanted = truth_of(truth, ids);
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (stored[i] != wanted[i]) out.push_back({std::string(ids[i]), stored[i], wanted[i], false});
  return out;
}

bool unreachable(const Error& e) {
  return e.code() == ErrorCode::unavailable || e.code() == ErrorCode::timeout ||
         e.code() == ErrorCode::closed;
}

}  // namespace

CountStore::CountStore(Namespace space, std::optional<Namespace> replica)
    : space_(std::move(space)), replica_(std::move(replica)) {}

template <class F>
auto CountStore::read(F&& f) {
  try {
    return f(space_);
  } catch (const Error& e) {
    if (!replica_ || !unreachable(e)) throw;
  }
  return f(*replica_);
}

std::int64_t CountStore::get(Text kind, Text id) {
  return get(kind, List<Text>{&id, 1}).at(0);
}

std::vector<std::int64_t> CountStore::get(Text kind, List<Text> ids) {
  check_id("kind", kind);
  for (Text id : ids) check_id("id", id);
  return read([&](const Namespace& space) { return counts::read_counts(space, kind, ids); });
}

std::vector<std::int64_t> CountStore::get_all(Text id, List<Text> kinds) {
  check_id("id", id);
  for (Text kind : kinds) check_id("kind", kind);
  if (kinds.empty()) return {};
  return read([&](const Namespace& space) {
    Batch batch(space.db());
    for (Text kind : kinds) {
      std::string key = counts::count_key(space, kind, id);
      batch.add(ZScore{key, id});
    }
    space.store().perform(batch);
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < kinds.size(); ++i)
      out.push_back(static_cast<std::int64_t>(batch.reply<ZScore>(i).value_or(0)));
    return out;
  });
}

std::int64_t CountStore::increment(Text kind, Text id, std::int64_t by) {
  check_id("kind", kind);
  check_id("id", id);
  check_range("by", by, -1'000'000'000'000, 1'000'000'000'000);
  std::string key = counts::count_key(space_, kind, id);
  return static_cast<std::int64_t>(space_.run(ZIncrBy{key, static_cast<double>(by), id}));
}

void CountStore::set(Text kind, Text id, std::int64_t count) {
  check_id("kind", kind);
  check_id("id", id);
  check_range("count", count, -1'000'000'000'000'000, 1'000'000'000'000'000);
  std::string key = counts::count_key(space_, kind, id);
  ScoreMember item{static_cast<double>(count), id};
  if (count == 0)
    space_.run(ZRem{key, {&id, 1}});
  else
    space_.run(ZAdd{key, {&item, 1}});
}

std::vector<CountedId> CountStore::top(Text kind, std::int64_t limit) {
  check_id("kind", kind);
  check_range("limit", limit, 1, 1000);
  std::vector<CountedId> out;
  for (ScoredMember& item :
       read([&](const Namespace& space) { return counts::greatest_counts(space, kind, limit); }))
    out.push_back({std::move(item.member), static_cast<std::int64_t>(item.score)});
  return out;
}

// ---- reconcile

void CountStore::check_page(Text kind, const std::vector<std::string>& ids, const TrueCounts& truth,
                            bool repair, ReconcileReport& report) {
  if (ids.empty()) return;
  report.checked += static_cast<std::int64_t>(ids.size());
  auto first = look(space_, kind, texts_of(ids), truth);
  if (first.empty()) return;
  std::vector<Text> suspects;
  for (const Drift& drift : first) suspects.push_back(drift.id);
  std::vector<Drift> sure;
  for (Drift& again : look(space_, kind, suspects, truth))
    for (const Drift& before : first)
      if (before.id == again.id && before.stored == again.stored && before.truth == again.truth) {
        sure.push_back(std::move(again));
        break;
      }
  report.moving += static_cast<std::int64_t>(first.size() - sure.size());
  if (repair && !sure.empty()) {
    std::vector<std::string> keys;
    ArgumentWriter args(space_.time());
    for (const Drift& drift : sure) {
      keys.push_back(counts::count_key(space_, kind, drift.id));
      args.text(drift.id).integer(drift.stored).integer(drift.truth);
    }
    Value reply = space_.invoke(settle_counts, texts_of(keys), args);
    for (std::size_t i = 0; i < sure.size(); ++i) sure[i].repaired = list_of(reply).at(i).to_integer() == 1;
  }
  for (Drift& drift : sure) {
    if (repair && !drift.repaired) {
      ++report.moving;
      continue;
    }
    ++report.drifted;
    report.repaired += drift.repaired ? 1 : 0;
    if (report.drifts.size() < most_drifts) report.drifts.push_back(std::move(drift));
  }
}

ReconcileReport CountStore::reconcile(Text kind, const TrueCounts& truth, const NextIds& next_ids,
                                      bool repair) {
  check_id("kind", kind);
  ReconcileReport report;
  for (int shard = 0; shard < counts::count_shards; ++shard) {
    std::string key = counts::count_shard_key(space_, kind, shard);
    std::uint64_t cursor = 0;
    do {
      ZScan scan{key, cursor};
      scan.count = static_cast<std::int64_t>(page_size);
      auto page = space_.run(scan);
      cursor = page.cursor;
      std::vector<std::string> ids;
      for (ScoredMember& item : page.items) ids.push_back(std::move(item.member));
      std::sort(ids.begin(), ids.end());
      ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
      check_page(kind, ids, truth, repair, report);
    } while (cursor != 0);
  }
  while (next_ids) {
    auto ids = next_ids();
    if (ids.empty()) break;
    check_range("the number of ids", static_cast<std::int64_t>(ids.size()), 1, page_size);
    // Those that the store knows have been looked at already.
    auto stored = counts::read_counts(space_, kind, texts_of(ids));
    std::vector<std::string> unknown;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      check_id("id", ids[i]);
      if (stored[i] == 0) unknown.push_back(std::move(ids[i]));
    }
    check_page(kind, unknown, truth, repair, report);
  }
  return report;
}

List<Procedure> CountStore::procedures() {
  static const std::array all = {settle_counts};
  return all;
}

}  // namespace playhead
