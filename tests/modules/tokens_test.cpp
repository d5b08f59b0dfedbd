#include "playhead/modules/tokens.h"

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "engine/store/secure_bytes.h"
#include "playhead/views/hashes.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

std::vector<std::string> all_keys(Store& store) {
  std::vector<std::string> keys = store.run(Keys{"*"});
  std::sort(keys.begin(), keys.end());
  return keys;
}

constexpr Millis minute = 60'000, hour = 60 * minute;

}  // namespace

TEST_CASE("a token tells whose it is and what it was issued with", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    IssuedToken issued = tokens.issue("alice", R"({"platform":"web"})");
    auto found = tokens.validate(issued.token);
    REQUIRE(found);
    REQUIRE(found->user_id == "alice");
    REQUIRE(found->data == R"({"platform":"web"})");
    REQUIRE(found->id == issued.id);
    REQUIRE(found->issued_at == s.clock->now());
    REQUIRE(issued.expires_at == s.clock->now() + 24 * hour);
  });
}

TEST_CASE("user ids and data are opaque bytes", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    for (Text id : {Text("a:b"), Text("{x}"), Text("%3A"), Text("\0\xff", 2), Text("\n")}) {
      std::string data = std::string("7:") + std::string(id) + ":";
      auto found = tokens.validate(tokens.issue(id, data).token);
      REQUIRE(found);
      REQUIRE(found->user_id == id);
      REQUIRE(found->data == data);
    }
    REQUIRE(tokens.list("a").empty());
    std::string longest(1024, '\xfe');
    REQUIRE(tokens.validate(tokens.issue(longest).token)->user_id == longest);
  });
}

TEST_CASE("empty and too long user ids and too much data are refused", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    REQUIRE_THROWS_AS(tokens.issue(""), Error);
    REQUIRE_THROWS_AS(tokens.issue(std::string(1025, 'x')), Error);
    REQUIRE_THROWS_AS(tokens.issue("alice", std::string(Tokens::max_data + 1, 'x')), Error);
    REQUIRE(all_keys(*s.store).empty());
  });
}

TEST_CASE("what clients make up is not a token, whatever it looks like", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    std::string good = tokens.issue("alice").token;
    REQUIRE_FALSE(tokens.validate(""));
    REQUIRE_FALSE(tokens.validate("x"));
    REQUIRE_FALSE(tokens.validate(std::string(68, 'A')));
    REQUIRE_FALSE(tokens.validate(std::string(68, '=')));
    REQUIRE_FALSE(tokens.validate(good + "A"));
    REQUIRE_FALSE(tokens.validate(good.substr(1)));
    REQUIRE_FALSE(tokens.validate(std::string(100'000, 'A')));
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string changed = good;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      REQUIRE_FALSE(tokens.validate(changed));
      REQUIRE_FALSE(tokens.revoke(changed));
      REQUIRE_FALSE(tokens.rotate(changed));
    }
    REQUIRE(tokens.validate(good));
  });
}

TEST_CASE("tokens are different and carry 264 random bits", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    std::set<std::string> secrets;
    for (int i = 0; i < 200; ++i) {
      std::string bytes = *from_base64url(tokens.issue("alice").token);
      REQUIRE(bytes.size() == 51);
      REQUIRE(secrets.insert(bytes.substr(0, 33)).second);
    }
  });
}

TEST_CASE("the store keeps a digest of a token, and not its text, its bytes or any part of them",
          "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    std::string token = tokens.issue("alice").token;
    std::string bytes = *from_base64url(token);
    std::string kept;
    for (const std::string& key : all_keys(*s.store)) {
      kept += key;
      for (const auto& [field, value] : Hashes(*s.store).hgetall(key)) kept += field + value;
    }
    REQUIRE(kept.find("alice") != std::string::npos);
    for (std::size_t i = 0; i + 8 <= 33; ++i) REQUIRE(kept.find(bytes.substr(i, 8)) == std::string::npos);
    for (std::size_t i = 0; i + 8 <= 44; ++i) REQUIRE(kept.find(token.substr(i, 8)) == std::string::npos);
  });
}

TEST_CASE("an unused token ends after the idle timeout, a used one goes on", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, {.idle_timeout = 30 * minute});
    std::string used = tokens.issue("alice").token, unused = tokens.issue("alice").token;
    s.clock->advance(20 * minute);
    REQUIRE(tokens.validate(used)->expires_at == s.clock->now() + 30 * minute);
    s.clock->advance(10 * minute - 1);
    REQUIRE(tokens.list("alice").size() == 2);
    s.clock->advance(1);
    REQUIRE(tokens.list("alice").size() == 1);
    REQUIRE_FALSE(tokens.validate(unused));
    REQUIRE(tokens.validate(used));
  });
}

