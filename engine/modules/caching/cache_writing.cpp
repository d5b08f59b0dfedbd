#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "engine/modules/caching/cache_procedures.h"
#include "engine/modules/caching/cache_work.h"
#include "engine/modules/caching/write_behind_procedures.h"
#include "engine/modules/procedures/random_id.h"
#include "engine/store/murmur_hash.h"
#include "engine/store/secure_bytes.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr Millis ten_years = Millis{10} * 366 * 86'400'000;
constexpr std::size_t most_tags = 100;
constexpr std::uint64_t shard_seed = 0x5bd1e995;

double random_number() {
  std::array<char, 8> bytes;
  fill_random(bytes);
  std::uint64_t n = 0;
  for (char c : bytes) n = n << 8 | static_cast<unsigned char>(c);
  return static_cast<double>(n >> 11) * 0x1p-53;
}

CacheOptions completed(CacheOptions o) {
  if (!o.random) o.random = random_number;
  return o;
}

void check_lifetimes(const CacheOptions& o) {
  constexpr Millis day = 86'400'000;
  check_range("longest_ttl", o.longest_ttl, 1, ten_years);
  check_range("ttl", o.ttl, 1, o.longest_ttl);
  check_range("null_ttl", o.null_ttl, 0, o.longest_ttl);
  check_range("jitter_percent", o.jitter_percent, 0, 90);
  check_range("jitter_add", o.jitter_add, 0, o.longest_ttl);
  check_range("stale_while_revalidate", o.stale_while_revalidate, 0, o.longest_ttl);
  check_range("stale_if_error", o.stale_if_error, 0, o.longest_ttl);
  check_range("error_pause", o.error_pause, 0, day);
  check_range("refresh_ahead_percent", o.refresh_ahead_percent, 0, 90);
  check_range("lease", o.lease, 1, day);
  check_range("slack", o.slack, 0, ten_years);
  check_range("write_delay", o.write_delay, 0, day);
  check_range("write_lease", o.write_lease, 1, day);
  check_range("write_pause", o.write_pause, 1, day);
  check_range("longest_write_pause", o.longest_write_pause, 1, day);
}

void check_options(const CacheOptions& o) {
  check_id("name", o.name);
  check_lifetimes(o);
  if (!(o.early_beta >= 0 && o.early_beta <= 100))
    throw Error(ErrorCode::invalid, "early_beta is outside 0..100");
  check_range("shards", o.shards, 1, 1024);
  check_range("max_value", o.max_value, 1, static_cast<std::int64_t>(max_text));
  check_range("refresh_threads", o.refresh_threads, 1, 64);
  check_range("refresh_queue", o.refresh_queue, 1, 1'000'000);
  check_range("write_batch", o.write_batch, 1, 1000);
}

}  // namespace

CacheWork::CacheWork(Namespace space, CacheOptions given)
    : options(completed(std::move(given))), space_(std::move(space)) {
  check_options(options);
  receipt_begin_ = random_id();
  for (std::int64_t i = 0; i < options.shards; ++i) {
    std::string number = std::to_string(i);
    std::uint16_t bucket = KeyCodec::bucket_of(options.name + ":" + number);
    auto key = [&](Text what) {
      return space_.keys().key_in(bucket, "cached", options.name, {what, number});
    };
    shards_.push_back({bucket, key("tags"), key("pending"), key("due"), key("claims")});
  }
}

CacheWork::~CacheWork() {
  for (const Task& task : queue_) {
    try {
      release(task.key, task.seen.receipt, 0);
    } catch (const Error&) {
      return;  // a store that does not answer, or is closed by now: the leases end by themselves
    }
  }
}

std::size_t CacheWork::shard_of(Text key) const {
  return murmur_hash_64a(key, shard_seed) % shards_.size();
}

std::string CacheWork::entry_key(const Shard& shard, Text key) const {
  return space_.keys().key_in(shard.bucket, "cached", options.name, {"entry", key});
}

std::string CacheWork::signal_key(const Shard& shard, Text key) const {
  return space_.keys().key_in(shard.bucket, "cached", options.name, {"signal", key});
}

std::string CacheWork::new_receipt() {
  std::uint64_t n = receipts_.fetch_add(1, std::memory_order_relaxed);
  std::array<char, 16> digits;
  std::string receipt;
  receipt.reserve(receipt_begin_.size() + digits.size());
  receipt += receipt_begin_;
  receipt.append(digits.data(), std::to_chars(digits.begin(), digits.end(), n, 16).ptr);
  return receipt;
}

