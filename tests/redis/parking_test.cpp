#include <catch2/catch.hpp>

#include <condition_variable>
#include <future>
#include <random>
#include <set>

#include "tests/redis/fake_server.h"
#include "tests/redis/fixture.h"
#include "tests/redis/proxy.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// What becomes of a parked BLPOP.
class Completion {
 public:
  std::function<void(AnyCall&, std::exception_ptr)> handler() {
    return [this](AnyCall& call, std::exception_ptr error) {
      std::lock_guard lock(mutex_);
      ++times_;
      error_ = error;
      if (!error) reply_ = call.reply<BLPop>();
      done_.notify_all();
    };
  }
  /// The element that it was served with, "" for none. Throws what it failed with.
  std::string value() {
    std::unique_lock lock(mutex_);
    if (!done_.wait_for(lock, std::chrono::seconds(20), [&] { return times_ > 0; }))
      throw std::runtime_error("not completed");
    if (error_) std::rethrow_exception(error_);
    return reply_ ? reply_->element : "";
  }
  int times() {
    std::lock_guard lock(mutex_);
    return times_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  int times_ = 0;
  std::exception_ptr error_;
  std::optional<PoppedElement> reply_;
};

AnyCall blpop(std::initializer_list<Text> keys, std::uint16_t db = 0) {
  std::vector<Text> k = keys;
  return AnyCall::of(BLPop{k, Timeout{10}}, db);
}

}  // namespace

TEST_CASE("a parked operation is served by a later push, in its database") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  Completion served;
  auto ticket = store.park(blpop({"a", "b"}, 3), served.handler());
  std::vector<Text> elements = {"x"};
  store.run(RPush{"b", elements}, 0);
  store.run(RPush{"b", elements}, 3);
  CHECK(served.value() == "x");
  CHECK_FALSE(ticket->cancel());
  CHECK(served.times() == 1);
  CHECK(store.run(LLen{"b"}, 0) == 1);
  CHECK(store.run(LLen{"b"}, 3) == 0);
}

TEST_CASE("a parked operation that finds an element is served at once") {
  RedisServer& server = empty_server();
  server.ask({"RPUSH", "a", "x"});
  RedisStore store(at_port(server.port()));
  Completion served;
  auto ticket = store.park(blpop({"a"}), served.handler());
  CHECK(served.value() == "x");
}

TEST_CASE("a cancelled operation is never served, and its connection is used again") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  for (int i = 0; i < 10; ++i) {
    Completion completion;
    auto ticket = store.park(blpop({"a"}), completion.handler());
    CHECK(ticket->cancel());
    CHECK(ticket->cancel());
    CHECK(completion.times() == 0);
  }
  CHECK(proxy.connections() == 2);
  server.ask({"RPUSH", "a", "x"});
  CHECK(server.ask({"LLEN", "a"}) == "1");
}

TEST_CASE("operations are served in the order of their parking") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  std::vector<std::unique_ptr<Completion>> waiting;
  std::vector<std::unique_ptr<Ticket>> tickets;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<Completion>());
    tickets.push_back(store.park(blpop({"a"}), waiting.back()->handler()));
  }
  for (int i = 0; i < 20; ++i) server.ask({"RPUSH", "a", std::to_string(i)});
  for (int i = 0; i < 20; ++i) CHECK(waiting[static_cast<std::size_t>(i)]->value() == std::to_string(i));
}