TEST_CASE("a token ends at the absolute timeout however much it is used", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, {.idle_timeout = hour, .absolute_timeout = 2 * hour});
    std::string token = tokens.issue("alice").token;
    for (int i = 0; i < 11; ++i) {
      s.clock->advance(10 * minute);
      REQUIRE(tokens.validate(token));
    }
    s.clock->advance(10 * minute - 1);
    REQUIRE(tokens.validate(token));
    s.clock->advance(1);
    REQUIRE_FALSE(tokens.validate(token));
  });
}

TEST_CASE("ended tokens leave the store when somebody shows them", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    std::string token = tokens.issue("alice").token;
    REQUIRE(all_keys(*s.store).size() == 1);
    s.clock->advance(31 * minute);
    REQUIRE_FALSE(tokens.validate(token));
    REQUIRE(all_keys(*s.store).empty());
  });
}

TEST_CASE("tokens that nobody shows again leave the store after the slack", "[tokens]") {
  for_each_store([](Store& store, ManualClock& clock) {
    Tokens tokens(Namespace(std::shared_ptr<Store>(std::shared_ptr<void>(), &store)));
    tokens.issue("alice");
    clock.advance(30 * minute + hour);
    REQUIRE(all_keys(store).size() == 1);
    clock.advance(1);
    REQUIRE(all_keys(store).empty());
  });
}

TEST_CASE("using a token moves the time at which it is cleared away", "[tokens]") {
  for_each_store([](Store& store, ManualClock& clock) {
    Tokens tokens(Namespace(std::shared_ptr<Store>(std::shared_ptr<void>(), &store)), {.slack = 0});
    std::string token = tokens.issue("alice").token;
    for (int i = 0; i < 20; ++i) {
      clock.advance(25 * minute);
      REQUIRE(tokens.validate(token));
    }
  });
}

TEST_CASE("the store's time counts if no clock is given", "[tokens]") {
  for_each_store([](Store& store, ManualClock& clock) {
    Tokens tokens(Namespace(std::shared_ptr<Store>(std::shared_ptr<void>(), &store)));
    std::string token = tokens.issue("alice").token;
    REQUIRE(tokens.validate(token)->issued_at == clock.now());
    clock.advance(30 * minute);
    REQUIRE_FALSE(tokens.validate(token));
  });
}

TEST_CASE("a revoked token is no good, and revoking it again changes nothing", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    std::string token = tokens.issue("alice").token, other = tokens.issue("alice").token;
    REQUIRE(tokens.revoke(token));
    REQUIRE_FALSE(tokens.revoke(token));
    REQUIRE_FALSE(tokens.validate(token));
    REQUIRE(tokens.validate(other));
  });
}

TEST_CASE("a token is revoked by its public name, but only for its user", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    IssuedToken issued = tokens.issue("alice");
    REQUIRE_FALSE(tokens.revoke_id("bob", issued.id));
    REQUIRE_FALSE(tokens.revoke_id("alice", "not hexadecimal"));
    REQUIRE_FALSE(tokens.revoke_id("alice", "75"));
    REQUIRE(tokens.validate(issued.token));
    REQUIRE(tokens.revoke_id("alice", issued.id));
    REQUIRE_FALSE(tokens.validate(issued.token));
  });
}

TEST_CASE("revoking all tokens of a user counts the good ones and spares other users", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    tokens.issue("alice");
    s.clock->advance(29 * minute);
    std::string second = tokens.issue("alice").token, third = tokens.issue("alice").token,
                bob = tokens.issue("bob").token;
    s.clock->advance(2 * minute);
    REQUIRE(tokens.revoke_all("alice") == 2);
    REQUIRE(tokens.revoke_all("alice") == 0);
    REQUIRE_FALSE(tokens.validate(second));
    REQUIRE_FALSE(tokens.validate(third));
    REQUIRE(tokens.validate(bob));
    REQUIRE(tokens.issue("alice").token != second);
  });
}

TEST_CASE("signing out everywhere else spares the token that asks for it", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    std::string here = tokens.issue("alice").token, there = tokens.issue("alice").token;
    REQUIRE(tokens.revoke_others(std::string(68, 'A')) == 0);
    REQUIRE(tokens.revoke_others(here) == 1);
    REQUIRE(tokens.validate(here));
    REQUIRE_FALSE(tokens.validate(there));
    tokens.revoke(here);
    REQUIRE(tokens.revoke_others(here) == 0);
  });
}

TEST_CASE("a token that is no good cannot sign others out", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    std::string ended = tokens.issue("alice").token;
    s.clock->advance(31 * minute);
    std::string good = tokens.issue("alice").token;
    REQUIRE(tokens.revoke_others(ended) == 0);
    REQUIRE(tokens.validate(good));
  });
}

