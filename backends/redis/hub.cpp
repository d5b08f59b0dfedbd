#include "backends/redis/hub.h"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace playhead::redis {

// Everything but the handler is guarded by the hub's mutex.
struct Hub::Subscriber {
  explicit Subscriber(std::function<void(const Message&)> h) : handler(std::move(h)) {}
  std::function<void(const Message&)> handler;
  struct Name {
    bool told = false;         // the handler has seen its confirmation
    std::uint64_t joined = 0;  // the time of the last subscribe()
  };
  std::array<std::map<std::string, Name, std::less<>>, 2> names;
  std::map<std::string, std::string> refusals;  // what the server refused, and why
  std::uint64_t partings = 0;                   // unsubscribe()s begun
  std::uint64_t parted = 0;                     // those whose confirmations the handler has seen
  bool gone = false;

  std::int64_t count() const {
    auto of = [](const auto& m) {
      return std::count_if(m.begin(), m.end(), [](const auto& n) { return n.second.told; });
    };
    return of(names[0]) + of(names[1]);
  }
};

class Hub::Handle final : public Subscription {
 public:
  Handle(std::shared_ptr<Hub> hub, Shared s) : hub_(std::move(hub)), subscriber_(std::move(s)) {}
  ~Handle() override { hub_->remove(subscriber_); }
  void subscribe(List<Text> channels) override { hub_->join(subscriber_, channel, channels); }
  void psubscribe(List<Text> patterns) override { hub_->join(subscriber_, pattern, patterns); }
  void unsubscribe(List<Text> channels) override { hub_->part(subscriber_, channel, channels); }
  void punsubscribe(List<Text> patterns) override { hub_->part(subscriber_, pattern, patterns); }

 private:
  std::shared_ptr<Hub> hub_;
  Shared subscriber_;
};

namespace {
constexpr Millis first_pause = 50, longest_pause = 5000;
}

void Hub::check_open() const {
  if (closed_) throw Error(ErrorCode::closed, "the Redis store is closed");
}

std::unique_ptr<Subscription> Hub::subscribe(std::function<void(const Message&)> handler) {
  guard_.check();
  Lock lock(mutex_);
  check_open();
  return std::make_unique<Handle>(shared_from_this(), std::make_shared<Subscriber>(std::move(handler)));
}

