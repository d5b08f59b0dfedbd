#include "playhead/modules/message_bus.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <thread>

#include "playhead/modules/background.h"
#include "playhead/modules/chat.h"
#include "tests/modules/space.h"
#include "tests/support/forked_child.h"

using namespace playhead;
using namespace playhead::test;

namespace {

using Heard = std::vector<std::string>;

/// What callbacks heard, by any thread.
class Ears {
 public:
  MessageBus::Callback named(const std::string& name) {
    return [this, name](Text channel, Text message) {
      hear(name + " " + std::string(channel) + " " + std::string(message));
    };
  }
  void hear(std::string what) {
    std::lock_guard lock(mutex_);
    heard_.push_back(std::move(what));
    changed_.notify_all();
  }
  /// The first `count`, once they are there.
  Heard wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return heard_.size() >= count; }));
    return heard_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Heard heard_;
};

Heard sorted(Heard heard) {
  std::sort(heard.begin(), heard.end());
  return heard;
}

/// Waits until nobody has subscribed any more: a server learns a little later that a subscriber has gone.
void until_nobody_hears(MessageBus& bus, Text channel) {
  while (bus.publish(channel, "nobody") > 0) std::this_thread::yield();
}

/// Lets a callback wait for the test.
class Gate {
 public:
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace

TEST_CASE("callbacks for channels and patterns come and go while messages arrive", "[message_bus]") {
  for_each_space([](Space& s) {
    Ears ears;
    MessageBus bus(s.space);
    REQUIRE_FALSE(bus.listening());
    auto first = bus.subscribe("a", ears.named("first"));
    REQUIRE(bus.listening());
    REQUIRE(bus.publish("a", "1") == 1);
    ears.wait(1);
    bus.subscribe("b", ears.named("late"));
    auto pattern = bus.psubscribe("b*", ears.named("pattern"));
    REQUIRE(bus.publish("b", "2") == 2);
    REQUIRE(sorted(ears.wait(3)) == Heard{"first a 1", "late b 2", "pattern b 2"});
    auto second = bus.subscribe("a", ears.named("second"));
    bus.publish("a", "3");
    ears.wait(5);
    REQUIRE(bus.unsubscribe(first));
    REQUIRE_FALSE(bus.unsubscribe(first));
    REQUIRE(bus.publish("a", "4") == 1);
    REQUIRE(ears.wait(6).back() == "second a 4");
    REQUIRE(bus.unsubscribe(second));
    until_nobody_hears(bus, "a");
    REQUIRE(bus.unsubscribe(pattern));
    REQUIRE(bus.unsubscribe("b"));
    REQUIRE_FALSE(bus.unsubscribe("b"));
    until_nobody_hears(bus, "b");
    bus.psubscribe("c*", ears.named("pattern"));
    REQUIRE(bus.punsubscribe("c*"));
    REQUIRE_FALSE(bus.punsubscribe("c*"));
    REQUIRE(ears.wait(6).size() == 6);
    REQUIRE(bus.dropped() == 0);
  });
}

TEST_CASE("messages reach the callbacks in the order of their sending", "[message_bus]") {
  for_each_space([](Space& s) {
    Ears ears;
    MessageBus bus(s.space), sender(s.space);
    bus.subscribe("c", ears.named("x"));
    for (int i = 0; i < 200; ++i) sender.publish("c", std::to_string(i));
    auto heard = ears.wait(200);
    for (std::size_t i = 0; i < 200; ++i) REQUIRE(heard[i] == "x c " + std::to_string(i));
  });
}

TEST_CASE("a callback that throws is told, and the others are called", "[message_bus]") {
  for_each_space([](Space& s) {
    Ears ears, errors;
    MessageBus bus(s.space, {.on_error = [&](Text why) { errors.hear(std::string(why)); }});
    bus.subscribe("c", [](Text, Text) { throw std::runtime_error("broken"); });
    bus.subscribe("c", ears.named("x"));
    bus.publish("c", "1");
    REQUIRE(ears.wait(1) == Heard{"x c 1"});
    REQUIRE(errors.wait(1) == Heard{"broken"});
    bus.subscribe("end", [](Text, Text) { throw EndRun("enough"); });
    bus.publish("end", "");
    REQUIRE(errors.wait(2).back() == "enough");
    REQUIRE_FALSE(bus.listening());
    until_nobody_hears(bus, "c");
    bus.subscribe("c", ears.named("again"));
    REQUIRE(bus.publish("c", "2") == 1);
    REQUIRE(ears.wait(2).back() == "again c 2");
  });
}

TEST_CASE("a slow callback drops the oldest messages", "[message_bus]") {
  for_each_space([](Space& s) {
    Ears ears;
    Gate gate;
    MessageBus bus(s.space, {.limit = 10});
    bus.subscribe("c", [&](Text, Text message) {
      ears.hear(std::string(message));
      gate.pass();
    });
    bus.publish("c", "0");
    ears.wait(1);
    for (int i = 1; i < 100; ++i) bus.publish("c", std::to_string(i));
    while (bus.dropped() < 89) std::this_thread::yield();
    gate.open();
    auto heard = ears.wait(11);
    REQUIRE(heard.at(1) == "90");
    REQUIRE(heard.at(10) == "99");
  });
}

TEST_CASE("a slow callback ends listening where that is asked for", "[message_bus]") {
  for_each_space([](Space& s) {
    Ears ears, errors;
    Gate gate;
    MessageBus bus(s.space, {.limit = 1, .slow = SlowCallbacks::end, .on_error = [&](Text why) {
                               errors.hear(std::string(why));
                             }});
    bus.subscribe("c", [&](Text, Text message) {
      ears.hear(std::string(message));
      gate.pass();
    });
    bus.publish("c", "0");
    ears.wait(1);
    bus.publish("c", "1");
    bus.publish("c", "2");
    while (bus.dropped() < 1) std::this_thread::yield();
    gate.open();
    REQUIRE(errors.wait(1).at(0).find("too slow") != std::string::npos);
    REQUIRE_FALSE(bus.listening());
    until_nobody_hears(bus, "c");
    REQUIRE(ears.wait(1) == Heard{"0"});
  });
}

TEST_CASE("a callback may subscribe, unsubscribe and end listening", "[message_bus]") {
  for_each_space([](Space& s) {
    Ears ears;
    MessageBus bus(s.space);
    std::uint64_t removed = 0;
    bus.subscribe("c", [&](Text, Text) {
      bus.unsubscribe(removed);
      bus.subscribe("d", ears.named("new"));
      ears.hear("changed");
    });
    removed = bus.subscribe("c", ears.named("removed"));
    bus.publish("c", "");
    ears.wait(1);
    bus.publish("d", "1");
    REQUIRE(ears.wait(2) == Heard{"changed", "new d 1"});
    bus.subscribe("stop", [&](Text, Text) {
      bus.stop_listening();
      ears.hear("stopped");
    });
    bus.publish("stop", "");
    ears.wait(3);
    REQUIRE_FALSE(bus.listening());
    until_nobody_hears(bus, "d");
  });
}

TEST_CASE("stopping waits for the callback under way, and what came later is not delivered",
          "[message_bus]") {
  for_each_space([](Space& s) {
    Ears ears;
    Gate gate;
    MessageBus bus(s.space);
    bus.subscribe("c", [&](Text, Text message) {
      ears.hear("begin " + std::string(message));
      gate.pass();
      ears.hear("end " + std::string(message));
    });
    bus.publish("c", "1");
    bus.publish("c", "2");
    ears.wait(1);
    std::thread other([&] { gate.open(); });
    bus.stop_listening();
    REQUIRE(ears.wait(2).size() <= 4);
    REQUIRE(ears.wait(2).at(1) == "end 1");
    REQUIRE(ears.wait(2).size() % 2 == 0);
    bus.stop_listening();
    other.join();
  });
}

TEST_CASE("whoever closes the store ends listening after the messages that arrived", "[message_bus]") {
  for_each_space([](Space& s) {
    Ears ears, errors;
    MessageBus bus(s.space, {.on_error = [&](Text why) { errors.hear(std::string(why)); }});
    bus.subscribe("c", ears.named("x"));
    bus.publish("c", "1");
    ears.wait(1);
    s.store->close();
    bus.end(Error(ErrorCode::closed, "the store is closed"));
    REQUIRE(errors.wait(1) == Heard{"the store is closed"});
    REQUIRE_FALSE(bus.listening());
    REQUIRE_THROWS_AS(bus.subscribe("c", ears.named("x")), Error);
  });
}

TEST_CASE("a forked child of a process that listens ends", "[message_bus]") {
  for_each_space([](Space& s) {
    MessageBus bus(s.space);
    bus.subscribe("c", [](Text, Text) {});
    REQUIRE(in_child([&] {
      bus.stop_listening();
      return !bus.listening();
    }));
    REQUIRE(bus.listening());
  });
}

TEST_CASE("eight threads subscribe and unsubscribe while messages arrive", "[message_bus]") {
  for_each_space([](Space& s) {
    Ears ears;
    MessageBus bus(s.space);
    bus.subscribe("all", ears.named("x"));
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        std::string own = "own" + std::to_string(t);
        for (int i = 0; i < 20; ++i) {
          auto id = bus.subscribe(own, [](Text, Text) {});
          bus.publish(own, "m");
          bus.publish("all", "m");
          bus.unsubscribe(id);
        }
      });
    for (auto& t : threads) t.join();
    REQUIRE(ears.wait(160).size() == 160);
    for (int t = 0; t < 8; ++t) until_nobody_hears(bus, "own" + std::to_string(t));
  });
}

