#include "backends/embedded/broker.h"

#include <mutex>

#include "engine/store/glob.h"

namespace playhead::embedded {

namespace {
// In Redis the empty channel matches the empty pattern only.
bool matches(Text pattern, Text channel) {
  return glob_match(pattern, channel, false) && (pattern.empty() || !channel.empty());
}
}  // namespace

// The handler runs under the subscriber's own mutex, recursive so that a handler may change its own
// subscription.
class Broker::Subscriber {
 public:
  explicit Subscriber(std::function<void(const Message&)> handler) : handler_(std::move(handler)) {}
  void deliver(const Message& m) {
    std::lock_guard lock(mutex_);
    if (handler_) handler_(m);
  }
  /// Keeps messages from being delivered meanwhile.
  [[nodiscard]] std::unique_lock<std::recursive_mutex> hold() { return std::unique_lock(mutex_); }
  /// No handler runs when this returns, unless it was called from within it.
  void stop() {
    std::lock_guard lock(mutex_);
    stopped_ = std::move(handler_);
    handler_ = nullptr;
  }
  std::set<std::string, std::less<>> channels, patterns;  // guarded by the broker's mutex
  std::int64_t count() const { return static_cast<std::int64_t>(channels.size() + patterns.size()); }

 private:
  std::recursive_mutex mutex_;
  std::function<void(const Message&)> handler_;
  std::function<void(const Message&)> stopped_;  // kept alive: stop() may be running inside it
};

class Broker::Handle final : public Subscription {
 public:
  Handle(std::shared_ptr<Broker> broker, std::function<void(const Message&)> handler)
      : broker_(std::move(broker)), subscriber_(std::make_shared<Subscriber>(std::move(handler))) {}
  ~Handle() override {
    subscriber_->stop();
    std::unique_lock lock(broker_->mutex_);
    for (const auto& c : subscriber_->channels) drop(broker_->channels_, c);
    for (const auto& p : subscriber_->patterns) drop(broker_->patterns_, p);
  }
  void subscribe(List<Text> names) override {
    add(names, broker_->channels_, subscriber_->channels, Message::Kind::subscribe);
  }
  void psubscribe(List<Text> names) override {
    add(names, broker_->patterns_, subscriber_->patterns, Message::Kind::psubscribe);
  }
  void unsubscribe(List<Text> names) override {
    remove(names, broker_->channels_, subscriber_->channels, Message::Kind::unsubscribe);
  }
  void punsubscribe(List<Text> names) override {
    remove(names, broker_->patterns_, subscriber_->patterns, Message::Kind::punsubscribe);
  }

 private:
  using Table = std::map<std::string, Members, std::less<>>;
  using Names = std::set<std::string, std::less<>>;

  void confirm(Message::Kind kind, Text name, std::int64_t count) {
    Message m{kind, {}, name, {}, count};
    subscriber_->deliver(m);
  }
  void add(List<Text> names, Table& table, Names& mine, Message::Kind kind) {
    for (Text name : names) {
      auto quiet = subscriber_->hold();  // no message comes before its channel's confirmation
      std::int64_t count = 0;
      {
        std::unique_lock lock(broker_->mutex_);
        if (mine.emplace(name).second) table[std::string(name)].insert(subscriber_);
        count = subscriber_->count();
      }
      confirm(kind, name, count);
    }
  }
  void remove(List<Text> names, Table& table, Names& mine, Message::Kind kind) {
    std::vector<std::string> all;
    if (names.empty()) {
      std::shared_lock lock(broker_->mutex_);
      all.assign(mine.begin(), mine.end());
    } else {
      all.assign(names.begin(), names.end());
    }
    for (const std::string& name : all) {
      std::int64_t count = 0;
      {
        std::unique_lock lock(broker_->mutex_);
        if (mine.erase(name) > 0) drop(table, name);
        count = subscriber_->count();
      }
      confirm(kind, name, count);
    }
    if (all.empty()) {
      std::int64_t count = 0;
      {
        std::shared_lock lock(broker_->mutex_);
        count = subscriber_->count();
      }
      confirm(kind, {}, count);
    }
  }
  void drop(Table& table, const std::string& name) {
    auto at = table.find(name);
    if (at == table.end()) return;
    at->second.erase(subscriber_);
    if (at->second.empty()) table.erase(at);
  }

  std::shared_ptr<Broker> broker_;
  std::shared_ptr<Subscriber> subscriber_;
};

std::unique_ptr<Subscription> Broker::subscribe(std::function<void(const Message&)> handler) {
  return std::make_unique<Handle>(shared_from_this(), std::move(handler));
}

void Broker::publish(Text channel, Text payload) {
  std::vector<std::shared_ptr<Subscriber>> direct;
  std::vector<std::pair<std::string, std::shared_ptr<Subscriber>>> by_pattern;
  {
    std::shared_lock lock(mutex_);
    if (auto at = channels_.find(channel); at != channels_.end())
      direct.assign(at->second.begin(), at->second.end());
    for (const auto& [pattern, members] : patterns_)
      if (matches(pattern, channel))
        for (const auto& s : members) by_pattern.emplace_back(pattern, s);
  }
  for (auto& s : direct) s->deliver({Message::Kind::message, {}, channel, payload, 0});
  for (auto& [pattern, s] : by_pattern) s->deliver({Message::Kind::pmessage, pattern, channel, payload, 0});
}

std::int64_t Broker::receivers(Text channel) const {
  std::shared_lock lock(mutex_);
  std::size_t n = 0;
  if (auto at = channels_.find(channel); at != channels_.end()) n += at->second.size();
  for (const auto& [pattern, members] : patterns_)
    if (matches(pattern, channel)) n += members.size();
  return static_cast<std::int64_t>(n);
}

std::vector<std::string> Broker::channels(std::optional<Text> pattern) const {
  std::shared_lock lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, members] : channels_)
    if (!pattern || matches(*pattern, name)) out.push_back(name);
  return out;
}

std::int64_t Broker::subscribers(Text channel) const {
  std::shared_lock lock(mutex_);
  auto at = channels_.find(channel);
  return at == channels_.end() ? 0 : static_cast<std::int64_t>(at->second.size());
}

std::int64_t Broker::patterns() const {
  std::shared_lock lock(mutex_);
  return static_cast<std::int64_t>(patterns_.size());
}

}  // namespace playhead::embedded
