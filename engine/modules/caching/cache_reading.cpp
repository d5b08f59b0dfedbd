#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/modules/caching/cache_procedures.h"
#include "engine/modules/caching/cache_work.h"
#include "playhead/error.h"

namespace playhead {

namespace {

using State = CacheLookup::State;

State state_of(Text name) {
  constexpr std::pair<Text, State> names[] = {
      {"hit", State::hit},   {"early", State::early}, {"expired", State::expired}, {"stale", State::stale},
      {"load", State::load}, {"wait", State::wait},   {"miss", State::miss}};
  for (const auto& [text, state] : names)
    if (text == name) return state;
  throw Error(ErrorCode::corrupt, "a look into the cache gave a state that there is not");
}

CacheLookup lookup_of(const Value& reply, Millis now) {
  const auto& parts = list_of(reply);
  CacheLookup seen;
  seen.state = state_of(parts.at(0).text);
  if (parts.at(1).text == "v") seen.value = parts.at(2).to_string();
  seen.fresh_until = parts.at(3).to_integer();
  seen.lease_left = parts.at(4).to_integer();
  seen.now = now;
  return seen;
}

/// Ends a flight, however its scope is left.
class Landing {
 public:
  Landing(caching::Flights& flights, std::shared_ptr<caching::Flight> flight)
      : flights_(flights), flight_(std::move(flight)) {}
  ~Landing() {
    if (flight_) flights_.end(flight_);
  }
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;
  caching::Flight* flight() const { return flight_.get(); }

 private:
  caching::Flights& flights_;
  std::shared_ptr<caching::Flight> flight_;
};

}  // namespace

// ---- looking

std::vector<CacheLookup> CacheWork::look(const Shard& shard, List<Text> keys, Text mode) {
  std::vector<std::string> names;
  std::vector<Text> all;
  names.reserve(keys.size());
  all.reserve(2 + keys.size());
  all.push_back(shard.tags);
  all.push_back(shard.pending);
  for (Text key : keys) all.push_back(names.emplace_back(entry_key(shard, key)));
  std::string receipt = mode == "peek" ? "" : new_receipt();
  double early = options.early_beta > 0 ? -options.early_beta * std::log(1 - options.random()) : 0;
  ArgumentWriter args(space_.time());
  args.integer(options.slack);
  args.text(mode).text(receipt).integer(options.lease).real(early);
  args.integer(options.stale_while_revalidate).integer(options.stale_if_error);
  for (Text key : keys) args.text(key);
  Value reply = space_.invoke(caching::find_entries, all, args);
  const auto& parts = list_of(reply);
  std::vector<CacheLookup> seen;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    seen.push_back(lookup_of(parts[i], parts[0].to_integer()));
    if (seen.back().leased()) seen.back().receipt = receipt;
  }
  return seen;
}

CacheLookup CacheWork::look(Text key, Text mode) {
  check_id("key", key);
  return std::move(look(shards_[shard_of(key)], {&key, 1}, mode).at(0));
}

void CacheWork::count_lookup(const CacheLookup& seen) {
  switch (seen.state) {
    case State::hit:
    case State::early:
      ++counts.hits;
      return;
    case State::stale:
      ++counts.stale_hits;
      return;
    case State::wait:
      ++counts.waits;
      return;
    default:
      ++counts.misses;
      return;
  }
}

// ---- get

std::optional<std::string> CacheWork::get(Text key, const Loader& loader) {
  check_id("key", key);
  for (;;) {
    auto flight = flights_.find(key);
    if (flight && flight->mine())
      throw Error(ErrorCode::invalid,
                  "a loader asks the cache for the key that it loads; it would wait for itself");
    CacheLookup seen;
    auto look_here = [&] { seen = look(key, flight ? "join" : "lease"); };
    if (!try_store(std::ref(look_here))) return load_without_store(key, loader);
    count_lookup(seen);
    if (seen.leased()) return load({std::string(key), std::move(seen), loader});
    if (seen.found()) return std::move(seen.value);
    if (!flight) {
      wait_for_others(key, seen.lease_left);
      continue;
    }
    flight->wait(options.while_waiting);
    if (flight->error && flight->shared) std::rethrow_exception(flight->error);
    if (flight->shared) return flight->value;
  }
}

