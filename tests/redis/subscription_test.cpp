#include <catch2/catch.hpp>

#include <condition_variable>
#include <future>

#include "tests/redis/fixture.h"
#include "tests/redis/proxy.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// What a subscriber hears, as text.
class Inbox {
 public:
  std::function<void(const Message&)> handler() {
    return [this](const Message& m) {
      static const char* names[] = {"subscribe",    "unsubscribe", "psubscribe",
                                    "punsubscribe", "message",     "pmessage"};
      std::string line = std::string(names[static_cast<int>(m.kind)]) + " " + std::string(m.channel);
      if (m.kind == Message::Kind::pmessage) line += " by " + std::string(m.pattern);
      if (m.kind >= Message::Kind::message)
        line += ": " + std::string(m.payload);
      else
        line += " " + std::to_string(m.count);
      std::lock_guard lock(mutex_);
      lines_.push_back(line);
      changed_.notify_all();
    };
  }
  /// Waits for so many messages in all.
  std::vector<std::string> lines(std::size_t n) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [&] { return lines_.size() >= n; }))
      throw std::runtime_error("too few messages");
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

/// A subscription to the channel "a" whose handler has a message and does not return.
struct SlowHandler {
  explicit SlowHandler(Store& store) {
    subscription = store.subscribe([this](const Message& m) {
      if (m.kind != Message::Kind::message) return;
      entered_.set_value();
      leave.get_future().wait();
      finished = true;
    });
    Text a = "a";
    subscription->subscribe({&a, 1});
    store.run(Publish{"a", "1"});
    entered_.get_future().wait();
  }
  std::unique_ptr<Subscription> subscription;
  std::promise<void> leave;  ///< lets it return
  std::atomic<bool> finished{false};

 private:
  std::promise<void> entered_;
};

using Lines = std::vector<std::string>;
std::vector<Text> names(std::initializer_list<Text> n) {
  return n;
}

}  // namespace

TEST_CASE("whatever is published after subscribe returned is received") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  Inbox inbox;
  auto s = store.subscribe(inbox.handler());
  s->subscribe(names({"a", "b"}));
  CHECK(store.run(Publish{"a", std::string_view("x\0y", 3)}) == 1);
  CHECK(store.run(Publish{"b", ""}) == 1);
  CHECK(store.run(Publish{"c", "nobody"}) == 0);
  CHECK(inbox.lines(4) ==
        Lines{"subscribe a 1", "subscribe b 2", std::string("message a: x\0y", 14), "message b: "});
}

TEST_CASE("patterns receive with their name") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  Inbox inbox;
  auto s = store.subscribe(inbox.handler());
  s->subscribe(names({"news"}));
  s->psubscribe(names({"n*"}));
  store.run(Publish{"news", "1"});
  CHECK(inbox.lines(4) ==
        Lines{"subscribe news 1", "psubscribe n* 2", "message news: 1", "pmessage news by n*: 1"});
}

TEST_CASE("after unsubscribe returned nothing more is received") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  Inbox inbox;
  auto s = store.subscribe(inbox.handler());
  s->subscribe(names({"a", "b"}));
  s->unsubscribe(names({"a"}));
  store.run(Publish{"a", "1"});
  store.run(Publish{"b", "2"});
  s->unsubscribe({});
  s->unsubscribe({});
  CHECK(inbox.lines(6) == Lines{"subscribe a 1", "subscribe b 2", "unsubscribe a 1", "message b: 2",
                                "unsubscribe b 0", "unsubscribe  0"});
}

TEST_CASE("subscribers of one store share a channel and leave it one by one") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  Inbox first, second;
  auto a = store.subscribe(first.handler());
  auto b = store.subscribe(second.handler());
  a->subscribe(names({"c"}));
  b->subscribe(names({"c"}));
  CHECK(server.ask({"PUBLISH", "c", "1"}) == "1");  // one connection for both
  CHECK(first.lines(2) == Lines{"subscribe c 1", "message c: 1"});
  CHECK(second.lines(2) == Lines{"subscribe c 1", "message c: 1"});
  a.reset();
  CHECK(server.ask({"PUBLISH", "c", "2"}) == "1");
  CHECK(second.lines(3).back() == "message c: 2");
  b.reset();
  while (server.ask({"PUBSUB", "NUMSUB", "c"}) != "c\n0") {
  }
  CHECK(first.lines(2).size() == 2);
}

TEST_CASE("after a lost connection everything is subscribed again and confirmed once more") {
  RedisServer server;
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  Inbox inbox;
  auto s = store.subscribe(inbox.handler());
  s->subscribe(names({"a"}));
  s->psubscribe(names({"p*"}));
  proxy.cut_all();
  CHECK(inbox.lines(4) == Lines{"subscribe a 1", "psubscribe p* 2", "subscribe a 2", "psubscribe p* 2"});
  server.ask({"PUBLISH", "a", "1"});
  server.ask({"PUBLISH", "pq", "2"});
  CHECK(inbox.lines(6).back() == "pmessage pq by p*: 2");
}