TEST_CASE("a parked operation is sent without its own timeout") {
  std::string sent;
  FakeServer server([&](const std::string& request, int) {
    sent = request;
    return "*-1\r\n";
  });
  RedisStore store(at_port(server.port()));
  auto request_of = [&](std::vector<Text> words) {
    std::promise<void> done;
    auto ticket =
        store.park(AnyCall::parse(words, 0, true), [&](AnyCall&, std::exception_ptr) { done.set_value(); });
    done.get_future().wait();
    return sent;
  };
  CHECK(request_of({"BLPOP", "k", "7"}).ends_with("\r\n$1\r\nk\r\n$1\r\n0\r\n"));
  CHECK(request_of({"BRPOPLPUSH", "k", "l", "7"}).ends_with("\r\n$1\r\nl\r\n$1\r\n0\r\n"));
  CHECK(request_of({"BLMOVE", "k", "l", "LEFT", "RIGHT", "7"}).ends_with("\r\n$5\r\nRIGHT\r\n$1\r\n0\r\n"));
  CHECK(request_of({"BLMPOP", "7", "1", "k", "LEFT"})
            .starts_with("*5\r\n$6\r\nblmpop\r\n$1\r\n0\r\n$1\r\n1\r\n"));
  CHECK(request_of({"BZPOPMAX", "k", "7"}).ends_with("\r\n$1\r\nk\r\n$1\r\n0\r\n"));
  CHECK(request_of({"BZMPOP", "7", "1", "k", "MIN"})
            .starts_with("*5\r\n$6\r\nbzmpop\r\n$1\r\n0\r\n$1\r\n1\r\n"));
}

TEST_CASE("no element is lost or served twice when cancelling races with pushing") {
  RedisServer& server = empty_server();
  RedisOptions o = at_port(server.port());
  o.timeout_ms = 20'000;
  RedisStore store(o);
  constexpr int rounds = 4000;
  std::set<std::string> seen;
  int cancelled = 0, served = 0;
  std::atomic<int> go{-1}, pushed{-1};
  std::thread pusher([&] {
    for (int i = 0; i < rounds; ++i) {
      while (go.load() < i) std::this_thread::yield();
      std::string element = std::to_string(i);
      std::vector<Text> elements = {element};
      store.run(RPush{"q", elements});
      pushed = i;
    }
  });
  std::mt19937 random(3);
  for (int i = 0; i < rounds; ++i) {
    Completion completion;
    auto ticket = store.park(blpop({"q"}), completion.handler());
    go = i;
    for (unsigned spin = random() % 20'000; spin > 0; --spin)
      std::atomic_signal_fence(std::memory_order_seq_cst);
    if (ticket->cancel()) {
      ++cancelled;
      if (completion.times() != 0) FAIL("completed although cancelled");
    } else {
      ++served;
      if (!seen.insert(completion.value()).second) FAIL("served twice");
    }
    while (pushed < i) std::this_thread::yield();
  }
  pusher.join();
  for (const std::string& left : store.run(LRange{"q", 0, -1}))
    if (!seen.insert(left).second) FAIL("served although it was not taken");
  CHECK(seen.size() == rounds);
  CHECK(cancelled > 0);
  CHECK(served > 0);
}

TEST_CASE("cancelling repeats its question until the server has received the operation") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  store.run(Get{"k"});
  proxy.hold_connection(Proxy::requests, 1);  // the operation takes the idle connection, the question another
  Completion completion;
  auto ticket = store.park(blpop({"a"}), completion.handler());
  proxy.await_held();
  std::int64_t before = server.calls_of("client|unblock");
  std::atomic<int> result{-1};
  std::thread canceller([&] { result = ticket->cancel(); });
  while (server.calls_of("client|unblock") < before + 2) {
  }
  CHECK(result == -1);
  proxy.release();
  canceller.join();
  CHECK(result == 1);
  CHECK(completion.times() == 0);
  CHECK(server.ask({"RPUSH", "a", "x"}) == "1");
}

TEST_CASE("an element that is on its way when the operation is cancelled is delivered") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  store.run(Get{"k"});
  Completion completion;
  auto ticket = store.park(blpop({"a"}), completion.handler());
  proxy.hold_connection(Proxy::replies, 1);
  server.ask({"RPUSH", "a", "x"});
  proxy.await_held();
  std::thread releaser([&] {
    std::int64_t before = server.calls_of("client|unblock");
    while (server.calls_of("client|unblock") == before) {
    }
    proxy.release();
  });
  CHECK_FALSE(ticket->cancel());
  CHECK(completion.value() == "x");
  releaser.join();
}