bool CacheWork::refresh(Text key, const Loader& loader) {
  CacheLookup seen = look(key, "renew");
  if (!seen.leased()) return false;
  // As a load of what is not there: a failure is thrown, whatever could be shown.
  CacheLookup lease;
  lease.state = State::load;
  lease.receipt = std::move(seen.receipt);
  Landing landing(flights_, flights_.begin(key));
  fly({std::string(key), std::move(lease), loader}, landing.flight());
  return true;
}

void CacheWork::wait_for_others(Text key, Millis at_most) {
  Landing landing(flights_, flights_.begin(key));
  if (landing.flight() != nullptr) wait(key, at_most);
}

bool CacheWork::wait(Text key, Millis at_most) {
  struct Signal {
    std::mutex mutex;
    std::condition_variable changed;
    bool given = false;
  };
  check_id("key", key);
  auto signal = std::make_shared<Signal>();
  std::string list = signal_key(shards_[shard_of(key)], key);
  Text name = list;
  BLPop pop;
  pop.keys = {&name, 1};
  pop.timeout = {std::max<Millis>(1, at_most)};
  // An error ends the wait, too: the next look will meet it again.
  auto ticket =
      space_.store().park(AnyCall::of(pop, space_.db()), [signal](AnyCall&, const std::exception_ptr&) {
        {
          std::lock_guard lock(signal->mutex);
          signal->given = true;
        }
        signal->changed.notify_all();
      });
  auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(at_most);
  std::unique_lock lock(signal->mutex);
  while (!signal->given) {
    auto next = std::min(end, std::chrono::steady_clock::now() + std::chrono::milliseconds(50));
    signal->changed.wait_until(lock, options.while_waiting ? next : end, [&] { return signal->given; });
    if (signal->given || std::chrono::steady_clock::now() >= end) break;
    lock.unlock();
    try {
      options.while_waiting();
    } catch (...) {
      ticket->cancel();
      throw;
    }
    lock.lock();
  }
  bool given = signal->given;
  lock.unlock();
  if (!given) ticket->cancel();
  return given;
}

// ---- loads

std::optional<std::string> CacheWork::load(const Task& task) {
  bool show = task.seen.state == State::early || usable(task.seen, options.stale_while_revalidate);
  if (show && options.refresh_in_background) {
    if (!defer(task)) release(task.key, task.seen.receipt, 0);
    return task.seen.value;
  }
  Landing landing(flights_, flights_.begin(task.key));
  return fly(task, landing.flight());
}

std::optional<std::string> CacheWork::fly(const Task& task, caching::Flight* flight) {
  Loaded loaded;
  Millis begin = ticks();
  try {
    loaded = task.loader(task.key);
    check(loaded);
  } catch (const std::exception&) {
    return after_failure(task, flight);
  } catch (...) {  // EndRun: of this caller only
    try_store([&] { release(task.key, task.seen.receipt, 0); });
    throw;
  }
  ++counts.loads;
  if (task.seen.found()) ++counts.refreshes;
  bool stored = false;
  try_store([&] { stored = complete(task.key, task.seen.receipt, loaded, ticks() - begin); });
  if (flight != nullptr) {
    flight->shared = stored;
    flight->value = loaded.value;
  }
  return std::move(loaded.value);
}

/// Within the handler of what the loader threw.
std::optional<std::string> CacheWork::after_failure(const Task& task, caching::Flight* flight) {
  ++counts.load_failures;
  bool show = task.seen.state == State::early || usable(task.seen, options.stale_if_error);
  bool ours = false;
  try_store([&] { ours = release(task.key, task.seen.receipt, show ? options.error_pause : 0); });
  if (flight != nullptr) {
    flight->shared = ours;
    if (show)
      flight->value = task.seen.value;
    else
      flight->error = std::current_exception();
  }
  if (!show) throw;
  if (task.seen.state != State::early) ++counts.stale_hits;
  return task.seen.value;
}

std::optional<std::string> CacheWork::load_without_store(Text key, const Loader& loader) {
  Landing landing(flights_, flights_.begin(key));
  Loaded loaded = loader(key);
  ++counts.loads;
  if (landing.flight() != nullptr) {
    landing.flight()->shared = true;
    landing.flight()->value = loaded.value;
  }
  return std::move(loaded.value);
}

