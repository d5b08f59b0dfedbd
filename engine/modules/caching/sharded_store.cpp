#include <algorithm>
#include <atomic>
#include <chrono>

#include "playhead/modules/consistent_hash.h"
#include "playhead/modules/namespace.h"

namespace playhead {

namespace {

/// What of a key decides where it lies.
Text routed(Text key) {
  std::size_t open = key.find('{');
  if (open == Text::npos) return key;
  std::size_t close = key.find('}', open + 1);
  if (close == Text::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

Millis ticks() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

class ShardedStore final : public Store {
 public:
  ShardedStore(std::vector<ShardNode> nodes, ShardedStoreOptions options)
      : Store(nodes.at(0).store->database()), options_(options), ring_({}, options.points) {
    check_range("retry_after", options.retry_after, 1, 86'400'000);
    for (ShardNode& node : nodes) {
      if (!node.store)
        throw Error(ErrorCode::invalid, "the node " + node.name + " has no store; open one first");
      ring_.add_node(node.name, node.weight);
      if (!shards_.try_emplace(node.name, std::move(node.store)).second)
        throw Error(ErrorCode::invalid, "the node " + node.name + " comes twice");
    }
  }

  void perform(const Call& call) override;
  void perform(Batch& batch) override;
  void with_unit(std::uint16_t db, List<Text> keys, const std::function<void(Unit&)>& body) override {
    on(place_of(keys), [&](Store& store) { store.with_unit(db, keys, body); });
  }
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override {
    return on(place_of(keys), [&](Store& store) { return store.invoke(p, db, keys, args); });
  }
  std::unique_ptr<Watch> watch() override;
  std::unique_ptr<Ticket> park(AnyCall call,
                               std::function<void(AnyCall&, std::exception_ptr)> done) override {
    auto place = place_of(call.call());
    return on(place, [&](Store& store) { return store.park(call.copy(), done); });
  }
  std::unique_ptr<Subscription> subscribe(std::function<void(const Message&)> handler) override {
    return first().subscribe(std::move(handler));
  }
  Millis now() override { return first().now(); }
  Capabilities capabilities() const override;
  void close() override;

  /// The node of a place, now.
  Store& store_at(const std::optional<std::string>& place);
  std::optional<std::string> place_of(List<Text> keys) const;
  std::optional<std::string> place_of(const Call& call) const;

 private:
  struct Shard {
    explicit Shard(std::shared_ptr<Store> at) : store(std::move(at)) {}
    std::shared_ptr<Store> store;
    std::atomic<Millis> down_until = 0;
  };

  Store& first() const { return *shards_.begin()->second.store; }
  /// Runs f(store) at a place (none: at the first node); with failover at the nodes that follow, if it is unavailable.
  template <class F>
  auto on(const std::optional<std::string>& place, F&& f) -> decltype(f(std::declval<Store&>()));
  std::vector<Shard*> candidates(const std::optional<std::string>& place);
  bool on_all(const Call& call);
  void take_apart(Batch& batch, const std::vector<std::optional<std::string>>& places);

  const ShardedStoreOptions options_;
  ConsistentHash ring_;
  std::map<std::string, Shard, std::less<>> shards_;  // never changes
};

// ---- where

std::optional<std::string> ShardedStore::place_of(List<Text> keys) const {
  if (keys.empty()) return std::nullopt;
  Text first = routed(keys[0]);
  std::optional<std::string> node;
  for (Text key : keys.subspan(1)) {
    Text part = routed(key);
    if (part == first) continue;
    if (!node) node = ring_.get_node(first);
    if (ring_.get_node(part) != node) refuse("CROSSSLOT Keys in request don't hash to the same slot");
  }
  return std::string(first);
}

std::optional<std::string> ShardedStore::place_of(const Call& call) const {
  std::vector<Text> keys;
  command(call.code).list_keys(call.operation, &keys, [](void* context, Text key) {
    static_cast<std::vector<Text>*>(context)->push_back(key);
  });
  return place_of(keys);
}

std::vector<ShardedStore::Shard*> ShardedStore::candidates(const std::optional<std::string>& place) {
  if (!place) return {&shards_.begin()->second};
  std::vector<Shard*> all, up;
  for (const std::string& name : ring_.get_nodes(*place, options_.failover ? shards_.size() : 1))
    all.push_back(&shards_.find(name)->second);
  if (!options_.failover) return all;
  Millis now = ticks();
  for (Shard* shard : all)
    if (shard->down_until <= now) up.push_back(shard);
  return up.empty() ? all : up;
}

template <class F>
auto ShardedStore::on(const std::optional<std::string>& place, F&& f) -> decltype(f(std::declval<Store&>())) {
  auto shards = candidates(place);
  for (std::size_t i = 0;; ++i) {
    try {
      return f(*shards[i]->store);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::unavailable || !options_.failover) throw;
      shards[i]->down_until = ticks() + options_.retry_after;
      if (i + 1 == shards.size()) throw;
    }
  }
}

Store& ShardedStore::store_at(const std::optional<std::string>& place) {
  return *candidates(place)[0]->store;
}

// ---- calls

void ShardedStore::perform(const Call& call) {
  if (on_all(call)) return;
  on(place_of(call), [&](Store& store) { store.perform(call); });
}

bool ShardedStore::on_all(const Call& call) {
  const Command& c = command(call.code);
  bool emptying = call.code == code_of<FlushDb> || call.code == code_of<FlushAll>;
  if (call.code == code_of<DbSize>) {
    std::int64_t& all = *static_cast<std::int64_t*>(call.reply);
    all = 0;
    for (auto& [name, shard] : shards_) all += shard.store->run(DbSize{}, call.db);
  } else if (call.code == code_of<Keys>) {
    auto& all = *static_cast<std::vector<std::string>*>(call.reply);
    all.clear();
    for (auto& [name, shard] : shards_)
      for (auto& key : shard.store->run(*static_cast<const Keys*>(call.operation), call.db))
        all.push_back(std::move(key));
  } else if (emptying) {
    for (auto& [name, shard] : shards_) shard.store->perform(call);
  } else if (c.is(Flags::every_key)) {
    throw Error(ErrorCode::unsupported,
                std::string(c.traits.name) + " is not possible on several stores; ask each of them");
  } else {
    return false;
  }
  return true;
}

void ShardedStore::perform(Batch& batch) {
  std::vector<std::optional<std::string>> places;
  bool reads = true;
  for (AnyCall& call : batch.calls) {
    if (call.command().is(Flags::every_key))
      throw Error(ErrorCode::unsupported,
                  std::string(call.command().traits.name) + " is not possible in a batch on several stores");
    places.push_back(place_of(call.call()));
    reads = reads && call.command().is(Flags::readonly);
  }
  std::vector<Text> keys;
  for (const auto& place : places)
    if (place) keys.push_back(*place);
  if (reads) {
    take_apart(batch, places);
    return;
  }
  std::optional<std::string> node;
  for (Text key : keys) {
    auto other = ring_.get_node(key);
    if (node && other != node) refuse("CROSSSLOT Keys in request don't hash to the same slot");
    node = other;
  }
  on(keys.empty() ? std::nullopt : std::optional<std::string>(keys[0]),
     [&](Store& store) { store.perform(batch); });
}

void ShardedStore::take_apart(Batch& batch, const std::vector<std::optional<std::string>>& places) {
  std::map<std::string, std::vector<std::size_t>> by_node;
  for (std::size_t i = 0; i < places.size(); ++i)
    by_node[places[i] ? ring_.get_node(*places[i]).value_or("") : std::string()].push_back(i);
  for (const auto& [name, some] : by_node) {
    Batch part;
    for (std::size_t i : some) part.calls.push_back(batch.calls[i].copy());
    on(places[some[0]], [&](Store& store) { store.perform(part); });
    for (std::size_t n = 0; n < some.size(); ++n) batch.calls[some[n]] = std::move(part.calls[n]);
  }
}

// ---- the rest

/// Watches at the node of the first keys.
class ShardedWatch final : public Watch {
 public:
  explicit ShardedWatch(ShardedStore& store) : store_(store) {}
  void add(std::uint16_t db, List<Text> keys) override {
    if (keys.empty()) return;
    Store& node = store_.store_at(store_.place_of(keys));
    if (node_ == nullptr) {
      node_ = &node;
      inner_ = node.watch();
    }
    if (node_ != &node) refuse("CROSSSLOT Keys in request don't hash to the same slot");
    inner_->add(db, keys);
  }
  bool commit(Batch& batch) override {
    for (AnyCall& call : batch.calls) {
      auto place = store_.place_of(call.call());
      if (place && node_ != nullptr && &store_.store_at(place) != node_)
        refuse("CROSSSLOT Keys in request don't hash to the same slot");
    }
    if (inner_) return inner_->commit(batch);
    store_.perform(batch);
    return true;
  }

 private:
  ShardedStore& store_;
  Store* node_ = nullptr;
  std::unique_ptr<Watch> inner_;
};

std::unique_ptr<Watch> ShardedStore::watch() {
  return std::make_unique<ShardedWatch>(*this);
}

Capabilities ShardedStore::capabilities() const {
  Capabilities all = first().capabilities();
  all.name = "sharded";
  for (const auto& [name, shard] : shards_) {
    Capabilities c = shard.store->capabilities();
    all.persistent = all.persistent && c.persistent;
    all.shared = all.shared || c.shared;
    all.units = all.units && c.units;
    all.databases = std::min(all.databases, c.databases);
  }
  return all;
}

void ShardedStore::close() {
  for (auto& [name, shard] : shards_) shard.store->close();
}

}  // namespace

std::shared_ptr<Store> sharded_store(std::vector<ShardNode> nodes, ShardedStoreOptions options) {
  if (nodes.empty() || !nodes[0].store)
    throw Error(ErrorCode::invalid, "a store over several needs at least one; open one first");
  return std::make_shared<ShardedStore>(std::move(nodes), options);
}

}  // namespace playhead