TEST_CASE("a list holds a user's good tokens, oldest first", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    REQUIRE(tokens.list("alice").empty());
    IssuedToken first = tokens.issue("alice", "phone");
    IssuedToken second = tokens.issue("alice", "laptop");
    tokens.issue("bob");
    auto list = tokens.list("alice");
    REQUIRE(list.size() == 2);
    REQUIRE(list[0].id == first.id);
    REQUIRE(list[0].data == "phone");
    REQUIRE(list[1].id == second.id);
    REQUIRE(list[1].user_id == "alice");
    REQUIRE(list[1].expires_at == s.clock->now() + 30 * minute);
  });
}

TEST_CASE("the newest tokens of a user are kept, in the order in which they were issued", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, {.tokens_per_user = 3});
    std::vector<std::string> issued;
    for (int i = 0; i < 10; ++i) issued.push_back(tokens.issue("alice").token);
    for (int i = 0; i < 10; ++i)
      REQUIRE(tokens.validate(issued[static_cast<std::size_t>(i)]).has_value() == (i >= 7));
    REQUIRE(tokens.list("alice").size() == 3);
  });
}

TEST_CASE("ended tokens make room before good ones do", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, {.tokens_per_user = 2});
    std::string used = tokens.issue("alice").token;
    tokens.issue("alice");
    s.clock->advance(20 * minute);
    REQUIRE(tokens.validate(used));
    s.clock->advance(20 * minute);
    std::string fresh = tokens.issue("alice").token;
    REQUIRE(tokens.validate(used));
    REQUIRE(tokens.validate(fresh));
  });
}

TEST_CASE("a rotated token is good for the grace and not longer", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, {.rotation_grace = 10'000});
    std::string old = tokens.issue("alice", "phone").token;
    s.clock->advance(minute);
    auto next = tokens.rotate(old);
    REQUIRE(next);
    REQUIRE(tokens.validate(old)->expires_at == s.clock->now() + 10'000);
    REQUIRE(tokens.validate(next->token)->data == "phone");
    s.clock->advance(9'999);
    REQUIRE(tokens.validate(old));
    s.clock->advance(1);
    REQUIRE_FALSE(tokens.validate(old));
    REQUIRE(tokens.validate(next->token)->user_id == "alice");
  });
}

TEST_CASE("a token is rotated once", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    std::string old = tokens.issue("alice").token;
    REQUIRE(tokens.rotate(old));
    REQUIRE_FALSE(tokens.rotate(old));
    REQUIRE(tokens.list("alice").size() == 2);
  });
}

TEST_CASE("without a grace the old token ends at once", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, {.rotation_grace = 0});
    std::string old = tokens.issue("alice").token;
    auto next = tokens.rotate(old);
    REQUIRE_FALSE(tokens.validate(old));
    REQUIRE(tokens.validate(next->token));
  });
}

TEST_CASE("rotation does not prolong the absolute timeout", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, {.idle_timeout = hour, .absolute_timeout = 2 * hour});
    IssuedToken issued = tokens.issue("alice");
    s.clock->advance(50 * minute);
    auto next = tokens.rotate(issued.token);
    REQUIRE(next->expires_at == issued.expires_at);
    s.clock->advance(50 * minute);
    REQUIRE(tokens.validate(next->token));
    s.clock->advance(20 * minute);
    REQUIRE_FALSE(tokens.validate(next->token));
  });
}

TEST_CASE("timeouts out of range are refused", "[tokens]") {
  for_each_space([](Space& s) {
    REQUIRE_THROWS_AS(Tokens(s.space, {.idle_timeout = 0}), Error);
    REQUIRE_THROWS_AS(Tokens(s.space, {.absolute_timeout = -1}), Error);
    REQUIRE_THROWS_AS(Tokens(s.space, {.tokens_per_user = 0}), Error);
    REQUIRE_THROWS_AS(Tokens(s.space, {.slack = -1}), Error);
  });
}

TEST_CASE("of several threads that rotate a token one succeeds", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    for (int round = 0; round < 20; ++round) {
      std::string token = tokens.issue("alice").token;
      std::atomic<int> rotated = 0;
      std::vector<std::thread> threads;
      for (int i = 0; i < 8; ++i) threads.emplace_back([&] { rotated += tokens.rotate(token).has_value(); });
      for (auto& t : threads) t.join();
      REQUIRE(rotated == 1);
    }
  });
}

TEST_CASE("every call of the tokens is one round trip", "[tokens]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Tokens tokens{Namespace(counting)};
    auto trips = [&, before = 0]() mutable {
      return counting->trips - std::exchange(before, counting->trips);
    };
    std::string token = tokens.issue("alice").token;
    REQUIRE(trips() == 1);
    tokens.validate(token);
    REQUIRE(trips() == 1);
    token = tokens.rotate(token)->token;
    REQUIRE(trips() == 1);
    tokens.list("alice");
    REQUIRE(trips() == 1);
    tokens.revoke_others(token);
    REQUIRE(trips() == 1);
    tokens.revoke(token);
    REQUIRE(trips() == 1);
    tokens.revoke_all("alice");
    REQUIRE(trips() == 1);
    tokens.validate("not a token");
    REQUIRE(trips() == 0);
  });
}