Millis CacheWork::ticks() const {
  using namespace std::chrono;
  Millis given = space_.time();
  return given != 0 ? given : duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

bool CacheWork::try_store(const std::function<void()>& call) {
  try {
    call();
    return true;
  } catch (const Error& e) {
    bool no_answer = e.code() == ErrorCode::unavailable || e.code() == ErrorCode::timeout ||
                     e.code() == ErrorCode::unknown;
    if (!no_answer || !options.fall_back) throw;
    ++counts.store_errors;
    return false;
  }
}

// ---- what is stored

Millis CacheWork::lifetime(const Loaded& what) {
  Millis base = what.ttl ? *what.ttl : what.value ? options.ttl : options.null_ttl;
  double ttl = static_cast<double>(base);
  if (options.jitter_percent > 0)
    ttl *= 1 + (2 * options.random() - 1) * static_cast<double>(options.jitter_percent) / 100;
  if (options.jitter_add > 0) ttl += options.random() * static_cast<double>(options.jitter_add);
  return std::clamp<Millis>(static_cast<Millis>(ttl), 1, options.longest_ttl);
}

void CacheWork::check(const Loaded& what) const {
  if (what.ttl) check_range("ttl", *what.ttl, 1, options.longest_ttl);
  check_range("the number of tags", static_cast<std::int64_t>(what.tags.size()), 0, most_tags);
  for (const std::string& tag : what.tags) check_id("tag", tag);
}

void CacheWork::add_storing(ArgumentWriter& args, Text receipt, const Loaded& what, Millis took) {
  check(what);
  bool kept = what.value ? what.value->size() <= static_cast<std::size_t>(options.max_value)
                         : what.ttl || options.null_ttl > 0;
  if (!kept && what.value && receipt.empty())
    throw Error(ErrorCode::invalid, "a value has " + std::to_string(what.value->size()) +
                                        " bytes; max_value is " + std::to_string(options.max_value));
  Millis ttl = lifetime(what), stale = std::max(options.stale_while_revalidate, options.stale_if_error);
  args.text(receipt)
      .text(!kept        ? "-"
            : what.value ? "v"
                         : "n")
      .text(kept && what.value ? Text(*what.value) : Text());
  args.integer(ttl)
      .integer(std::min(stale, options.longest_ttl - ttl))
      .integer(ttl * options.refresh_ahead_percent / 100);
  args.integer(std::max<Millis>(0, took)).integer(static_cast<std::int64_t>(what.tags.size()));
  for (const std::string& tag : what.tags) args.text(tag);
}

std::vector<bool> CacheWork::store(const Shard& shard, List<Text> keys, List<Text> receipts,
                                   List<Loaded> what, Millis took) {
  std::vector<std::string> names;
  names.reserve(2 * keys.size());
  std::vector<Text> all = {shard.tags};
  ArgumentWriter args(space_.time());
  args.integer(options.slack);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    all.push_back(names.emplace_back(entry_key(shard, keys[i])));
    all.push_back(names.emplace_back(signal_key(shard, keys[i])));
    add_storing(args, receipts[i], what[i], took);
  }
  std::vector<bool> stored;
  Value reply = space_.invoke(caching::store_entries, all, args);
  for (const Value& one : list_of(reply)) {
    stored.push_back(one.to_integer() == 1);
    if (!stored.back()) ++counts.refused;
  }
  return stored;
}

bool CacheWork::complete(Text key, Text receipt, const Loaded& what, Millis took) {
  check_id("key", key);
  check_id("receipt", receipt);
  return store(shards_[shard_of(key)], {&key, 1}, {&receipt, 1}, {&what, 1}, took).at(0);
}

void CacheWork::set(Text key, const Loaded& what) {
  check_id("key", key);
  Text no_receipt;
  store(shards_[shard_of(key)], {&key, 1}, {&no_receipt, 1}, {&what, 1}, 0);
}

bool CacheWork::release(Text key, Text receipt, Millis pause) {
  check_id("key", key);
  const Shard& shard = shards_[shard_of(key)];
  std::string entry = entry_key(shard, key), signal = signal_key(shard, key);
  ArgumentWriter args(space_.time());
  args.integer(options.slack);
  args.text(receipt).integer(pause);
  return space_.invoke(caching::release_entry, {shard.tags, entry, signal}, args).to_integer() == 1;
}

// ---- invalidation

std::int64_t CacheWork::invalidate(List<Text> keys) {
  std::vector<std::vector<std::string>> by_shard(shards_.size());
  for (Text key : keys) {
    check_id("key", key);
    std::size_t s = shard_of(key);
    by_shard[s].push_back(entry_key(shards_[s], key));
    by_shard[s].push_back(signal_key(shards_[s], key));
  }
  std::int64_t dropped = 0;
  for (const auto& names : by_shard) {
    if (names.empty()) continue;
    std::vector<Text> all(names.begin(), names.end());
    ArgumentWriter args(space_.time());
    args.integer(options.slack);
    dropped += space_.invoke(caching::drop_entries, all, args).to_integer();
  }
  counts.invalidations += static_cast<std::int64_t>(keys.size());
  return dropped;
}

void CacheWork::invalidate_tags(List<Text> tags) {
  for (Text tag : tags) check_id("tag", tag);
  if (tags.empty()) return;
  for (const Shard& shard : shards_) {
    ArgumentWriter args(space_.time());
    args.integer(options.slack);
    args.integer(options.longest_ttl + options.lease);
    for (Text tag : tags) args.text(tag);
    space_.invoke(caching::drop_tags, {shard.tags}, args);
  }
  counts.invalidations += static_cast<std::int64_t>(tags.size());
}

