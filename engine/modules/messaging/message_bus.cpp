#include "playhead/modules/message_bus.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "engine/store/fork.h"
#include "playhead/modules/background.h"

namespace playhead {

namespace {

constexpr std::int64_t greatest_limit = 10'000'000;

struct Entry {
  Entry(std::uint64_t number, MessageBus::Callback function) : id(number), callback(std::move(function)) {}
  const std::uint64_t id;
  const MessageBus::Callback callback;
  std::atomic<bool> removed = false;
};
using Entries = std::vector<std::shared_ptr<Entry>>;

}  // namespace

// What lasts from the first subscription until listening ends. The thread shares it, because a callback may end the
// bus. The store calls arrive() with locks of its own, so that nothing calls the store under `queue_mutex_`.
class MessageBus::Listening : public std::enable_shared_from_this<Listening> {
 public:
  explicit Listening(MessageBusOptions options) : options_(std::move(options)) {}

  void start(Store& store) {
    subscription_ = store.subscribe([this](const Message& m) { arrive(m); });
    worker_.start([self = shared_from_this()] { self->work(); });
  }

  /// False: it has ended, and nothing was added.
  bool add(bool pattern, Text name, std::shared_ptr<Entry> entry) {
    std::lock_guard lock(table_mutex_);
    if (!subscription_) return false;
    auto& table = tables_[pattern ? 1 : 0];
    auto found = table.find(name);
    if (found == table.end()) {
      if (pattern)
        subscription_->psubscribe({&name, 1});
      else
        subscription_->subscribe({&name, 1});
      found = table.try_emplace(std::string(name)).first;
    }
    found->second.push_back(std::move(entry));
    return true;
  }
  /// `id`: nothing for all of the name.
  bool remove(bool pattern, Text name, std::optional<std::uint64_t> id) {
    std::lock_guard lock(table_mutex_);
    auto& table = tables_[pattern ? 1 : 0];
    auto found = table.find(name);
    if (found == table.end()) return false;
    auto wanted = [&](const auto& entry) { return !id || entry->id == *id; };
    bool any = false;
    for (const auto& entry : found->second)
      if (wanted(entry)) any = entry->removed = true;
    std::erase_if(found->second, wanted);
    if (found->second.empty()) forget(pattern, found->first);
    return any;
  }
  bool remove(std::uint64_t id) {
    for (bool pattern : {false, true})
      if (auto name = name_of_entry(pattern, id); name && remove(pattern, *name, id)) return true;
    return false;
  }

  void end(const Error& why) {
    std::lock_guard lock(queue_mutex_);
    if (!why_) why_ = why;
    wake_.notify_all();
  }
  /// Nothing is delivered from now on but for the message under way.
  void stop() {
    {
      std::lock_guard lock(queue_mutex_);
      stopping_ = true;
      wake_.notify_all();
    }
    clear();
    worker_.finish();  // not on the thread itself
  }
  std::uint64_t dropped() const {
    std::lock_guard lock(queue_mutex_);
    return dropped_;
  }
  bool ended() const { return ended_.load(); }

 private:
  struct Item {
    bool pattern;
    std::string name, channel, payload;
  };

  void arrive(const Message& m) {
    bool pattern = m.kind == Message::Kind::pmessage;
    if (!pattern && m.kind != Message::Kind::message) return;
    std::lock_guard lock(queue_mutex_);
    if (static_cast<std::int64_t>(items_.size()) >= options_.limit) {
      items_.pop_front();
      ++dropped_;
    }
    items_.push_back({pattern, std::string(pattern ? m.pattern : m.channel), std::string(m.channel),
                      std::string(m.payload)});
    wake_.notify_one();
  }

  void work() {
    std::optional<std::string> why;
    try {
      while (auto item = next()) deliver(*item);
    } catch (const EndRun& end) {
      why = end.why();
    } catch (const Error& e) {
      why = e.what();
    }
    clear();
    ended_ = true;
    if (why) tell(*why);
  }

