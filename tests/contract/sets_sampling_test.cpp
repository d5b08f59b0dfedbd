// SRANDMEMBER, SPOP and SSCAN.
#include <catch2/catch.hpp>
#include <set>

#include "playhead/views/sets.h"
#include "tests/contract/sampling.h"
#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;
using Strings = std::set<std::string>;

std::string member(int i) {
  return "member:" + std::to_string(i);
}

void fill(Sets& sets, Text key, int size) {
  for (int i = 0; i < size; ++i) sets.sadd(key, {member(i)});
}

std::string refusal(Store& s, const std::vector<std::string>& command) {
  Value v = reply(s, command);
  return v.kind == Value::Kind::error ? v.text : "no error";
}

}  // namespace

TEST_CASE("SRANDMEMBER without a count is a member, or null", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SADD", "s", "a"});
    CHECK(reply(s, {"SRANDMEMBER", "s"}) == Value::bulk("a"));
    CHECK(reply(s, {"SRANDMEMBER", "missing"}) == Value());
    CHECK(Sets(s).srandmember("missing") == std::nullopt);
    CHECK(Sets(s).scard("s") == 1);
  });
}

TEST_CASE("SRANDMEMBER with a count answers with an array", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SADD", "s", "a"});
    CHECK(reply(s, {"SRANDMEMBER", "s", "5"}) == Value::array({Value::bulk("a")}));
    CHECK(reply(s, {"SRANDMEMBER", "s", "-2"}) == Value::array({Value::bulk("a"), Value::bulk("a")}));
    CHECK(reply(s, {"SRANDMEMBER", "s", "0"}) == Value::array());
    CHECK(reply(s, {"SRANDMEMBER", "missing", "5"}) == Value::array());
    CHECK(reply(s, {"SRANDMEMBER", "missing", "-5"}) == Value::array());
  });
}

TEST_CASE("SRANDMEMBER with a count gives so many different members", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    for (int size : {1, 7, 40, 1000}) {
      std::string key = "s" + std::to_string(size);
      fill(sets, key, size);
      for (int count : {1, 2, size / 10, size / 2, size - 1, size, size + 1, 100000}) {
        CAPTURE(size, count);
        auto members = sets.srandmember(key, count);
        CHECK(members.size() == static_cast<std::size_t>(std::min(count, size)));
        CHECK(Strings(members.begin(), members.end()).size() == members.size());
        for (const auto& name : members) REQUIRE(sets.sismember(key, name));
      }
      CHECK(sets.scard(key) == size);
    }
  });
}

TEST_CASE("SRANDMEMBER with a negative count gives exactly so many members, which may repeat", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    fill(sets, "small", 3);
    fill(sets, "big", 1000);
    CHECK(sets.srandmember("small", -5000).size() == 5000);
    auto few = sets.srandmember("big", -5), many = sets.srandmember("big", -2500);
    CHECK(few.size() == 5);
    CHECK(many.size() == 2500);
    CHECK(Strings(many.begin(), many.end()).size() > 800);
    for (const auto& name : many) REQUIRE(sets.sismember("big", name));
  });
}

TEST_CASE("SRANDMEMBER refuses counts that are no numbers", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SADD", "s", "a"});
    CHECK(refusal(s, {"SRANDMEMBER", "s", "x"}) == "ERR value is not an integer or out of range");
    CHECK(refusal(s, {"SRANDMEMBER", "s", "-9223372036854775809"}) ==
          "ERR value is not an integer or out of range");
    CHECK(refusal(s, {"SRANDMEMBER", "s", "-9223372036854775808"}) ==
          "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");
    CHECK(refusal(s, {"SRANDMEMBER", "s", "1", "2"}) == "ERR syntax error");
  });
}

TEST_CASE("SRANDMEMBER chooses every member with the same probability", "[sets][random]") {
  for_each_layout([](Store& s) {
    if (s.capabilities().shared) return skip(s, "Redis is only nearly fair");
    Sets sets(s);
    for (int size : {8, 64, 600}) {
      std::string key = "s" + std::to_string(size);
      fill(sets, key, size);
      for (int count : {1, size / 16 + 1, size / 2, size - 1, -1, -size / 16 - 1, -3 * size}) {
        CAPTURE(size, count);
        check_uniform(static_cast<std::size_t>(size), count, [&] { return sets.srandmember(key, count); });
      }
    }
  });
}

TEST_CASE("SRANDMEMBER chooses fairly among the members that are left of a large set", "[sets][random]") {
  for_each_layout([](Store& s) {
    if (s.capabilities().shared) return skip(s, "Redis is only nearly fair");
    Sets sets(s);
    fill(sets, "s", 2000);
    for (int i = 0; i < 1936; ++i) sets.srem("s", {member(i)});
    check_uniform(64, 1, [&] { return sets.srandmember("s", 1); });
    check_uniform(64, 5, [&] { return sets.srandmember("s", 5); });
    check_uniform(64, -100, [&] { return sets.srandmember("s", -100); });
  });
}

TEST_CASE("SPOP takes a member out", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    sets.sadd("s", {"a", "b"});
    auto first = sets.spop("s"), second = sets.spop("s");
    CHECK(Strings{first.value(), second.value()} == Strings{"a", "b"});
    CHECK(reply(s, {"EXISTS", "s"}) == Value::integer(0));
    CHECK(sets.spop("s") == std::nullopt);
    CHECK(reply(s, {"SPOP", "s"}) == Value());
  });
}