// ---- writing the source

void CacheWork::write(Text key, const std::optional<std::string>& value, const SourceWriter& writer,
                      const Loaded* cached) {
  check_id("key", key);
  if (cached != nullptr) check(*cached);
  const Shard& shard = shards_[shard_of(key)];
  std::string entry = entry_key(shard, key), signal = signal_key(shard, key), receipt = new_receipt();
  ArgumentWriter args(space_.time());
  args.integer(options.slack);
  args.text(receipt).integer(options.lease);
  space_.invoke(caching::begin_write, {shard.tags, entry, signal}, args);
  try {
    writer(key, value);
  } catch (...) {
    try_store([&] { invalidate({&key, 1}); });
    throw;
  }
  if (cached == nullptr || !complete(key, receipt, *cached, 0)) invalidate({&key, 1});
}

std::int64_t CacheWork::write_behind(Text key, const Loaded& what) {
  check_id("key", key);
  const Shard& shard = shards_[shard_of(key)];
  std::string entry = entry_key(shard, key), signal = signal_key(shard, key);
  Loaded kept = what;
  if (!kept.value && !kept.ttl)
    kept.ttl = std::max<Millis>(1, options.null_ttl);  // a removal is pending, too
  ArgumentWriter args(space_.time());
  args.integer(options.slack);
  args.text(key).integer(options.write_delay);
  add_storing(args, "", kept, 0);
  std::int64_t version =
      space_
          .invoke(caching::put_behind, {shard.tags, entry, signal, shard.pending, shard.due, shard.claims},
                  args)
          .to_integer();
  wake();
  return version;
}

std::int64_t CacheWork::pending() {
  Batch batch(space_.db());
  for (const Shard& shard : shards_) batch.add(ZCard{shard.due});
  space_.store().perform(batch);
  std::int64_t all = 0;
  for (std::size_t i = 0; i < shards_.size(); ++i) all += batch.reply<ZCard>(i);
  return all;
}

PendingWrites CacheWork::claim_writes(Millis ahead) {
  check_range("ahead", ahead, 0, ten_years);
  Batch batch(space_.db());
  for (const Shard& shard : shards_) batch.add(ZRevRange{shard.due, -1, -1, true});
  space_.store().perform(batch);
  std::vector<std::pair<double, std::size_t>> first;
  for (std::size_t i = 0; i < shards_.size(); ++i)
    for (const ScoredMember& item : batch.reply<ZRevRange>(i)) first.emplace_back(item.score, i);
  std::sort(first.begin(), first.end());
  for (auto [due, i] : first) {
    PendingWrites claimed;
    claimed.receipt = new_receipt();
    claimed.shard = static_cast<std::int64_t>(i);
    ArgumentWriter args(space_.time());

    args.integer(options.write_batch).integer(options.write_lease).text(claimed.receipt).integer(ahead);
    Value reply =
        space_.invoke(caching::claim_writes, {shards_[i].pending, shards_[i].due, shards_[i].claims}, args);
    const auto& parts = list_of(reply);
    for (std::size_t n = 0; n + 5 <= parts.size(); n += 5) {
      std::optional<std::string> value;
      if (parts[n + 3].to_string() == "v") value = parts[n + 4].to_string();
      claimed.writes.push_back(
          {parts[n].to_string(), std::move(value), parts[n + 1].to_integer(), parts[n + 2].to_integer()});
    }
    if (!claimed.writes.empty()) return claimed;
  }
  return {};
}

std::int64_t CacheWork::settle(const PendingWrites& done, bool failed) {
  if (done.writes.empty()) return 0;
  check_range("shard", done.shard, 0, options.shards - 1);
  const Shard& shard = shards_[static_cast<std::size_t>(done.shard)];
  ArgumentWriter args(space_.time());

  args.text(done.receipt)
      .text(failed ? "failed" : "done")
      .integer(options.write_pause)
      .integer(options.longest_write_pause);
  for (const auto& write : done.writes) args.text(write.key).integer(write.version);
  std::int64_t ours = 0;
  Value reply = space_.invoke(caching::settle_writes, {shard.pending, shard.due, shard.claims}, args);
  for (const Value& one : list_of(reply)) ours += one.to_integer();
  (failed ? counts.write_failures : counts.writes) += static_cast<std::int64_t>(done.writes.size());
  return ours;
}

std::int64_t CacheWork::write_batch(const BulkWriter& writer, Millis ahead) {
  PendingWrites claimed = claim_writes(ahead);
  if (claimed.writes.empty()) return 0;
  try {
    writer(claimed.writes);
  } catch (const std::exception&) {
    settle(claimed, true);
    throw;
  }
  settle(claimed, false);
  return static_cast<std::int64_t>(claimed.writes.size());
}

}  // namespace playhead