TEST_CASE("a bus refuses limits out of range", "[message_bus]") {
  for_each_space([](Space& s) { REQUIRE_THROWS_AS(MessageBus(s.space, {.limit = 0}), Error); });
}

// ---- rooms

TEST_CASE("a room's messages reach its listeners, and the newest are kept", "[chat]") {
  for_each_space([](Space& s) {
    Ears ears;
    Chat chat(s.space, {.history_limit = 3});
    auto id = chat.subscribe("room", [&](const ChatMessage& m) { ears.hear(m.user + ": " + m.text); });
    std::vector<ChatMessage> sent;
    for (int i = 0; i < 5; ++i) sent.push_back(chat.publish("room", "text " + std::to_string(i), "alice"));
    REQUIRE(ears.wait(5).at(4) == "alice: text 4");
    auto kept = chat.history("room");
    REQUIRE(kept.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      REQUIRE(kept[i].id == sent[i + 2].id);
      REQUIRE(kept[i].text == sent[i + 2].text);
      REQUIRE(kept[i].user == "alice");
      REQUIRE(kept[i].room == "room");
      REQUIRE(kept[i].at == s.clock->now());
    }
    auto page = chat.history("room", 1, 1);
    REQUIRE(page.size() == 1);
    REQUIRE(page[0].id == sent[3].id);
    REQUIRE(chat.history("other").empty());
    REQUIRE(chat.unsubscribe(id));
    chat.publish("room", "nobody listens");
    REQUIRE(ears.wait(5).size() == 5);
  });
}