TEST_CASE("a server that comes back is subscribed to again") {
  RedisServer server;
  RedisStore store(at_port(server.port()));
  Inbox inbox, late;
  auto s = store.subscribe(inbox.handler());
  s->subscribe(names({"a"}));
  server.stop();
  auto t = store.subscribe(late.handler());
  CHECK(code_from([&] { t->subscribe(names({"b"})); }) == ErrorCode::unavailable);
  server.start();
  CHECK(inbox.lines(2).back() == "subscribe a 1");
  t->subscribe(names({"b"}));
  server.ask({"PUBLISH", "b", "1"});
  CHECK(late.lines(2) == Lines{"subscribe b 1", "message b: 1"});
}

TEST_CASE("a server that falls silent is given up and connected to again") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisOptions o = at_port(proxy.port());
  o.timeout_ms = 200;
  RedisStore store(o);
  Inbox inbox;
  auto s = store.subscribe(inbox.handler());
  s->subscribe(names({"a"}));
  proxy.hold_connection(Proxy::replies, 1);
  CHECK(inbox.lines(2).back() == "subscribe a 1");
  CHECK(proxy.connections() >= 2);
  proxy.release();
}

TEST_CASE("a channel that the server refuses is an error of subscribe") {
  RedisServer& server = empty_server();
  server.ask({"ACL", "SETUSER", "few", "on", ">secret", "~*", "+@all", "resetchannels", "&allowed"});
  RedisOptions o = at_port(server.port());
  o.user = "few";
  o.password = "secret";
  RedisStore store(o);
  Inbox inbox;
  auto s = store.subscribe(inbox.handler());
  CHECK(code_from([&] { s->subscribe(names({"other"})); }) == ErrorCode::command);
  s->subscribe(names({"allowed"}));
  CHECK(inbox.lines(1) == Lines{"subscribe allowed 1"});
}

TEST_CASE("a handler may subscribe, unsubscribe and end its own subscription") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  std::unique_ptr<Subscription> s;
  std::promise<void> subscribed, ended;
  int confirmations = 0;
  s = store.subscribe([&](const Message& m) {
    ++confirmations;
    if (m.kind == Message::Kind::subscribe && m.channel == "a") {
      s->subscribe(names({"b"}));
      s->unsubscribe(names({"a"}));
    } else if (m.kind == Message::Kind::subscribe) {
      subscribed.set_value();
    } else if (m.kind == Message::Kind::message) {
      s.reset();
      ended.set_value();
    }
  });
  s->subscribe(names({"a"}));
  subscribed.get_future().wait();
  server.ask({"PUBLISH", "b", "1"});
  ended.get_future().wait();
  CHECK(confirmations >= 3);
  CHECK(s == nullptr);
}

TEST_CASE("destroying a subscription waits for its running handler") {
  RedisStore store(at_port(empty_server().port()));
  SlowHandler slow(store);
  bool finished_first = false;
  std::thread destroyer([&] {
    slow.subscription.reset();
    finished_first = slow.finished;
  });
  slow.leave.set_value();
  destroyer.join();
  CHECK(finished_first);
}

TEST_CASE("closing the store ends its subscriptions") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  Inbox inbox;
  auto s = store.subscribe(inbox.handler());
  s->subscribe(names({"a"}));
  store.close();
  while (server.ask({"PUBSUB", "NUMSUB", "a"}) != "a\n0") {
  }
  CHECK(inbox.lines(1).size() == 1);
}

TEST_CASE("every thread that closes the store waits for a handler that runs") {
  RedisStore store(at_port(empty_server().port()));
  SlowHandler slow(store);
  std::atomic<int> early{0};
  std::vector<std::thread> closers;
  for (int t = 0; t < 3; ++t)
    closers.emplace_back([&] {
      store.close();
      if (!slow.finished) ++early;
    });
  slow.leave.set_value();
  for (auto& t : closers) t.join();
  CHECK(early == 0);
}

TEST_CASE(
    "threads that come and go on one channel lose nothing that is published while they are subscribed") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  std::atomic<int> missing{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        std::string mine = std::to_string(t) + "/" + std::to_string(i);
        std::mutex mutex;
        std::condition_variable changed;
        bool heard = false;
        auto s = store.subscribe([&](const Message& m) {
          std::lock_guard lock(mutex);
          heard = heard || m.payload == mine;
          changed.notify_all();
        });
        s->subscribe(names({"shared"}));
        store.run(Publish{"shared", mine});
        std::unique_lock lock(mutex);
        if (!changed.wait_for(lock, std::chrono::seconds(10), [&] { return heard; })) ++missing;
        lock.unlock();
        if (i % 2 == 0) s->unsubscribe(names({"shared"}));
      }
    });
  for (auto& t : threads) t.join();
  CHECK(missing == 0);
}