TEST_CASE("SPOP with a count takes so many different members out and leaves the others", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    for (int size : {5, 40, 1000}) {
      for (int count : {0, 1, size / 10, size / 2, size - 1}) {
        CAPTURE(size, count);
        reply(s, {"DEL", "s"});
        fill(sets, "s", size);
        auto popped = sets.spop("s", count), left = sets.smembers("s");
        CHECK(popped.size() == static_cast<std::size_t>(count));
        Strings all(popped.begin(), popped.end());
        all.insert(left.begin(), left.end());
        CHECK(all.size() == static_cast<std::size_t>(size));
        CHECK(left.size() == static_cast<std::size_t>(size - count));
        CHECK(sets.scard("s") == size - count);
      }
    }
  });
}

TEST_CASE("SPOP of as many members as there are removes the key", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    for (int more : {0, 1, 100000}) {
      fill(sets, "s", 600);
      auto popped = sets.spop("s", 600 + more);
      CHECK(Strings(popped.begin(), popped.end()).size() == 600);
      CHECK(reply(s, {"EXISTS", "s"}) == Value::integer(0));
    }
  });
}

TEST_CASE("SPOP with a count answers with a set", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SADD", "s", "a", "b"});
    CHECK(reply(s, {"SPOP", "s", "1"}).kind == Value::Kind::set);
    CHECK(reply(s, {"SPOP", "s", "0"}) == Value(Value::Kind::set));
    CHECK(reply(s, {"SPOP", "missing", "3"}) == Value(Value::Kind::set));
  });
}

TEST_CASE("SPOP keeps the time to live of what is left", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    fill(sets, "s", 600);
    reply(s, {"PEXPIREAT", "s", "99999999999999"});
    sets.spop("s");
    sets.spop("s", 10);
    sets.spop("s", 580);
    CHECK(reply(s, {"PEXPIRETIME", "s"}) == Value::integer(99999999999999));
  });
}

TEST_CASE("SPOP refuses negative counts and words", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SADD", "s", "a"});
    CHECK(refusal(s, {"SPOP", "s", "-1"}) == "ERR value is out of range, must be positive");
    CHECK(refusal(s, {"SPOP", "s", "x"}) == "ERR value is out of range, must be positive");
    CHECK(refusal(s, {"SPOP", "s", "1", "2"}) == "ERR syntax error");
    CHECK(Sets(s).scard("s") == 1);
  });
}

TEST_CASE("SPOP takes every member with the same probability", "[sets][random]") {
  for_each_layout([](Store& s) {
    if (s.capabilities().shared) return skip(s, "Redis is only nearly fair");
    Sets sets(s);
    for (int size : {8, 64}) {
      for (int count : {1, size / 2}) {
        CAPTURE(size, count);
        fill(sets, "s", size);
        check_uniform(static_cast<std::size_t>(size), count, [&] {
          auto popped = sets.spop("s", count);
          sets.sadd("s", std::vector<Text>(popped.begin(), popped.end()));
          return popped;
        });
      }
    }
  });
}

TEST_CASE("SSCAN gives all members", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    for (int size : {0, 5, 2000}) {
      std::string key = "s" + std::to_string(size);
      fill(sets, key, size);
      Strings seen;
      std::uint64_t cursor = 0;
      do {
        auto page = sets.sscan(key, cursor, {}, 7);
        cursor = page.cursor;
        seen.insert(page.items.begin(), page.items.end());
      } while (cursor != 0);
      CHECK(seen.size() == static_cast<std::size_t>(size));
    }
  });
}

TEST_CASE("SSCAN gives every member that stays while the set shrinks", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    fill(sets, "s", 3000);
    Strings seen;
    std::uint64_t cursor = 0;
    int gone = 100;
    do {
      auto page = sets.sscan("s", cursor, {}, 20);
      cursor = page.cursor;
      seen.insert(page.items.begin(), page.items.end());
      for (int i = 0; i < 100 && gone < 3000; ++i, ++gone) sets.srem("s", {member(gone)});
    } while (cursor != 0);
    for (int i = 0; i < 100; ++i) REQUIRE(seen.count(member(i)) == 1);
  });
}

TEST_CASE("SSCAN MATCH filters members", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SADD", "s", "aa", "ab", "ba", "1"});
    auto page = Sets(s).sscan("s", 0, "a?", 100);
    CHECK(page.cursor == 0);
    CHECK(Strings(page.items.begin(), page.items.end()) == Strings{"aa", "ab"});
    CHECK(Sets(s).sscan("s", 0, "*").items.size() == 4);
    CHECK(Sets(s).sscan("s", 0, "").items.empty());
  });
}

TEST_CASE("SSCAN of a missing key is an empty last page", "[sets]") {
  for_each_store([](Store& s) {
    CHECK(reply(s, {"SSCAN", "missing", "0"}) == Value::array({Value::bulk("0"), Value::array()}));
  });
}

TEST_CASE("SSCAN refuses bad cursors and options", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SADD", "s", "a"});
    CHECK(refusal(s, {"SSCAN", "s", "x"}) == "ERR invalid cursor");
    CHECK(refusal(s, {"SSCAN", "s", "0", "COUNT", "0"}) == "ERR syntax error");
    CHECK(refusal(s, {"SSCAN", "s", "0", "COUNT", "-1"}) == "ERR syntax error");
    CHECK(refusal(s, {"SSCAN", "s", "0", "COUNT", "x"}) == "ERR value is not an integer or out of range");
    CHECK(refusal(s, {"SSCAN", "s", "0", "MATCH"}) == "ERR syntax error");
  });
}
