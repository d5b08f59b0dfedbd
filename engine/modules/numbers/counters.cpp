#include "playhead/modules/counters.h"

#include <algorithm>
#include <array>

#include "engine/modules/numbers/counter_procedures.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr Millis latest_time = Millis{1} << 50, minute_ms = 60'000;
constexpr std::int64_t greatest_value = 1'000'000'000'000, largest_ring = 10'000;
constexpr Millis current_window = -1;  // for counters.range

std::size_t index_of(Granularity g) {
  return static_cast<std::size_t>(g);
}

std::int64_t ring_size(const CounterOptions& o, Granularity g) {
  const std::int64_t sizes[] = {1, o.minutes, o.hours, o.days, o.months};
  return sizes[index_of(g)];
}

std::string windows_key(const Namespace& space, const CounterOptions& o, Text counter) {
  check_id("counter", counter);
  std::string sizes;
  for (std::int64_t n : {o.minutes, o.hours, o.days, o.months, o.utc_offset_minutes})
    sizes += std::to_string(n) + ".";
  return space.keys().key("counter", counter, {o.name, sizes});
}

std::string shard_key(const Namespace& space, const CounterOptions& o, int shard, Text what) {
  return space.keys().key("counters", std::to_string(shard),
                          {o.name, std::to_string(o.utc_offset_minutes), what});
}

int shard_of(Text counter) {
  return KeyCodec::bucket_of(counter) % numbers::counter_shards;
}

std::string ranking_name(std::size_t g, int side) {
  return std::string(numbers::granularity_names[g]) + std::to_string(side);
}

Millis begin_of(Granularity g, std::int64_t window, Millis offset) {
  constexpr Millis lengths[] = {0, minute_ms, 60 * minute_ms, 1440 * minute_ms};
  if (g == Granularity::total) return 0;
  if (g == Granularity::month) return numbers::first_day_of_month(window) * 1440 * minute_ms - offset;
  return window * lengths[index_of(g)] - offset;
}

void check_time(Text name, std::optional<Millis> at) {
  if (at) check_range(name, *at, 1, latest_time);
}

}  // namespace

Counters::Counters(Namespace space, CounterOptions options)
    : space_(std::move(space)), options_(std::move(options)) {
  check_id("name", options_.name);
  check_range("minutes", options_.minutes, 1, largest_ring);
  check_range("hours", options_.hours, 1, largest_ring);
  check_range("days", options_.days, 1, largest_ring);
  check_range("months", options_.months, 1, largest_ring);
  check_range("utc_offset_minutes", options_.utc_offset_minutes, -1080, 1080);
}

Counted Counters::increment(Text counter, std::int64_t value, std::optional<Millis> at) {
  check_range("value", value, -greatest_value, greatest_value);
  check_time("at", at);
  const int shard = shard_of(counter);
  std::vector<std::string> keys = {windows_key(space_, options_, counter),
                                   shard_key(space_, options_, shard, "held")};
  for (std::size_t g = 0; g < numbers::granularities; ++g)
    for (int side : {0, 1}) keys.push_back(shard_key(space_, options_, shard, ranking_name(g, side)));
  ArgumentWriter args(space_.time());
  args.text(counter).integer(value).integer(at.value_or(0)).integer(options_.utc_offset_minutes * minute_ms);
  args.integer(options_.minutes).integer(options_.hours).integer(options_.days).integer(options_.months);
  std::vector<Text> names(keys.begin(), keys.end());
  Value reply = space_.invoke(numbers::add_count, names, args);
  auto count = [&](std::size_t i) -> std::optional<std::int64_t> {
    const Value& part = list_of(reply).at(i);
    if (part.is_text()) return std::nullopt;
    return part.to_integer();
  };
  return {count(0), count(1), count(2), count(3), count(4)};
}

std::vector<WindowCount> Counters::read(Text counter, Granularity granularity, Millis from, Millis to) {
  std::string key = windows_key(space_, options_, counter);
  const Millis offset = options_.utc_offset_minutes * minute_ms;
  ArgumentWriter args(space_.time());
  args.integer(static_cast<std::int64_t>(granularity)).integer(ring_size(options_, granularity));
  args.integer(from).integer(to).integer(offset);
  Value reply = space_.invoke(numbers::read_counts, {key}, args);
  const auto& parts = list_of(reply);
  std::int64_t window = parts.at(0).to_integer();
  std::vector<WindowCount> out;
  for (std::size_t i = 1; i < parts.size(); ++i, ++window)
    out.push_back({begin_of(granularity, window, offset), parts[i].to_integer()});
  return out;
}

std::vector<WindowCount> Counters::get_count(Text counter, Granularity granularity,
                                             std::optional<Millis> from, std::optional<Millis> to) {
  check_time("from", from);
  check_time("to", to);
  return read(counter, granularity, from.value_or(0), to.value_or(0));
}

std::int64_t Counters::current(Text counter, Granularity granularity) {
  auto windows = read(counter, granularity, current_window, 0);
  return windows.at(0).count;
}

std::vector<TopCounter> Counters::get_top_counters(Granularity granularity, std::int64_t limit,
                                                   std::optional<Millis> at) {
  check_range("limit", limit, 1, 1000);
  check_time("at", at);
  const std::size_t g = index_of(granularity);
  std::vector<std::string> keys;
  for (int shard = 0; shard < numbers::counter_shards; ++shard) {
    keys.push_back(shard_key(space_, options_, shard, "held"));
    for (int side : {0, 1}) keys.push_back(shard_key(space_, options_, shard, ranking_name(g, side)));
  }
  ArgumentWriter args(space_.time());
  args.integer(static_cast<std::int64_t>(g)).integer(at.value_or(0));
  args.integer(options_.utc_offset_minutes * minute_ms).integer(limit);
  std::vector<Text> names(keys.begin(), keys.end());
  Value reply = space_.invoke(numbers::read_top_counters, names, args);
  const auto& parts = list_of(reply);
  std::vector<TopCounter> out;
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2)
    out.push_back({parts[i].to_string(), parts[i + 1].to_integer()});
  auto order = [](const TopCounter& c) { return std::pair(-c.count, Text(c.name)); };
  std::sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  auto same = [&](const auto& a, const auto& b) { return order(a) == order(b); };
  out.erase(std::unique(out.begin(), out.end(), same), out.end());
  if (out.size() > static_cast<std::size_t>(limit)) out.resize(static_cast<std::size_t>(limit));
  return out;
}

void Counters::remove(Text counter) {
  std::string key = windows_key(space_, options_, counter);
  Batch batch(space_.db());
  Text windows = key;
  batch.add(Unlink{{{&windows, 1}}});
  for (std::size_t g = 0; g < numbers::granularities; ++g)
    for (int side : {0, 1}) {
      std::string ranking = shard_key(space_, options_, shard_of(counter), ranking_name(g, side));
      batch.add(ZRem{ranking, {&counter, 1}});
    }
  space_.store().perform(batch);
  for (std::size_t i = 1; i < batch.calls.size(); ++i) batch.reply<ZRem>(i);
}

List<Procedure> Counters::procedures() {
  static const std::array all = {numbers::add_count, numbers::read_counts, numbers::read_top_counters};
  return all;
}

}  // namespace playhead