TEST_CASE("keeping and sending a message is one round trip", "[chat]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Chat chat(Namespace(counting, 0, "ph"));
    chat.publish("room", "text");
    REQUIRE(counting->trips == 1);
    chat.history("room");
    REQUIRE(counting->trips == 2);
  });
}

TEST_CASE("rooms of any name, prefix and database are apart", "[chat]") {
  for_each_space([](Space& s) {
    Ears ears;
    Chat first(s.space), prefixed(Namespace(s.store, 0, "ph:chat", s.clock)),
        elsewhere(Namespace(s.store, 1, "ph", s.clock));
    auto hear = [&](const std::string& name) {
      return [&ears, name](const ChatMessage& m) { ears.hear(name + " " + m.text); };
    };
    std::string odd("a}:{%\0\xff*", 8);
    first.subscribe("a", hear("a"));
    first.subscribe(odd, hear("odd"));
    first.subscribe("a:history", hear("a:history"));
    prefixed.subscribe("a", hear("prefixed"));
    elsewhere.subscribe("a", hear("elsewhere"));
    elsewhere.publish("a", "5");
    prefixed.publish("a", "4");
    first.publish("a:history", "3");
    first.publish(odd, std::string("2\0\xff", 3));
    first.publish("a", "1");
    REQUIRE(sorted(ears.wait(5)) ==
            Heard{"a 1", "a:history 3", "elsewhere 5", std::string("odd 2\0\xff", 7), "prefixed 4"});
    REQUIRE(first.history("a").size() == 1);
    REQUIRE(elsewhere.history("a").size() == 1);
    REQUIRE(first.history(odd).at(0).text == std::string("2\0\xff", 3));
  });
}

