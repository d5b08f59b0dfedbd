#pragma once
// Who waits for keys: watches (optimistic transactions) and parked blocking operations. Everything here is
// guarded by one mutex that is taken under stripes and never the other way round.
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "backends/embedded/tx.h"
#include "playhead/store.h"

namespace playhead::embedded {

/// A watch's state; the keys' stripes hold it through `observers`.
struct WatchState {
  struct Watched {
    KeyName key;
    bool existed;
  };
  std::vector<Watched> keys;
  std::atomic<bool> dirty = false;
};

/// A parked operation. Its mutex is held while it is being served; it is served once or cancelled.
struct Waiter {
  enum class State : std::uint8_t { waiting, served, cancelled };
  Waiter(AnyCall c, std::function<void(AnyCall&, std::exception_ptr)> d)
      : call(std::move(c)), done(std::move(d)) {}
  AnyCall call;
  std::function<void(AnyCall&, std::exception_ptr)> done;
  std::vector<KeyName> keys;  ///< the keys it waits for
  std::mutex mutex;
  State state = State::waiting;  // guarded by mutex
};

class Observers {
 public:
  /// Marks the watches on these keys.
  void touch(const std::vector<KeyName>& keys);
  void add(const std::shared_ptr<WatchState>& w, KeyName key);
  void remove(const std::shared_ptr<WatchState>& w);

  /// Queues a waiter behind the others of each of its keys.
  void park(const std::shared_ptr<Waiter>& w);
  void unpark(const Waiter& w);
  /// Whether somebody is queued for one of the keys.
  bool waited_for(const std::vector<KeyName>& keys) const;
  /// The waiters of a key, first come first.
  std::vector<std::shared_ptr<Waiter>> waiters(const KeyName& key) const;
  /// All watched keys of a database.
  std::vector<std::string> watched_keys(std::uint16_t db) const;
  /// All keys with waiters.
  std::vector<KeyName> waited_keys() const;

 private:
  struct Hash {
    std::size_t operator()(const KeyName& k) const { return hash_of(k.name) ^ k.db; }
  };
  mutable std::mutex mutex_;
  std::unordered_map<KeyName, std::vector<std::shared_ptr<WatchState>>, Hash> watches_;
  std::unordered_map<KeyName, std::deque<std::shared_ptr<Waiter>>, Hash> queues_;
};

}  // namespace playhead::embedded
