#include "backends/redis/redis_store.h"

#include <algorithm>

#include "backends/redis/client.h"
#include "backends/redis/hub.h"
#include "backends/redis/parking.h"
#include "backends/redis/transaction.h"
#include "engine/store/sha1.h"

namespace playhead::redis {

namespace {

// "ERR it failed script: <40 hex digits>, on @user_script:3." -> "ERR it failed"
std::string without_position(Text error) {
  static constexpr Text begin = " script: ";
  std::size_t at = error.rfind(begin);
  if (at == Text::npos || !error.ends_with('.')) return std::string(error);
  Text rest = error.substr(at + begin.size());
  bool position = rest.size() > 40 &&
                  rest.substr(0, 40).find_first_not_of("0123456789abcdef") == Text::npos &&
                  rest.substr(40).starts_with(", on @user_script:");
  return std::string(position ? error.substr(0, at) : error);
}

}  // namespace

RedisStore::RedisStore(RedisOptions options)
    : client_(std::make_shared<Client>(std::move(options))),
      parking_(std::make_shared<Parking>(client_)),
      hub_(std::make_shared<Hub>(client_->options())) {}

// In a forked child mutexes may be held, and condition variables waited for, by threads that do not exist
// there: all of it is left alone.
RedisStore::~RedisStore() {
  if (client_->pool().forked()) {
    // NOLINTBEGIN(bugprone-unhandled-exception-at-new): without memory the child ends here, which is right
    new std::shared_ptr<Client>(client_);
    new std::shared_ptr<Parking>(parking_);
    new std::shared_ptr<Hub>(hub_);
    // NOLINTEND(bugprone-unhandled-exception-at-new)
  } else {
    close();
  }
}

void RedisStore::perform(const Call& call) {
  client_->perform(call);
}
void RedisStore::perform(Batch& batch) {
  client_->perform(batch);
}

void RedisStore::with_unit(std::uint16_t, List<Text>, const std::function<void(Unit&)>&) {
  throw Error(
      ErrorCode::unsupported,
      "a Redis store can not run C++ inside a unit; use a procedure (invoke) or a transaction (watch)");
}

Value RedisStore::invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) {
  std::string sha = sha_of(p.lua), count = std::to_string(keys.size());
  std::vector<Text> words = {"EVALSHA", sha, count};
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), args.begin(), args.end());
  std::vector<Value> replies;
  auto run = [&] {
    Request request;
    request.add(words);
    client_->exchange(request, db, false, replies);
    return std::move(replies[0]);
  };
  Value result = run();
  if (result.kind == Value::Kind::error && result.text.starts_with("NOSCRIPT ")) {
    words[0] = "EVAL";
    words[1] = p.lua;
    result = run();
  }
  if (result.kind == Value::Kind::error) throw refusal(without_position(result.text));
  return result;
}

std::string RedisStore::sha_of(Text lua) {
  std::string text(lua);
  {
    std::shared_lock lock(scripts_mutex_);
    if (auto at = scripts_.find(text); at != scripts_.end()) return at->second;
  }
  std::string sha = sha1_hex(lua);
  std::unique_lock lock(scripts_mutex_);
  return scripts_.emplace(std::move(text), std::move(sha)).first->second;
}

std::unique_ptr<Watch> RedisStore::watch() {
  client_->pool().check();
  return std::make_unique<RedisWatch>(client_->shared_pool());
}

std::unique_ptr<Ticket> RedisStore::park(AnyCall call,
                                         std::function<void(AnyCall&, std::exception_ptr)> done) {
  return parking_->park(std::move(call), std::move(done));
}

std::unique_ptr<Subscription> RedisStore::subscribe(std::function<void(const Message&)> handler) {
  return hub_->subscribe(std::move(handler));
}

Millis RedisStore::now() {
  client_->pool().check();
  if (client_->options().clock) return client_->options().clock->now();
  Request request;
  request.add({"TIME"});
  const Value time = client_->ask(request, client_->options().db, true);
  const std::vector<Value>& parts = list_of(time);
  if (parts.size() != 2) throw Error(ErrorCode::corrupt, "the server's reply to TIME is not two numbers");
  return parts[0].to_integer() * 1000 + parts[1].to_integer() / 1000;
}

Capabilities RedisStore::capabilities() const {
  Capabilities c;
  c.name = "redis";
  c.persistent = true;
  c.shared = true;
  c.units = false;
  if (databases_ == 0) {
    try {
      Request request;
      request.add({"CONFIG", "GET", "databases"});
      const Value reply = client_->ask(request, client_->options().db, true);
      databases_ =
          reply.items.size() == 2 ? static_cast<std::uint32_t>(reply.items[1].to_integer()) : c.databases;
    } catch (const Error& e) {
      if (e.code() == ErrorCode::command) databases_ = c.databases;  // not allowed: it will not be later
    }
  }
  if (databases_ != 0) c.databases = static_cast<std::uint16_t>(std::min<std::uint32_t>(databases_, 65535));
  return c;
}

void RedisStore::close() {
  if (client_->pool().forked()) return;
  parking_->close();
  hub_->close();
  client_->pool().close();
}

}  // namespace playhead::redis