  /// The next message; nothing: it was stopped. Throws why no more come.
  std::optional<Item> next() {
    std::unique_lock lock(queue_mutex_);
    wake_.wait(lock, [&] { return stopping_ || why_ || !items_.empty(); });
    if (stopping_) return std::nullopt;
    if (options_.slow == SlowCallbacks::end && dropped_ > 0)
      throw Error(ErrorCode::invalid, "callbacks were too slow for the messages, and some were dropped");
    if (items_.empty()) throw Error(*why_);
    Item item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

  void deliver(const Item& item) {
    for (const auto& entry : entries(item)) {
      if (entry->removed) continue;
      try {
        entry->callback(item.channel, item.payload);
      } catch (const std::exception& e) {
        tell(e.what());
      }
    }
  }

  Entries entries(const Item& item) {
    std::lock_guard lock(table_mutex_);
    const auto& table = tables_[item.pattern ? 1 : 0];
    auto found = table.find(item.name);
    return found == table.end() ? Entries() : found->second;
  }
  std::optional<std::string> name_of_entry(bool pattern, std::uint64_t id) {
    std::lock_guard lock(table_mutex_);
    for (const auto& [name, entries] : tables_[pattern ? 1 : 0])
      for (const auto& entry : entries)
        if (entry->id == id) return name;
    return std::nullopt;
  }
  // Under table_mutex_.
  void forget(bool pattern, const std::string& name) {
    // `name` may be that of the entry that goes.
    std::string unsubscribed = name;  // NOLINT(performance-unnecessary-copy-initialization)
    Text text = unsubscribed;
    tables_[pattern ? 1 : 0].erase(name);
    if (!subscription_) return;
    if (pattern)
      subscription_->punsubscribe({&text, 1});
    else
      subscription_->unsubscribe({&text, 1});
  }
  void clear() {
    std::unique_ptr<Subscription> ending;
    std::lock_guard lock(table_mutex_);
    for (auto& table : tables_) {
      for (auto& [name, entries] : table)
        for (auto& entry : entries) entry->removed = true;
      table.clear();
    }
    ending = std::move(subscription_);
  }
  void tell(Text message) const {
    if (options_.on_error) options_.on_error(message);
  }

  const MessageBusOptions options_;
  std::mutex table_mutex_;
  std::map<std::string, Entries, std::less<>> tables_[2];  // of channels, of patterns; under table_mutex_
  std::unique_ptr<Subscription> subscription_;             // under table_mutex_; null: ended
  mutable std::mutex queue_mutex_;
  std::condition_variable wake_;
  std::deque<Item> items_;  // the rest is under queue_mutex_
  std::uint64_t dropped_ = 0;
  std::optional<Error> why_;
  bool stopping_ = false;
  std::atomic<bool> ended_ = false;
  Worker worker_;
};

// In a forked child the mutex may be locked for ever: nothing of it is touched.
struct MessageBus::State {
  std::shared_ptr<Listening> now() const {
    if (guard.forked()) return nullptr;
    std::lock_guard lock(mutex);
    return listening;
  }

  const ForkGuard guard;
  mutable std::mutex mutex;
  std::shared_ptr<Listening> listening;  // under mutex
  std::uint64_t last = 0;                // under mutex
};

MessageBus::MessageBus(Namespace space, MessageBusOptions options)
    : space_(std::move(space)), options_(std::move(options)), state_(new State, [](State* state) {
        if (!state->guard.forked()) delete state;
      }) {
  check_range("limit", options_.limit, 1, greatest_limit);
}

MessageBus::~MessageBus() {
  stop_listening();
}

std::int64_t MessageBus::publish(Text channel, Text message) {
  return space_.run(Publish{channel, message});
}

std::uint64_t MessageBus::add(bool pattern, Text name, Callback callback) {
  if (state_->guard.forked())
    throw Error(ErrorCode::closed,
                "this was made before the process was forked; make another one in the child");
  std::shared_ptr<Listening> listening;
  std::shared_ptr<Entry> entry;
  {
    std::lock_guard lock(state_->mutex);
    entry = std::make_shared<Entry>(++state_->last, std::move(callback));
    if (!state_->listening || state_->listening->ended()) {
      auto begun = std::make_shared<Listening>(options_);
      begun->start(space_.store());
      state_->listening = std::move(begun);
    }
    listening = state_->listening;
  }
  if (!listening->add(pattern, name, entry))
    throw Error(ErrorCode::closed, "listening has ended meanwhile; subscribe again");
  return entry->id;
}

std::uint64_t MessageBus::subscribe(Text channel, Callback callback) {
  return add(false, channel, std::move(callback));
}

std::uint64_t MessageBus::psubscribe(Text pattern, Callback callback) {
  return add(true, pattern, std::move(callback));
}

bool MessageBus::unsubscribe(std::uint64_t subscription) {
  auto listening = state_->now();
  return listening && listening->remove(subscription);
}

bool MessageBus::unsubscribe(Text channel) {
  auto listening = state_->now();
  return listening && listening->remove(false, channel, {});
}

bool MessageBus::punsubscribe(Text pattern) {
  auto listening = state_->now();
  return listening && listening->remove(true, pattern, {});
}

void MessageBus::stop_listening() {
  auto ending = state_->now();
  if (!ending) return;
  {
    std::lock_guard lock(state_->mutex);
    if (state_->listening == ending) state_->listening.reset();
  }
  ending->stop();
}

void MessageBus::end(const Error& why) {
  if (auto listening = state_->now()) listening->end(why);
}

std::uint64_t MessageBus::dropped() const {
  auto listening = state_->now();
  return listening ? listening->dropped() : 0;
}

bool MessageBus::listening() const {
  auto listening = state_->now();
  return listening && !listening->ended();
}

}  // namespace playhead