TEST_CASE("if the connection of a parked operation is lost its fate is unknown") {
  RedisServer server;
  RedisStore store(at_port(server.port()));
  Completion completion;
  auto ticket = store.park(blpop({"a"}), completion.handler());
  server.stop();
  CHECK(code_from([&] { completion.value(); }) == ErrorCode::unknown);
  CHECK_FALSE(ticket->cancel());
}

TEST_CASE("cancelling on a frozen server ends at the deadline, with an unknown fate") {
  RedisServer server;
  RedisOptions o = at_port(server.port());
  o.timeout_ms = 200;
  RedisStore store(o);
  Completion completion;
  auto ticket = store.park(blpop({"a"}), completion.handler());
  server.pause();
  CHECK_FALSE(ticket->cancel());
  CHECK(code_from([&] { completion.value(); }) == ErrorCode::unknown);
  server.resume();
}

TEST_CASE("what can not be parked is told by park or by the completion") {
  RedisServer& server = empty_server();
  server.ask({"SET", "text", "x"});
  RedisStore store(at_port(server.port()));
  Completion wrong_type, never;
  auto ticket = store.park(blpop({"text"}), wrong_type.handler());
  CHECK(code_from([&] { wrong_type.value(); }) == ErrorCode::command);
  CHECK(code_from([&] { store.park(AnyCall::of(Get{"k"}, 0), never.handler()); }) == ErrorCode::invalid);
  CHECK(code_from([&] { store.park(blpop({"a"}, 999), never.handler()); }) == ErrorCode::command);
  CHECK(code_from([&] { RedisStore(at_port(1)).park(blpop({"a"}), never.handler()); }) ==
        ErrorCode::unavailable);
  CHECK(never.times() == 0);
}

TEST_CASE("at most max_parked operations are parked, and calls still find connections") {
  RedisServer& server = empty_server();
  RedisOptions o = at_port(server.port());
  o.max_parked = 20;
  o.pool_size = 1;
  RedisStore store(o);
  std::vector<std::unique_ptr<Completion>> waiting;
  std::vector<std::unique_ptr<Ticket>> tickets;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<Completion>());
    tickets.push_back(store.park(blpop({"a"}), waiting.back()->handler()));
  }
  Completion refused;
  CHECK(code_from([&] { store.park(blpop({"a"}), refused.handler()); }) == ErrorCode::unavailable);
  CHECK(store.run(Set{"k", "v"}).set);
  for (auto& t : tickets) CHECK(t->cancel());
}

TEST_CASE("close takes parked operations back and tells their completions") {
  RedisServer& server = empty_server();
  auto store = std::make_unique<RedisStore>(at_port(server.port()));
  Completion first, second;
  auto a = store->park(blpop({"a"}), first.handler());
  auto b = store->park(blpop({"b"}), second.handler());
  store.reset();
  CHECK(code_from([&] { first.value(); }) == ErrorCode::closed);
  CHECK(code_from([&] { second.value(); }) == ErrorCode::closed);
  CHECK(first.times() == 1);
  server.ask({"RPUSH", "a", "x"});
  CHECK(server.ask({"LLEN", "a"}) == "1");
}

TEST_CASE("a completion may park, cancel and perform") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  Completion other, next;
  std::unique_ptr<Ticket> other_ticket = store.park(blpop({"other"}), other.handler()), next_ticket;
  std::promise<bool> cancelled;
  auto ticket = store.park(blpop({"a"}), [&](AnyCall&, std::exception_ptr) {
    std::vector<Text> elements = {"y"};
    next_ticket = store.park(blpop({"a"}), next.handler());
    store.run(RPush{"a", elements});
    cancelled.set_value(other_ticket->cancel());
  });
  server.ask({"RPUSH", "a", "x"});
  CHECK(cancelled.get_future().get());
  CHECK(next.value() == "y");
  CHECK(other.times() == 0);
}