TEST_CASE("a room without a history keeps nothing", "[chat]") {
  for_each_space([](Space& s) {
    Chat chat(s.space, {.history_limit = 0});
    chat.publish("room", "text");
    REQUIRE(chat.history("room").empty());
    REQUIRE(run(*s.store, {"DBSIZE"}) == "0");
  });
}

TEST_CASE("of eight threads that send, each one's messages are kept and heard in their order", "[chat]") {
  for_each_space([](Space& s) {
    Ears ears;
    Chat chat(s.space);
    chat.subscribe("room", [&](const ChatMessage& m) { ears.hear(m.user + m.text); });
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 10; ++i)
          chat.publish("room", std::to_string(i), std::string(1, static_cast<char>('a' + t)));
      });
    for (auto& t : threads) t.join();
    auto heard = ears.wait(80);
    Heard kept;
    for (const auto& m : chat.history("room", 100)) kept.push_back(m.user + m.text);
    if (s.store->capabilities().name == "redis") REQUIRE(kept == heard);
    // Sorted by their users only, both are the messages of each in order.
    for (Heard* all : {&kept, &heard}) {
      std::stable_sort(all->begin(), all->end(), [](const auto& x, const auto& y) { return x[0] < y[0]; });
      REQUIRE(*all == sorted(*all));
      REQUIRE(all->size() == 80);
    }
  });
}

TEST_CASE("a chat refuses what is out of range", "[chat]") {
  for_each_space([](Space& s) {
    Chat chat(s.space);
    REQUIRE_THROWS_AS(chat.publish("", "text"), Error);
    REQUIRE_THROWS_AS(chat.publish(std::string(1025, 'x'), "text"), Error);
    REQUIRE_THROWS_AS(chat.publish("room", "text", std::string(1025, 'x')), Error);
    REQUIRE_THROWS_AS(chat.subscribe("", [](const ChatMessage&) {}), Error);
    REQUIRE_THROWS_AS(chat.history("room", 0), Error);
    REQUIRE_THROWS_AS(chat.history("room", 1, -1), Error);
    REQUIRE_THROWS_AS(Chat(s.space, {.history_limit = -1}), Error);
  });
}

// ---- what went wrong in the original

TEST_CASE("a channel added after the start is deaf in the original, and not here",
          "[message_bus][originals]") {
  for_each_space([](Space& s) {
    // The original: the listener subscribes to the channels that there are when it starts.
    std::vector<Text> channels = {"first"};
    auto original = s.store->subscribe([](const Message&) {});
    original->subscribe(channels);
    channels.emplace_back("later");
    REQUIRE(s.store->run(Publish{"later", "m"}) == 0);
    original.reset();

    MessageBus bus(s.space);
    bus.subscribe("first", [](Text, Text) {});
    bus.subscribe("later", [](Text, Text) {});
    REQUIRE(bus.publish("later", "m") == 1);
  });
}
