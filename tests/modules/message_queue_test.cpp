#include "playhead/modules/message_queue.h"

#include <catch2/catch.hpp>

#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

std::vector<std::string> bodies(const std::vector<ReceivedMessage>& messages) {
  std::vector<std::string> out;
  for (const auto& m : messages) out.push_back(m.body);
  return out;
}

using Bodies = std::vector<std::string>;

}  // namespace

TEST_CASE("a message that was sent is received and completed", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    std::string body("a\0\xff", 3), id = queue.send_message(body);
    auto m = queue.receive_message();
    REQUIRE(m);
    REQUIRE(m->id == id);
    REQUIRE(m->body == body);
    REQUIRE(m->attempt == 1);
    REQUIRE(m->sent_at == s.clock->now());
    REQUIRE(m->lease_ends == s.clock->now() + 30'000);
    REQUIRE_FALSE(queue.receive_message());
    REQUIRE(queue.complete_message(*m));
    REQUIRE_FALSE(queue.complete_message(*m));
    REQUIRE_FALSE(queue.message_state(id));
    s.clock->advance(86'400'000);
    REQUIRE_FALSE(queue.receive_message());
  });
}

TEST_CASE("the greatest priority comes first, equal ones in the order of sending", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    for (int i = 0; i < 12; ++i)
      queue.send_message({.body = std::to_string(i), .priority = i % 3 == 2 ? 1000 : i % 3 - 1});
    REQUIRE(bodies(queue.receive_messages(100)) ==
            Bodies{"2", "5", "8", "11", "1", "4", "7", "10", "0", "3", "6", "9"});
  });
}

TEST_CASE("a delayed message is received when its time has come, at its place", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    auto id = queue.send_message({.body = "late", .delay = 1000});
    queue.send_message("early");
    REQUIRE(queue.message_state(id)->status == MessageStatus::delayed);
    s.clock->advance(999);
    REQUIRE(bodies(queue.receive_messages(1)) == Bodies{"early"});
    queue.send_message("later still");
    s.clock->advance(1);
    REQUIRE(bodies(queue.receive_messages(10)) == Bodies{"late", "later still"});
  });
}

TEST_CASE("a message whose receiver vanished comes again with another receipt", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    queue.send_message("m");
    auto first = queue.receive_message();
    s.clock->advance(29'999);
    REQUIRE_FALSE(queue.receive_message());
    s.clock->advance(1);
    REQUIRE_FALSE(queue.receive_message());
    REQUIRE(queue.message_state(first->id)->status == MessageStatus::retry);
    REQUIRE(queue.message_state(first->id)->reason == "the lease ended");
    s.clock->advance(2000);
    auto second = queue.receive_message();
    REQUIRE(second);
    REQUIRE(second->attempt == 2);
    REQUIRE(second->receipt != first->receipt);
    REQUIRE_FALSE(queue.complete_message(*first));
    REQUIRE_FALSE(queue.fail_message(first->id, first->receipt));
    REQUIRE_FALSE(queue.extend_message(first->id, first->receipt));
    REQUIRE(queue.complete_message(*second));
  });
}

TEST_CASE("who is late may complete as long as nobody else has looked", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    queue.send_message("m");
    auto m = queue.receive_message();
    s.clock->advance(100'000);
    REQUIRE(queue.complete_message(*m));
    REQUIRE(queue.get_queue_stats().processing == 0);
  });
}

TEST_CASE("a failed message comes again after 2^n seconds, at most 300, and then is a dead letter",
          "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail", {.max_retries = 10});
    auto id = queue.send_message("m");
    for (int n = 1; n <= 10; ++n) {
      auto m = queue.receive_message();
      REQUIRE(m);
      REQUIRE(m->attempt == n);
      REQUIRE(queue.fail_message(id, m->receipt, "no route"));
      REQUIRE(queue.message_state(id)->at - s.clock->now() == std::min(300, 1 << n) * 1000);
      REQUIRE_FALSE(queue.receive_message());
      s.clock->set(queue.message_state(id)->at);
    }
    auto m = queue.receive_message();
    REQUIRE(queue.fail_message(id, m->receipt, "no route"));
    s.clock->advance(86'400'000);
    REQUIRE_FALSE(queue.receive_message());
    REQUIRE(queue.message_state(id)->status == MessageStatus::failed);
    auto dead = queue.dead_letters();
    REQUIRE(dead.items.size() == 1);
    REQUIRE(dead.items[0].reason == "no route");
    REQUIRE(dead.items[0].body == "m");
    REQUIRE(dead.items[0].attempts == 11);
  });
}

