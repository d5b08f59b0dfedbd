#include "playhead/views/pubsub.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

// A subscriber that remembers what it received.
class Listener {
 public:
  explicit Listener(Store& s) : subscription_(s.subscribe([this](const Message& m) { receive(m); })) {}
  Subscription& subscription() { return *subscription_; }
  /// Waits until so many confirmations and messages have arrived; gives all.
  std::vector<std::string> received(std::size_t n) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::seconds(10), [&] { return lines_.size() >= n; });
    return lines_;
  }

 private:
  void receive(const Message& m) {
    std::lock_guard lock(mutex_);
    if (m.kind == Message::Kind::message)
      lines_.push_back(std::string(m.channel) + "=" + std::string(m.payload));
    else if (m.kind == Message::Kind::pmessage)
      lines_.push_back(std::string(m.pattern) + " " + std::string(m.channel) + "=" + std::string(m.payload));
    else
      lines_.push_back("count " + std::to_string(m.count));
    arrived_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::string> lines_;  // guarded by mutex_
  std::unique_ptr<Subscription> subscription_;
};

using Lines = std::vector<std::string>;

void subscribe(Listener& l, std::vector<Text> channels) {
  l.subscription().subscribe(channels);
}
void psubscribe(Listener& l, std::vector<Text> patterns) {
  l.subscription().psubscribe(patterns);
}

}  // namespace

TEST_CASE("PUBLISH reaches nobody if nobody has subscribed", "[pubsub]") {
  for_each_store([](Store& s) { CHECK(PubSub(s).publish("c", "hello") == 0); });
}

TEST_CASE("PUBLISH delivers to channels and to patterns, and counts both", "[pubsub]") {
  for_each_store([](Store& s) {
    PubSub p(s);
    Listener direct(s), by_pattern(s);
    subscribe(direct, {"news", "sport"});
    psubscribe(by_pattern, {"n*"});
    direct.received(2);
    by_pattern.received(1);
    CHECK(p.publish("news", "hello") == 2);
    CHECK(p.publish("sport", "goal") == 1);
    CHECK(direct.received(4) == Lines{"count 1", "count 2", "news=hello", "sport=goal"});
    CHECK(by_pattern.received(2) == Lines{"count 1", "n* news=hello"});
  });
}

TEST_CASE("PUBSUB CHANNELS lists channels with subscriptions, those of a pattern if one is given",
          "[pubsub]") {
  for_each_store([](Store& s) {
    PubSub p(s);
    CHECK(p.channels().empty());
    Listener l(s);
    subscribe(l, {"news", "nature", "sport"});
    psubscribe(l, {"x*"});
    l.received(4);
    CHECK(p.channels().size() == 3);
    CHECK(p.channels("s*") == Lines{"sport"});
    CHECK(p.channels("x*").empty());
  });
}

TEST_CASE("PUBSUB NUMSUB counts subscriptions of channels but not of patterns", "[pubsub]") {
  for_each_store([](Store& s) {
    PubSub p(s);
    Listener a(s), b(s);
    subscribe(a, {"news"});
    subscribe(b, {"news"});
    psubscribe(b, {"*"});
    a.received(1);
    b.received(2);
    // A server counts connections, and the subscriptions of a Redis store share one.
    const std::int64_t count = s.capabilities().name == "redis" ? 1 : 2;
    CHECK(p.numsub({"news", "sport"}) == std::vector<ChannelCount>{{"news", count}, {"sport", 0}});
    CHECK(run(s, {"PUBSUB", "NUMSUB", "news", "sport"}) ==
          "[\"news\", " + std::to_string(count) + ", \"sport\", 0]");
    CHECK(run(s, {"PUBSUB", "numsub"}) == "[]");
  });
}

TEST_CASE("PUBSUB NUMPAT counts different patterns", "[pubsub]") {
  for_each_store([](Store& s) {
    PubSub p(s);
    Listener a(s), b(s);
    psubscribe(a, {"a*", "b*"});
    psubscribe(b, {"a*"});
    a.received(2);
    b.received(1);
    CHECK(p.numpat() == 2);
  });
}

TEST_CASE("An unsubscribed channel is gone", "[pubsub]") {
  for_each_store([](Store& s) {
    PubSub p(s);
    Listener l(s);
    subscribe(l, {"news"});
    l.received(1);
    l.subscription().unsubscribe({});
    l.received(2);
    CHECK(eventually([&] { return p.publish("news", "hello") == 0; }));
    CHECK(eventually([&] { return p.channels().empty(); }));
  });
}

TEST_CASE("PUBSUB refuses wrong arguments in Redis's words", "[pubsub]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"PUBSUB", "CHANNELS", "a", "b"}) ==
          "(error) ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.");
    CHECK(run(s, {"PUBSUB", "NUMPAT", "a"}) ==
          "(error) ERR wrong number of arguments for 'pubsub|numpat' command");
    CHECK(run(s, {"PUBLISH", "c"}) == "(error) ERR wrong number of arguments for 'publish' command");
  });
}
