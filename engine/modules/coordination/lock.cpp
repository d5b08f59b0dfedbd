#include "playhead/modules/lock.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "engine/modules/coordination/lock_keys.h"
#include "engine/modules/coordination/lock_procedures.h"
#include "engine/modules/procedures/random_id.h"
#include "engine/modules/procedures/wait.h"
#include "engine/store/background.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr Millis longest_patience = 3'600'000;
constexpr Millis signal_life = 60'000;

/// A random name of this process; a forked child gets another one.
std::string process_id() {
  static std::mutex mutex;
  static std::string id;
  static pid_t whose = 0;
  std::lock_guard lock(mutex);
  if (whose != ::getpid()) {
    id = random_id();
    whose = ::getpid();
  }
  return id;
}

std::string thread_id() {
  static std::atomic<std::uint64_t> last = 0;
  thread_local const std::uint64_t id = ++last;
  return std::to_string(id);
}

}  // namespace

Lock::Lock(Namespace space, Text name, LockOptions options)
    : Lock(std::move(space), "lock", name, options, false) {}

Lock::Lock(Namespace space, Text family, Text name, LockOptions options, bool reentrant)
    : space_(std::move(space)),
      family_(family),
      name_(name),
      options_(options),
      reentrant_(reentrant),
      background_(new Background("lock", std::max<Millis>(1, options.lease / 3),
                                 [this](const auto&) { return renew(); })) {
  check_id("name", name);
  check_range("lease", options_.lease, 1, longest_span);
  check_range("patience", options_.patience, 30, longest_patience);
  keys_ = coordination::lock_keys(space_, family, name);
}

Lock::~Lock() {
  background_.reset();
}

Value Lock::invoke(const Procedure& p, const ArgumentWriter& args) const {
  return space_.invoke(p, {keys_[0], keys_[1], keys_[2]}, args);
}

// ---- waiting

std::string Lock::attempt() const {
  return random_id();
}

std::string Lock::signal_key(Text attempt) const {
  return space_.keys().key(family_, name_, {"signal", attempt});
}

Lock::Looked Lock::look(Text attempt, bool wait) {
  ArgumentWriter args(space_.time());
  args.text(attempt).integer(options_.lease).integer(wait ? 1 : 0).integer(options_.patience);
  args.integer(reentrant_ ? 1 : 0).integer(coordination::life_of(options_.lease, options_.patience));
  Value reply = invoke(coordination::lock_acquire, args);
  const auto& parts = list_of(reply);
  if (parts.at(0).to_integer() == 0) {
    Millis left = parts.at(1).to_integer() - parts.at(4).to_integer();
    return {std::nullopt, std::clamp<Millis>(left, 1, options_.patience / 3)};
  }
  LockGrant grant{parts.at(1).to_integer(), parts.at(2).to_integer()};
  std::lock_guard lock(mutex_);
  held_[std::string(attempt)] = grant;
  if (options_.auto_renew && !background_->running()) background_->start({});
  return {grant, 1};
}

void Lock::leave(Text attempt) {
  ArgumentWriter args(space_.time());
  args.text(attempt);
  wake(invoke(coordination::lock_leave, args).to_string());
}

std::optional<LockGrant> Lock::acquire(std::optional<Millis> wait) {
  if (wait) check_range("wait", *wait, 0, longest_span);
  WaitLimit limit(wait.value_or(longest_span));
  std::string me = attempt(), signal = signal_key(me);
  for (;;) {
    bool last = limit.over();
    Looked found = look(me, !last);
    if (found.grant) return found.grant;
    if (last) break;
    await_signal(space_, signal, limit.at_most(found.look_again));
  }
  if (wait != 0) leave(me);
  return std::nullopt;
}

void Lock::wake(const std::string& waiter) {
  if (waiter.empty()) return;
  std::string key = signal_key(waiter);
  Text element = "1";
  RPush push;
  push.key = key;
  push.elements = {&element, 1};
  PExpire expire;
  expire.key = key;
  expire.time = signal_life;
  Batch batch(space_.db());
  batch.add(push);
  batch.add(expire);
  space_.store().perform(batch);
}

// ---- holding

std::optional<std::string> Lock::holder() const {
  std::lock_guard lock(mutex_);
  if (held_.empty()) return std::nullopt;
  return held_.begin()->first;
}

std::optional<LockGrant> Lock::held() const {
  auto owner = holder();
  std::lock_guard lock(mutex_);
  auto found = owner ? held_.find(*owner) : held_.end();
  if (found == held_.end()) return std::nullopt;
  return found->second;
}

bool Lock::release() {
  auto owner = holder();
  if (!owner) return false;
  ArgumentWriter args(space_.time());
  args.text(*owner);
  Value reply = invoke(coordination::lock_release, args);
  const auto& parts = list_of(reply);
  if (parts.at(1).to_integer() == 0) {
    std::lock_guard lock(mutex_);
    held_.erase(*owner);
  }
  wake(parts.at(2).to_string());
  return parts.at(0).to_integer() == 1;
}

std::optional<Millis> Lock::extend_for(const std::string& owner, Millis lease) {
  ArgumentWriter args(space_.time());
  args.text(owner).integer(lease).integer(coordination::life_of(lease, options_.patience));
  Value reply = invoke(coordination::lock_extend, args);
  std::lock_guard lock(mutex_);
  auto found = held_.find(owner);
  if (reply.is_null()) {
    if (found != held_.end()) held_.erase(found);
    return std::nullopt;
  }
  if (found != held_.end()) found->second.ends = reply.to_integer();
  return reply.to_integer();
}

std::optional<Millis> Lock::extend(std::optional<Millis> lease) {
  if (lease) check_range("lease", *lease, 1, longest_span);
  auto owner = holder();
  if (!owner) return std::nullopt;
  return extend_for(*owner, lease.value_or(options_.lease));
}

Millis Lock::renew() {
  std::vector<std::string> owners;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [owner, grant] : held_) owners.push_back(owner);
  }
  for (const std::string& owner : owners) extend_for(owner, options_.lease);
  return options_.lease / 3;
}

LockState Lock::state() {
  Value reply = invoke(coordination::lock_state, ArgumentWriter(space_.time()));
  const auto& parts = list_of(reply);
  return {parts.at(0).to_integer() == 1, parts.at(1).to_integer(), parts.at(2).to_integer(),
          parts.at(3).to_integer(), parts.at(4).to_integer()};
}

List<Procedure> Lock::procedures() {
  using namespace coordination;
  static const std::array all = {lock_acquire, lock_release, lock_extend, lock_leave, lock_raise, lock_state};
  return all;
}

// ---- reentrant

ReentrantLock::ReentrantLock(Namespace space, Text name, LockOptions options)
    : Lock(std::move(space), "rlock", name, options, true) {}

namespace {

thread_local const ReentrantLock::ActingFor* acting = nullptr;

}  // namespace

ReentrantLock::ActingFor::ActingFor(Text owner) : owner_(owner), outer_(acting) {
  check_range("the length of an owner's name", static_cast<std::int64_t>(owner.size()), 1, 512);
  acting = this;
}

ReentrantLock::ActingFor::~ActingFor() {
  acting = outer_;
}

std::string ReentrantLock::attempt() const {
  return process_id() + (acting != nullptr ? "=" + acting->owner_ : "-" + thread_id());
}

}  // namespace playhead