TEST_CASE("whoever fails a message may say when it comes again", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    queue.send_message("m");
    auto m = queue.receive_message();
    queue.fail_message(m->id, m->receipt, "", 50);
    s.clock->advance(49);
    REQUIRE_FALSE(queue.receive_message());
    s.clock->advance(1);
    m = queue.receive_message();
    REQUIRE(m);
    queue.fail_message(m->id, m->receipt, "", 0);
    REQUIRE(queue.receive_message());
  });
}

TEST_CASE("dead letters are requeued as new messages, or discarded", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail", {.max_retries = 0});
    std::vector<std::string> ids;
    for (const char* body : {"a", "b", "c"}) {
      ids.push_back(queue.send_message(body));
      auto m = queue.receive_message();
      if (ids.size() == 3)
        REQUIRE(queue.reject_message(m->id, m->receipt, "bad"));
      else
        REQUIRE(queue.fail_message(m->id, m->receipt, "broken"));
      s.clock->advance(1);
    }
    auto page = queue.dead_letters({}, 2);
    REQUIRE(page.items.size() == 2);
    REQUIRE(page.items[0].id == ids[2]);
    REQUIRE(queue.dead_letters(page.next, 2).items.at(0).id == ids[0]);
    std::vector<Text> one = {ids[1]};
    REQUIRE(queue.requeue(one) == 1);
    REQUIRE(queue.requeue(one) == 0);
    REQUIRE(queue.receive_message()->attempt == 1);
    one = {ids[2]};
    REQUIRE(queue.discard(one) == 1);
    REQUIRE_FALSE(queue.message_state(ids[2]));
    REQUIRE(queue.requeue() == 1);
    REQUIRE(queue.receive_message()->id == ids[0]);
    REQUIRE(queue.get_queue_stats().failed == 0);
  });
}

TEST_CASE("dead letters go after their retention, if it is given", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail", {.max_retries = 0, .dead_retention = 1000});
    queue.send_message("m");
    auto m = queue.receive_message();
    queue.fail_message(m->id, m->receipt);
    s.clock->advance(999);
    queue.receive_message();
    REQUIRE(queue.get_queue_stats().failed == 1);
    s.clock->advance(1);
    queue.receive_message();
    REQUIRE(queue.get_queue_stats().failed == 0);
    REQUIRE_FALSE(queue.message_state(m->id));
  });
}

TEST_CASE("of messages with one dedupe key within the window only the first is sent", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail", {.dedupe_window = 1000});
    auto first = queue.send_message({.body = "a", .dedupe = "order 1"});
    auto m = queue.receive_message();
    queue.complete_message(*m);
    s.clock->advance(999);
    REQUIRE(queue.send_message({.body = "b", .dedupe = "order 1"}) == first);
    REQUIRE_FALSE(queue.receive_message());
    REQUIRE(queue.send_message({.body = "c", .dedupe = "order 2"}) != first);
    s.clock->advance(1);
    REQUIRE(queue.send_message({.body = "d", .dedupe = "order 1"}) != first);
    REQUIRE(bodies(queue.receive_messages(10)) == Bodies{"c", "d"});
    auto stats = queue.get_queue_stats();
    REQUIRE(stats.sent == 3);
    REQUIRE(stats.duplicates == 1);
  });
}

TEST_CASE("sending a message with the id of one that is there sends nothing", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    REQUIRE(queue.send_message({.body = "a", .id = "order 1"}) == "order 1");
    REQUIRE(queue.send_message({.body = "b", .id = "order 1"}) == "order 1");
    REQUIRE(bodies(queue.receive_messages(10)) == Bodies{"a"});
  });
}

