// Lifetimes of milliseconds while time goes on: the only tests of a server's own deadlines. Everything else
// about deadlines is tested by moving the clock.
#include <catch2/catch.hpp>

#include "tests/contract/parked.h"

namespace {

using namespace playhead;
using namespace playhead::test;

constexpr const char* short_life = "20";
constexpr const char* long_life = "100000";

}  // namespace

TEST_CASE("A key with a lifetime of milliseconds is gone when they have passed", "[ttl]") {
  for_each_store_in_real_time([](Store& s) {
    run(s, {"SET", "s", "v", "PX", short_life});
    run(s, {"HSET", "h", "f", "v"});
    run(s, {"PEXPIRE", "h", short_life});
    run(s, {"SET", "stays", "v", "PX", long_life});
    CHECK(eventually([&] { return run(s, {"EXISTS", "s", "h"}) == "0"; }));
    CHECK(run(s, {"GET", "s"}) == "(nil)");
    CHECK(run(s, {"TYPE", "h"}) == "none");
    CHECK(run(s, {"PTTL", "s"}) == "-2");
    CHECK(run(s, {"KEYS", "*"}) == "[\"stays\"]");
  });
}

TEST_CASE("PTTL counts down", "[ttl]") {
  for_each_store_in_real_time([](Store& s) {
    run(s, {"SET", "s", "v", "PX", long_life});
    CHECK(eventually([&] { return reply(s, {"PTTL", "s"}).number < std::stoll(long_life); }));
    CHECK(reply(s, {"PTTL", "s"}).number > 0);
  });
}

TEST_CASE("PERSIST saves a key from its deadline", "[ttl]") {
  for_each_store_in_real_time([](Store& s) {
    run(s, {"SET", "saved", "v", "PX", long_life});
    CHECK(run(s, {"PERSIST", "saved"}) == "1");
    run(s, {"PEXPIRE", "saved", short_life, "XX"});
    run(s, {"SET", "lost", "v", "PX", short_life});
    CHECK(eventually([&] { return run(s, {"EXISTS", "lost"}) == "0"; }));
    CHECK(run(s, {"PTTL", "saved"}) == "-1");
  });
}

TEST_CASE("A key that has expired is created anew, without a deadline", "[ttl]") {
  for_each_store_in_real_time([](Store& s) {
    run(s, {"RPUSH", "l", "old"});
    run(s, {"PEXPIRE", "l", short_life});
    CHECK(eventually([&] { return run(s, {"LLEN", "l"}) == "0"; }));
    CHECK(run(s, {"RPUSH", "l", "new"}) == "1");
    CHECK(run(s, {"PTTL", "l"}) == "-1");
  });
}

TEST_CASE("A transaction is not run when a watched key has expired", "[ttl]") {
  for_each_store_in_real_time([](Store& s) {
    run(s, {"SET", "s", "v", "PX", short_life});
    auto watch = s.watch();
    std::vector<Text> keys = {"s"};
    watch->add(0, keys);
    if (run(s, {"EXISTS", "s"}) == "0") return;  // too slow: it had expired before it was watched
    CHECK(eventually([&] { return run(s, {"EXISTS", "s"}) == "0"; }));
    Batch batch;
    batch.add(Set{"t", "v"});
    CHECK_FALSE(watch->commit(batch));
    CHECK(run(s, {"EXISTS", "t"}) == "0");
  });
}
