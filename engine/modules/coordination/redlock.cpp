#include "playhead/modules/redlock.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "engine/modules/coordination/lock_keys.h"
#include "engine/modules/coordination/lock_procedures.h"
#include "engine/modules/procedures/random_id.h"
#include "engine/modules/procedures/wait.h"
#include "playhead/error.h"

namespace playhead {

namespace {

Millis steady_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void pause_up_to(Millis longest) {
  if (longest == 0) return;
  static thread_local std::mt19937 random{std::random_device{}()};
  std::this_thread::sleep_for(
      std::chrono::milliseconds(std::uniform_int_distribution<Millis>(0, longest)(random)));
}

}  // namespace

Redlock::Redlock(std::vector<Namespace> stores, Text name, RedlockOptions options)
    : stores_(std::move(stores)), options_(std::move(options)) {
  check_id("name", name);
  check_range("the number of stores", static_cast<std::int64_t>(stores_.size()), 1, 100);
  check_range("lease", options_.lease, 10, longest_span);
  check_range("retry_count", options_.retry_count, 1, 1000);
  check_range("retry_delay", options_.retry_delay, 0, 3'600'000);
  check_range("drift_permille", options_.drift_permille, 0, 500);
  if (!options_.elapsed) options_.elapsed = steady_now;
  for (const Namespace& store : stores_) keys_.push_back(coordination::lock_keys(store, "redlock", name));
}

std::size_t Redlock::agreeing(const Ask& ask) const {
  std::size_t agreed = 0;
  for (std::size_t i = 0; i < stores_.size(); ++i) try {
      agreed += ask(i) ? 1 : 0;
    } catch (const Error& e) {
      if (e.code() == ErrorCode::invalid) throw;  // any other failure of a store is that of one vote
    }
  return agreed;
}

// What is left of a lease that began then, on the slowest clock.
Millis Redlock::left(Millis begin) const {
  constexpr Millis least_drift = 2;
  Millis drift = options_.lease * options_.drift_permille / 1000 + least_drift;
  return options_.lease - (options_.elapsed() - begin) - drift;
}

std::optional<LockGrant> Redlock::attempt() {
  std::string owner = random_id();
  const std::size_t majority = stores_.size() / 2 + 1;
  Millis begin = options_.elapsed();
  LockGrant grant;
  std::vector<bool> granted(stores_.size());
  std::size_t votes = agreeing([&](std::size_t i) {
    ArgumentWriter args(stores_[i].time());
    args.text(owner).integer(options_.lease).integer(0).integer(0).integer(0);
    args.integer(coordination::life_of(options_.lease, 0));
    Value reply =
        stores_[i].invoke(coordination::lock_acquire, {keys_[i][0], keys_[i][1], keys_[i][2]}, args);
    granted[i] = list_of(reply).at(0).to_integer() == 1;
    if (granted[i]) grant.token = std::max(grant.token, list_of(reply).at(1).to_integer());
    return granted[i];
  });
  if (votes >= majority && left(begin) > 0)
    votes = agreeing([&](std::size_t i) {
      if (!granted[i]) return false;
      ArgumentWriter args(stores_[i].time());
      args.text(owner).integer(grant.token);
      return !stores_[i]
                  .invoke(coordination::lock_raise, {keys_[i][0], keys_[i][1], keys_[i][2]}, args)
                  .is_null();
    });
  if (Millis rest = left(begin); votes >= majority && rest > 0) {
    std::lock_guard lock(mutex_);
    grant.ends = SystemClock().now() + rest;
    owner_ = owner;
    grant_ = grant;
    return grant;
  }
  settle(owner);
  return std::nullopt;
}

std::optional<LockGrant> Redlock::acquire() {
  for (std::int64_t i = 0; i < options_.retry_count; ++i) {
    if (i > 0) pause_up_to(options_.retry_delay);
    if (auto grant = attempt()) return grant;
  }
  return std::nullopt;
}

// Also where nothing was granted: the answer may have been lost.
bool Redlock::settle(const std::string& owner) {
  return agreeing([&](std::size_t i) {
           ArgumentWriter args(stores_[i].time());
           args.text(owner);
           Value reply =
               stores_[i].invoke(coordination::lock_release, {keys_[i][0], keys_[i][1], keys_[i][2]}, args);
           return list_of(reply).at(0).to_integer() == 1;
         }) > 0;
}

bool Redlock::release() {
  std::string owner;
  {
    std::lock_guard lock(mutex_);
    owner.swap(owner_);
    grant_.reset();
  }
  return !owner.empty() && settle(owner);
}

std::optional<Millis> Redlock::extend() {
  std::string owner;
  {
    std::lock_guard lock(mutex_);
    owner = owner_;
  }
  if (owner.empty()) return std::nullopt;
  Millis begin = options_.elapsed();
  std::size_t votes = agreeing([&](std::size_t i) {
    ArgumentWriter args(stores_[i].time());
    args.text(owner).integer(options_.lease).integer(coordination::life_of(options_.lease, 0));
    return !stores_[i]
                .invoke(coordination::lock_extend, {keys_[i][0], keys_[i][1], keys_[i][2]}, args)
                .is_null();
  });
  Millis rest = left(begin);
  if (votes < stores_.size() / 2 + 1 || rest <= 0) {
    release();
    return std::nullopt;
  }
  std::lock_guard lock(mutex_);
  if (!grant_ || owner_ != owner) return std::nullopt;
  grant_->ends = SystemClock().now() + rest;
  return grant_->ends;
}

std::optional<LockGrant> Redlock::held() const {
  std::lock_guard lock(mutex_);
  return grant_;
}

}  // namespace playhead