TEST_CASE("messages are sent, received and completed in bulk", "[message_queue]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    MessageQueue queue(Namespace(counting, 0, "ph", s.clock), "mail");
    std::vector<std::string> texts;
    for (int i = 0; i < 1000; ++i) texts.push_back(std::to_string(i));
    std::vector<OutgoingMessage> out;
    for (const auto& text : texts) out.push_back({text});
    REQUIRE(queue.send_messages(out).size() == 1000);
    auto in = queue.receive_messages(1000);
    REQUIRE(bodies(in) == texts);
    in[7].receipt = "wrong";
    auto good = queue.complete_messages(in);
    REQUIRE(good.size() == 1000);
    REQUIRE_FALSE(good[7]);
    REQUIRE(std::count(good.begin(), good.end(), true) == 999);
    REQUIRE(counting->trips == 3);
    REQUIRE(queue.get_queue_stats().processing == 1);
  });
}

TEST_CASE("a lease can be extended, with a note of how far it is", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    queue.send_message("m");
    auto m = queue.receive_message();
    s.clock->advance(20'000);
    REQUIRE(queue.extend_message(m->id, m->receipt, {}, "half") == s.clock->now() + 30'000);
    s.clock->advance(29'999);
    REQUIRE_FALSE(queue.receive_message());
    REQUIRE(queue.message_state(m->id)->progress == "half");
    REQUIRE(queue.extend_message(m->id, m->receipt, 5) == s.clock->now() + 5);
    REQUIRE(queue.message_state(m->id)->progress == "half");
    s.clock->advance(5);
    REQUIRE(queue.cleanup_expired_messages() == 1);
    REQUIRE_FALSE(queue.extend_message(m->id, m->receipt));
  });
}

TEST_CASE("a message that is given back does not count as delivered", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    queue.send_message("a");
    queue.send_message("b");
    auto m = queue.receive_message();
    REQUIRE(queue.release_message(m->id, m->receipt));
    REQUIRE_FALSE(queue.release_message(m->id, m->receipt));
    auto again = queue.receive_message();
    REQUIRE(again->body == "a");
    REQUIRE(again->attempt == 1);
  });
}

TEST_CASE("a completed message is kept with its result for the retention", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail", {.retention = 1000});
    queue.send_message("m");
    auto m = queue.receive_message();
    queue.complete_message(*m, "42");
    auto state = queue.message_state(m->id);
    REQUIRE(state->status == MessageStatus::completed);
    REQUIRE(state->result == "42");
    REQUIRE(queue.get_queue_stats().finished == 1);
    s.clock->advance(1000);
    queue.cleanup_expired_messages();
    REQUIRE_FALSE(queue.message_state(m->id));
    REQUIRE(queue.get_queue_stats().finished == 0);
  });
}

TEST_CASE("a queue that was worked off holds nothing but its counts", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    for (int i = 0; i < 50; ++i) queue.send_message({.body = "m", .dedupe = std::to_string(i)});
    for (auto& m : queue.receive_messages(100)) queue.complete_message(m);
    s.clock->advance(300'000);
    queue.send_message("last");
    queue.complete_message(*queue.receive_message());
    REQUIRE(run(*s.store, {"DBSIZE"}) == "1");
    auto stats = queue.get_queue_stats();
    REQUIRE(stats.completed == 51);
    REQUIRE(stats.sent == 51);
  });
}

TEST_CASE("queues of different names share nothing", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue mail(s.space, "mail"), images(s.space, "images");
    mail.send_message("m");
    REQUIRE_FALSE(images.receive_message());
    REQUIRE(mail.receive_message());
  });
}

TEST_CASE("receiving takes one round trip", "[message_queue]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    MessageQueue queue(Namespace(counting, 0, "ph", s.clock), "mail");
    queue.send_message("m");
    REQUIRE(counting->trips == 1);
    auto m = queue.receive_message();
    REQUIRE(counting->trips == 2);
    queue.extend_message(m->id, m->receipt);
    REQUIRE(counting->trips == 3);
    queue.complete_message(*m);
    REQUIRE(counting->trips == 4);
    queue.receive_message();
    REQUIRE(counting->trips == 5);
  });
}

