// Receivers of a queue that wait, and those that meet.
#include <catch2/catch.hpp>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "playhead/modules/message_queue.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("a waiting receiver is woken by a message and looks twice", "[message_queue]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    MessageQueue waiter(Namespace(counting, 0, "ph", s.clock), "mail"), queue(s.space, "mail");
    auto got = std::async([&] { return waiter.receive_message(60'000); });
    while (counting->trips == 0)
      std::this_thread::yield();  // it has looked; the message comes before or while it waits
    queue.send_message("m");
    auto m = got.get();
    REQUIRE(m);
    REQUIRE(m->body == "m");
    REQUIRE(counting->trips.load() <= 2);
  });
}

TEST_CASE("a receiver waits no longer than it is told", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    REQUIRE_FALSE(queue.receive_message(1));
  });
}

TEST_CASE("a waiting receiver gets a message when its delay is over", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(Namespace(s.store), "mail");  // the store's time, which on Redis is the real one
    if (s.store->capabilities().name != "redis") return;
    queue.send_message({.body = "m", .delay = 30});
    REQUIRE(queue.receive_message(20'000));
  });
}

TEST_CASE("eight waiting receivers share what is sent in bulk, each message once", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    std::mutex mutex;
    std::multiset<std::string> received;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (;;) {
          auto m = queue.receive_message(60'000);
          if (!m) return;
          queue.complete_message(*m);
          if (m->body == "end") return;
          std::lock_guard lock(mutex);
          received.insert(m->body);
        }
      });
    std::vector<std::string> texts;
    for (int i = 0; i < 100; ++i) texts.push_back(std::to_string(i));
    std::vector<OutgoingMessage> out;
    for (const auto& text : texts) out.push_back({text});
    queue.send_messages(out);
    for (int t = 0; t < 8; ++t) queue.send_message({.body = "end", .priority = -1});
    for (auto& t : threads) t.join();
    REQUIRE(received == std::multiset<std::string>(texts.begin(), texts.end()));
    REQUIRE(queue.get_queue_stats().pending == 0);
  });
}

TEST_CASE("in every order of two receivers and a lease that ends, a message has one owner at a time",
          "[message_queue]") {
  int completed_by_second = 0;
  std::size_t orders = for_each_interleaving([&](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto plain = open("memory://", {clock});
    MessageQueue direct(Namespace(plain, 0, "ph", clock), "mail", {.retry_unit = 0});
    direct.send_message("m");
    auto store = stage.stepped(plain);
    std::map<int, ReceivedMessage> got;
    std::map<int, bool> done;
    for (int i = 0; i < 2; ++i)
      stage.program([&, i] {
        MessageQueue queue(Namespace(store, 0, "ph", clock), "mail", {.retry_unit = 0});
        auto m = queue.receive_message();
        if (!m) return;
        got[i] = *m;
        queue.extend_message(m->id, m->receipt);
        done[i] = queue.complete_message(*m);
      });
    stage.program([&] {
      stage.step();
      clock->advance(30'000);
      stage.step();
      clock->advance(30'000);
    });
    stage.run();
    REQUIRE(done[0] + done[1] <= 1);
    if (got.size() == 2) {
      REQUIRE(got[0].attempt + got[1].attempt == 3);
      REQUIRE(got[0].receipt != got[1].receipt);
    }
    completed_by_second += done[1];
    if (done[0] || done[1]) {
      REQUIRE(direct.get_queue_stats().completed == 1);
      REQUIRE(direct.get_queue_stats().processing + direct.get_queue_stats().pending == 0);
    } else {  // nobody lost it
      clock->advance(30'000);
      REQUIRE(direct.receive_message());
    }
  });
  REQUIRE(orders > 20);
  REQUIRE(completed_by_second > 0);
}

TEST_CASE("in every order of failing, requeueing, discarding and receiving nothing is there twice",
          "[message_queue]") {
  for_each_interleaving([](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto plain = open("memory://", {clock});
    MessageQueue direct(Namespace(plain, 0, "ph", clock), "mail", {.max_retries = 0});
    std::string id = direct.send_message("m");
    auto store = stage.stepped(plain);
    auto make = [&] { return MessageQueue(Namespace(store, 0, "ph", clock), "mail", {.max_retries = 0}); };
    std::int64_t revived = 0, discarded = 0, completed = 0;
    stage.program([&] {
      auto queue = make();
      if (auto m = queue.receive_message()) queue.fail_message(m->id, m->receipt, "broken");
    });
    stage.program([&] {
      auto queue = make();
      revived += queue.requeue();
      if (auto m = queue.receive_message()) completed += queue.complete_message(*m);
    });
    stage.program([&] {
      auto queue = make();
      discarded += queue.discard();
      revived += queue.requeue();
    });
    stage.run();
    auto stats = direct.get_queue_stats();
    REQUIRE(stats.pending + stats.delayed + stats.processing + stats.failed + completed + discarded == 1);
    REQUIRE((stats.died == 0 || stats.died + completed <= 2));
    REQUIRE(direct.message_state(id).has_value() == (completed + discarded == 0));
  });
}