void Hub::close() {
  {
    Lock lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  wake_.signal();
  worker_.finish();
}

// ---- subscribers

void Hub::join(const Shared& s, Kind kind, List<Text> names) {
  guard_.check();
  Lock lock(mutex_);
  check_open();
  if (!worker_.started()) worker_.start([self = shared_from_this()] { self->run(); });
  for (Text text : names) {
    std::string name(text);
    s->names[kind][name].joined = ++time_;
    s->refusals.erase(name);
    auto [at, created] = topics_[kind].try_emplace(name);
    Topic& topic = at->second;
    if (topic.members.empty()) {
      ++topic.unanswered;
      say(Sent::What::subscribe, kind, name);
    }
    bool active = topic.unanswered == 0;
    topic.members[s] = active;
    if (active) confirm(s, kind, true, name);
  }
  wake_.signal();
  if (!worker_.is_this_thread()) await_confirmations(s, kind, names, lock);
}

void Hub::await_confirmations(const Shared& s, Kind kind, List<Text> names, Lock& lock) {
  std::uint64_t failures = failures_;
  auto told = [&](Text name) {
    auto at = s->names[kind].find(name);
    return at == s->names[kind].end() || at->second.told;
  };
  auto settled = [&] {
    return closed_ || failures_ > failures || std::all_of(names.begin(), names.end(), told);
  };
  bool in_time = changed_.wait_until(lock, Deadline::in(options_.timeout_ms).at(), settled);
  check_open();
  for (Text name : names)
    if (auto at = s->refusals.find(std::string(name)); at != s->refusals.end()) throw refusal(at->second);
  if (std::all_of(names.begin(), names.end(), told)) return;
  for (Text name : names)
    if (!told(name)) leave(s, kind, std::string(name));
  if (!in_time) throw Error(ErrorCode::timeout, "Redis did not confirm a subscription before the deadline");
  throw Error(ErrorCode::unavailable, last_failure_);
}

void Hub::part(const Shared& s, Kind kind, List<Text> names) {
  guard_.check();
  Lock lock(mutex_);
  check_open();
  if (!worker_.started()) worker_.start([self = shared_from_this()] { self->run(); });
  Parting parting{s, {names.begin(), names.end()}, ++time_};
  if (names.empty())
    for (const auto& [name, state] : s->names[kind]) parting.names.push_back(name);
  if (parting.names.empty()) parting.names.emplace_back();  // Redis confirms that too
  std::uint64_t number = ++s->partings;
  if (connected_) {
    say(Sent::What::ping, kind);
    sent_.back().parting = std::move(parting);
  } else {
    finish(parting, kind);
  }
  wake_.signal();
  if (!worker_.is_this_thread()) changed_.wait(lock, [&] { return closed_ || s->parted >= number; });
}

void Hub::finish(const Parting& parting, Kind kind) {
  for (const std::string& name : parting.names) {
    auto at = parting.who->names[kind].find(name);
    bool back_again = at != parting.who->names[kind].end() && at->second.joined > parting.time;
    if (!back_again) leave(parting.who, kind, name);
    confirm(parting.who, kind, false, name);
  }
  confirmations_.back().ends_parting = true;
}

void Hub::remove(const Shared& s) {
  if (guard_.forked()) return;
  Lock lock(mutex_);
  s->gone = true;
  for (Kind kind : {channel, pattern})
    while (!s->names[kind].empty()) leave(s, kind, std::string(s->names[kind].begin()->first));
  wake_.signal();
  if (!worker_.is_this_thread()) changed_.wait(lock, [&] { return running_ != s.get(); });
}

void Hub::say(Sent::What what, Kind kind, const std::string& name) {
  static constexpr Text verbs[2][2] = {{"SUBSCRIBE", "UNSUBSCRIBE"}, {"PSUBSCRIBE", "PUNSUBSCRIBE"}};
  Request request;
  if (what == Sent::What::ping)
    request.add({"PING"});
  else
    request.add({verbs[kind][what == Sent::What::unsubscribe], name});
  outgoing_.append(request.bytes());
  sent_.push_back({what, kind, name, {}});
}

void Hub::leave(const Shared& s, Kind kind, const std::string& name) {
  s->names[kind].erase(name);
  auto at = topics_[kind].find(name);
  if (at == topics_[kind].end() || at->second.members.erase(s) == 0 || !at->second.members.empty()) return;
  say(Sent::What::unsubscribe, kind, name);
  if (at->second.unanswered == 0) topics_[kind].erase(at);
}

void Hub::confirm(const Shared& to, Kind kind, bool subscribe, const std::string& name) {
  confirmations_.push_back({to, kind, subscribe, name});
}

// A topic is active when the last SUBSCRIBE for it is answered: an earlier answer may be followed by an
// UNSUBSCRIBE.
void Hub::answered(const Value& reply) {
  if (sent_.empty()) return;
  Sent sent = std::move(sent_.front());
  sent_.pop_front();
  if (sent.parting.who) finish(sent.parting, sent.kind);
  if (sent.what != Sent::What::subscribe) return;
  auto at = topics_[sent.kind].find(sent.name);
  if (at == topics_[sent.kind].end()) return;
  if (reply.kind == Value::Kind::error) refused(sent, reply.text);
  Topic& topic = at->second;
  if (topic.unanswered > 0) --topic.unanswered;
  if (topic.members.empty() && topic.unanswered == 0) {
    topics_[sent.kind].erase(at);
    return;
  }
  if (topic.unanswered > 0) return;
  for (auto& [member, told] : topic.members)
    if (!std::exchange(told, true)) confirm(member, sent.kind, true, sent.name);
}

void Hub::refused(const Sent& sent, const std::string& text) {
  auto at = topics_[sent.kind].find(sent.name);
  if (at == topics_[sent.kind].end()) return;
  for (auto& [member, told] : at->second.members) {
    member->refusals[sent.name] = text;
    auto at_member = member->names[sent.kind].find(sent.name);
    if (at_member == member->names[sent.kind].end()) continue;
    bool was_told = at_member->second.told;
    member->names[sent.kind].erase(at_member);
    if (was_told) confirm(member, sent.kind, false, sent.name);  // it had it before the connection was lost
  }
  at->second.members.clear();
  changed_.notify_all();
}

// At a new connection, and when one is lost: then nobody answers what was asked there.
void Hub::say_everything_again() {
  std::deque<Sent> unanswered;
  unanswered.swap(sent_);
  for (const Sent& sent : unanswered)
    if (sent.parting.who) finish(sent.parting, sent.kind);
  outgoing_.clear();
  sent_.clear();
  for (Kind kind : {channel, pattern}) {
    std::erase_if(topics_[kind], [](const auto& t) { return t.second.members.empty(); });
    for (auto& [name, topic] : topics_[kind]) {
      topic.unanswered = 1;
      for (auto& [member, told] : topic.members) told = false;
      say(Sent::What::subscribe, kind, name);
    }
  }
}

// ---- the thread

void Hub::run() {
  Millis pause = first_pause;
  for (;;) {
    try {
      deliver_confirmations();
      {
        Lock lock(mutex_);
        if (closed_) return;
      }
      talk();
      pause = first_pause;
    } catch (const Failure& f) {
      Lock lock(mutex_);
      ++failures_;
      last_failure_ = f.what;
    } catch (const std::exception& e) {
      Lock lock(mutex_);
      ++failures_;
      last_failure_ = e.what();
    }
    changed_.notify_all();
    back_off(pause);
    pause = std::min(2 * pause, longest_pause);
  }
}

// Connects if somebody wants something, and serves the connection as long as it lives.
void Hub::talk() {
  {
    Lock lock(mutex_);
    if (topics_[channel].empty() && topics_[pattern].empty()) return;
  }
  Line line(options_, Deadline::in(options_.timeout_ms));
  {
    Lock lock(mutex_);
    connected_ = true;
    say_everything_again();
  }
  try {
    for (;;) {
      {
        Lock lock(mutex_);
        if (closed_) return;
      }
      attend(line);
    }
  } catch (const Failure&) {
    // Subscribers learn it from their second confirmation. Whether the server is still there, the next
    // attempt to connect tells.
    Lock lock(mutex_);
    connected_ = false;
    say_everything_again();
  }
}

void Hub::attend(Line& line) {
  std::string out;
  {
    Lock lock(mutex_);
    out.swap(outgoing_);
  }
  if (!out.empty()) line.connection.send(out, 0, Deadline::in(options_.timeout_ms));
  deliver_confirmations();
  pollfd fds[2] = {{line.connection.fd(), POLLIN, 0}, {wake_.fd(), POLLIN, 0}};
  ::poll(fds, 2, line.more ? 0 : line.silence.poll_timeout());
  if (fds[1].revents != 0) wake_.clear();
  if (fds[0].revents != 0 || line.more) return listen(line);
  if (!line.silence.passed()) return;
  // A server that has nothing to say can not be told from one that is gone: it is asked.
  Lock lock(mutex_);
  if (!sent_.empty()) throw Failure{Failure::Kind::timeout, "Redis fell silent"};
  say(Sent::What::ping, channel);
  line.silence = Deadline::in(options_.timeout_ms);
}

// Not everything at once: a flood of messages must not keep new subscriptions from being sent.
void Hub::listen(Line& line) {
  line.silence = Deadline::in(options_.timeout_ms);
  Value reply;
  line.more = true;
  for (int i = 0; i < 256 && line.more; ++i)
    if (line.more = line.connection.poll(reply); line.more) receive(reply);
}

void Hub::back_off(Millis ms) {
  pollfd fd{wake_.fd(), POLLIN, 0};
  {
    Lock lock(mutex_);
    if (closed_ || !confirmations_.empty()) return;
    if (topics_[channel].empty() && topics_[pattern].empty()) ms = -1;
  }
  if (::poll(&fd, 1, static_cast<int>(ms)) > 0) wake_.clear();
}

// What a subscribed connection receives: ["message", channel, payload], ["pmessage", pattern, channel,
// payload], and the answers to what was sent, in its order: ["subscribe", name, count] and the like, ["pong",
// ""] or "PONG", or an error.
void Hub::receive(const Value& reply) {
  Text what = reply.items.empty() ? Text() : Text(reply.items[0].text);
  if (what == "message" && reply.items.size() == 3)
    return deliver(channel, {}, reply.items[1].text, reply.items[2].text);
  if (what == "pmessage" && reply.items.size() == 4)
    return deliver(pattern, reply.items[1].text, reply.items[2].text, reply.items[3].text);
  {
    Lock lock(mutex_);
    answered(reply);
  }
  deliver_confirmations();
}

void Hub::deliver(Kind kind, Text pattern_name, Text channel_name, Text payload) {
  Text name = kind == pattern ? pattern_name : channel_name;
  Lock lock(mutex_);
  auto topic = topics_[kind].find(name);
  if (topic == topics_[kind].end()) return;
  std::vector<Shared> members;
  for (const auto& [member, told] : topic->second.members) members.push_back(member);
  Message message{kind == pattern ? Message::Kind::pmessage : Message::Kind::message, pattern_name,
                  channel_name, payload, 0};
  for (const Shared& m : members)
    if (auto at = m->names[kind].find(name); at != m->names[kind].end() && at->second.told)
      call(m, message, lock);
}

void Hub::deliver_confirmations() {
  static constexpr Message::Kind kinds[2][2] = {{Message::Kind::unsubscribe, Message::Kind::subscribe},
                                                {Message::Kind::punsubscribe, Message::Kind::psubscribe}};
  Lock lock(mutex_);
  while (!confirmations_.empty()) {
    Confirmation c = std::move(confirmations_.front());
    confirmations_.pop_front();
    auto at = c.to->names[c.kind].find(c.name);
    if (c.subscribe && at == c.to->names[c.kind].end()) continue;  // given up in between
    if (c.subscribe) at->second.told = true;
    Message m{kinds[c.kind][c.subscribe], {}, c.name, {}, c.to->count()};
    call(c.to, m, lock);
    if (c.ends_parting) ++c.to->parted;
    changed_.notify_all();
  }
}

void Hub::call(const Shared& to, const Message& message, Lock& lock) noexcept {
  if (to->gone || closed_) return;
  running_ = to.get();
  lock.unlock();
  to->handler(message);
  lock.lock();
  running_ = nullptr;
  changed_.notify_all();
}

}  // namespace playhead::redis