TEST_CASE("a queue refuses what is out of range", "[message_queue]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "mail");
    REQUIRE_THROWS_WITH(queue.send_message({.body = "m", .priority = 1001}),
                        Catch::Contains("priority=1001"));
    REQUIRE_THROWS_AS(queue.send_message({.body = "m", .delay = -1}), Error);
    REQUIRE_THROWS_AS(queue.send_message({.body = "m", .dedupe = std::string(1025, 'x')}), Error);
    REQUIRE_THROWS_AS(queue.send_messages({}), Error);
    REQUIRE_THROWS_AS(queue.receive_messages(0), Error);
    REQUIRE_THROWS_AS(queue.receive_messages(1, -1), Error);
    REQUIRE_THROWS_AS(queue.complete_message("", "r"), Error);
    REQUIRE_THROWS_AS(queue.fail_message("a", "r", "", -1), Error);
    REQUIRE_THROWS_AS(MessageQueue(s.space, ""), Error);
    REQUIRE_THROWS_AS(MessageQueue(s.space, "mail", {.lease = 0}), Error);
    REQUIRE_THROWS_AS(MessageQueue(s.space, "mail", {.max_retries = -1}), Error);
    REQUIRE(queue.get_queue_stats().sent == 0);
  });
}

// ---- what went wrong in the original

namespace {

/// The original's logic: a pop, then a record of it, in two steps; ordered by priority only; completed by id.
class OriginalQueue {
 public:
  explicit OriginalQueue(Store& store) : store_(store) {}
  void send(const std::string& id, int priority) {
    run(store_, {"HSET", "messages", id, id});
    run(store_, {"ZADD", "pending", std::to_string(priority), id});
  }
  std::optional<std::string> receive(const std::function<void()>& between = [] {}) {
    auto popped = store_.run(ZPopMax{"pending"});
    if (popped.empty()) return std::nullopt;
    between();
    run(store_, {"ZADD", "processing", "1", popped[0].member});
    return popped[0].member;
  }
  void complete(const std::string& id) {
    run(store_, {"ZREM", "processing", id});
    run(store_, {"HSET", "messages", id, "completed"});
  }

 private:
  Store& store_;
};

}  // namespace

TEST_CASE("a crash between the pop and its record loses the message in the original, and not here",
          "[message_queue][originals]") {
  for_each_space([](Space& s) {
    OriginalQueue original(*s.store);
    original.send("m", 0);
    REQUIRE_THROWS(original.receive([] { throw std::runtime_error("killed"); }));
    REQUIRE(run(*s.store, {"ZCARD", "pending"}) == "0");
    REQUIRE(run(*s.store, {"ZCARD", "processing"}) == "0");

    MessageQueue queue(s.space, "mail");
    queue.send_message("m");
    queue.receive_message();  // and its receiver is killed
    s.clock->advance(30'000);
    queue.receive_message();
    s.clock->advance(2'000);
    REQUIRE(queue.receive_message());
  });
}

TEST_CASE("messages of one priority are not in order in the original, and are here",
          "[message_queue][originals]") {
  for_each_space([](Space& s) {
    OriginalQueue original(*s.store);
    MessageQueue queue(s.space, "mail");
    for (const char* id : {"b", "a", "c"}) {
      original.send(id, 0);
      queue.send_message(id);
    }
    REQUIRE(original.receive() == "c");
    REQUIRE(bodies(queue.receive_messages(3)) == Bodies{"b", "a", "c"});
  });
}

TEST_CASE("anyone completes any message in the original, and finished ones stay for ever; not so here",
          "[message_queue][originals]") {
  for_each_space([](Space& s) {
    OriginalQueue original(*s.store);
    original.send("m", 0);
    original.complete("m");  // nobody has received it
    REQUIRE(run(*s.store, {"HGET", "messages", "m"}) == "\"completed\"");

    MessageQueue queue(s.space, "mail");
    auto id = queue.send_message("m");
    REQUIRE_FALSE(queue.complete_message(id, ""));
    auto m = queue.receive_message();
    REQUIRE_FALSE(queue.complete_message(id, "guessed"));
    REQUIRE(queue.complete_message(*m));
    REQUIRE_FALSE(queue.message_state(id));
  });
}