// ---- several keys

std::vector<std::optional<std::string>> CacheWork::get_many(List<Text> keys, const BulkLoader& loader) {
  std::vector<std::vector<std::size_t>> by_shard(shards_.size());
  std::vector<std::size_t> granted, waiting;
  std::vector<CacheLookup> seen(keys.size());
  std::unordered_map<Text, std::size_t> first;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    check_id("key", keys[i]);
    if (first.emplace(keys[i], i).second) by_shard[shard_of(keys[i])].push_back(i);
  }
  for (std::size_t s = 0; s < shards_.size(); ++s) {
    std::vector<Text> some;
    for (std::size_t i : by_shard[s]) some.push_back(keys[i]);
    if (some.empty()) continue;
    auto found = look(shards_[s], some, "join");
    for (std::size_t n = 0; n < found.size(); ++n) {
      std::size_t i = by_shard[s][n];
      count_lookup(found[n]);
      if (found[n].leased()) granted.push_back(i);
      if (found[n].state == State::wait) waiting.push_back(i);
      seen[i] = std::move(found[n]);
    }
  }
  load_granted(granted, keys, seen, loader);
  Loader one = [&](Text key) { return loader({&key, 1}).at(0); };
  for (std::size_t i : waiting) seen[i].value = get(keys[i], one);
  std::vector<std::optional<std::string>> values;
  for (Text key : keys) values.push_back(seen[first[key]].value);
  return values;
}

void CacheWork::load_granted(std::vector<std::size_t>& granted, List<Text> keys,
                             std::vector<CacheLookup>& seen, const BulkLoader& loader) {
  if (granted.empty()) return;
  std::vector<Text> missing;
  for (std::size_t i : granted) missing.push_back(keys[i]);
  std::vector<Loaded> loaded;
  Millis begin = ticks();
  try {
    loaded = loader(missing);
    if (loaded.size() != missing.size())
      throw Error(ErrorCode::invalid, "the loader gave " + std::to_string(loaded.size()) + " results for " +
                                          std::to_string(missing.size()) + " keys");
    for (const Loaded& one : loaded) check(one);
  } catch (...) {
    ++counts.load_failures;
    bool all = true;
    for (std::size_t i : granted) {
      bool show = seen[i].state == State::early || usable(seen[i], options.stale_if_error);
      all = all && show;
      try_store([&] { release(keys[i], seen[i].receipt, show ? options.error_pause : 0); });
    }
    if (!all) throw;
    return;
  }
  ++counts.loads;
  std::vector<std::vector<std::size_t>> by_shard(shards_.size());
  for (std::size_t n = 0; n < granted.size(); ++n) by_shard[shard_of(missing[n])].push_back(n);
  Millis took = ticks() - begin;
  for (std::size_t s = 0; s < shards_.size(); ++s) {
    if (by_shard[s].empty()) continue;
    std::vector<Text> some, receipts;
    std::vector<Loaded> what;
    for (std::size_t n : by_shard[s]) {
      some.push_back(missing[n]);
      receipts.push_back(seen[granted[n]].receipt);
      what.push_back(loaded[n]);
    }
    try_store([&] { store(shards_[s], some, receipts, what, took); });
  }
  for (std::size_t n = 0; n < granted.size(); ++n) seen[granted[n]].value = std::move(loaded[n].value);
}

// ---- refreshes that wait

bool CacheWork::defer(const Task& task) {
  {
    std::lock_guard lock(queue_mutex_);
    if (queue_.size() >= static_cast<std::size_t>(options.refresh_queue)) {
      ++counts.dropped_refreshes;
      return false;
    }
    queue_.push_back(task);
  }
  wake();
  return true;
}

bool CacheWork::refresh_one() {
  std::deque<Task> one;  // so that the loader is let go of without the lock
  {
    std::lock_guard lock(queue_mutex_);
    if (queue_.empty()) return false;
    one.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  Landing landing(flights_, flights_.begin(one.front().key));
  try {
    fly(one.front(), landing.flight());
  } catch (const std::exception& e) {
    throw Error(ErrorCode::unavailable, "the load of " + one.front().key + " failed: " + e.what());
  }
  return true;
}

}  // namespace playhead
