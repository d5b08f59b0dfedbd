#pragma once
// The store that is a Redis server (7.0 or later).
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "backends/redis/options.h"
#include "playhead/store.h"

namespace playhead::redis {

class Client;
class Parking;
class Hub;

/// A Store over pooled connections to one server. Nothing is connected before the first use.
///
/// Errors: what the server refuses is Error{command} in its own words; `unavailable` if it can not be
/// reached, or refuses to serve after a failover; `timeout` if the deadline passed; `unknown` if a request
/// that may change something was sent and its answer is missing. Such a request is never sent twice; what
/// only reads is repeated once on a fresh connection. In a forked child everything is Error{closed}.
class RedisStore final : public Store {
 public:
  explicit RedisStore(RedisOptions options);
  ~RedisStore() override;

  /// One round trip. A blocking operation is performed between MULTI and EXEC.
  void perform(const Call& call) override;
  /// MULTI ... EXEC in one round trip. If the server refuses to queue a call, nothing is run: that call gets
  /// its `error`, and Error{command}
  /// ("EXECABORT ...") is thrown.
  void perform(Batch& batch) override;
  /// Error{unsupported}: only procedures and optimistic transactions are units here.
  void with_unit(std::uint16_t db, List<Text> keys, const std::function<void(Unit&)>& body) override;
  /// EVALSHA, and once more as EVAL if the server does not know the script. The text that Redis appends to
  /// the errors of scripts (which script, which line) is taken off. The script gets KEYS and ARGV as given; a
  /// procedure that needs the time has it among its arguments, and its caller takes it from now(). Nested
  /// replies beyond 7 levels are Error{unknown}.
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override;
  /// Keys are watched on a connection of its own, from a budget of its own (pool_size). If that connection is
  /// lost, commit() throws Error{unavailable}.
  std::unique_ptr<Watch> watch() override;
  /// Hands the operation to the server on a connection of its own (at most max_parked), with a timeout of 0;
  /// throws if that fails. If the connection is lost afterwards, or the server does not react to cancel()
  /// before the deadline, `done` gets Error{unknown}. Completions run on one thread of the store; they must
  /// not throw.
  std::unique_ptr<Ticket> park(AnyCall call, std::function<void(AnyCall&, std::exception_ptr)> done) override;
  /// subscribe() and psubscribe() return when the server has confirmed (except in a handler); see Hub for
  /// what happens when the connection is lost. Handlers run on one thread of the store, shared by all
  /// subscriptions; they must not throw.
  std::unique_ptr<Subscription> subscribe(std::function<void(const Message&)> handler) override;
  /// The given clock's time, or the server's (TIME, one round trip).
  Millis now() override;
  /// The number of databases is asked from the server at the first call (CONFIG GET databases); 16 if it does
  /// not tell or is not there.
  Capabilities capabilities() const override;
  /// Takes back what is parked, ends the threads and closes the connections; exchanges that are under way end
  /// first.
  void close() override;

 private:
  std::string sha_of(Text lua);

  const std::shared_ptr<Client> client_;
  const std::shared_ptr<Parking> parking_;
  const std::shared_ptr<Hub> hub_;
  mutable std::atomic<std::uint32_t> databases_{0};  // 0: not known yet

  std::shared_mutex scripts_mutex_;
  std::unordered_map<std::string, std::string> scripts_;  // text -> SHA-1
};

}  // namespace playhead::redis
