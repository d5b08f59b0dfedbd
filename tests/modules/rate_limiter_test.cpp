#include "playhead/modules/rate_limiter.h"

#include <catch2/catch.hpp>
#include <deque>
#include <random>
#include <thread>

#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr RateAlgorithm algorithms[] = {RateAlgorithm::fixed_window, RateAlgorithm::sliding_log,
                                        RateAlgorithm::sliding_counter, RateAlgorithm::token_bucket,
                                        RateAlgorithm::gcra};

RateLimiter limiter(const Namespace& space, Text rate, RateAlgorithm algorithm, std::int64_t burst = 0) {
  RateLimiterOptions o;
  o.algorithm = algorithm;
  o.burst = burst;
  return {space, Rate::parse(rate), o};
}

}  // namespace

TEST_CASE("a rate is a count in a span, written in a few ways", "[rates]") {
  CHECK(Rate::parse("100/minute") == Rate{100, 60'000});
  CHECK(Rate::parse("5/30s") == Rate{5, 30'000});
  CHECK(Rate::parse(" 10 per 2 hours ") == Rate{10, 7'200'000});
  CHECK(Rate::parse("1/ms") == Rate{1, 1});
  CHECK(Rate::parse("7/500 milliseconds") == Rate{7, 500});
  CHECK(Rate::parse("1/day") == Rate{1, 86'400'000});
  CHECK(Rate::parse("3/weeks") == Rate{3, 604'800'000});
}

TEST_CASE("what is no rate is refused with an example of one", "[rates]") {
  for (Text bad : {"", "/minute", "100", "100/", "0/s", "-1/s", "1/0s", "1/fortnight", "1/minutess", "1.5/s",
                   "1/-5s", "99999999999999999999/s", "1/99999999999h", "1/s/s", "1 s", "ten/s", "1/ss"}) {
    INFO(bad);
    CHECK_THROWS_WITH(Rate::parse(bad), Catch::Contains("write it like 100/minute"));
  }
}

TEST_CASE("so many requests are allowed, and the next one is told exactly when to try again", "[rates]") {
  for_each_space([](Space& s) {
    s.clock->set(1'700'000'040'000);  // where a minute begins
    for (RateAlgorithm algorithm : algorithms) {
      RateLimiter rates = limiter(s.space, "3/minute", algorithm);
      INFO(static_cast<int>(algorithm));
      for (int left : {2, 1, 0}) {
        RateDecision d = rates.check("alice");
        REQUIRE(d.allowed);
        REQUIRE(d.remaining == left);
        REQUIRE(d.retry_after == 0);
        REQUIRE(d.reset_after > 0);
      }
      RateDecision refused = rates.check("alice");
      REQUIRE_FALSE(refused.allowed);
      REQUIRE(refused.remaining == 0);
      REQUIRE(refused.retry_after > 0);
      REQUIRE(rates.check("bob").allowed);
      s.clock->advance(*refused.retry_after - 1);
      REQUIRE_FALSE(rates.check("alice").allowed);
      s.clock->advance(1);
      REQUIRE(rates.check("alice").allowed);
    }
  });
}

TEST_CASE("at random times, retry_after is never too long and never too short, and reset_after neither",
          "[rates]") {
  for_each_space([](Space& s) {
    std::mt19937 random(20'261'122);
    for (RateAlgorithm algorithm : algorithms)
      for (int round = 0; round < 40; ++round) {
        std::string subject = "u" + std::to_string(round);
        RateLimiter rates = limiter(s.space, "7/1000ms", algorithm);
        INFO("algorithm " << static_cast<int>(algorithm) << ", round " << round);
        for (int i = 0; i < 12; ++i) {
          s.clock->advance(static_cast<Millis>(random() % 250));
          std::int64_t weight = 1 + random() % 4;
          RateDecision d = rates.check(subject, weight);
          if (d.allowed) continue;
          s.clock->advance(*d.retry_after - 1);
          REQUIRE_FALSE(rates.peek(subject, weight).allowed);
          s.clock->advance(1);
          REQUIRE(rates.peek(subject, weight).allowed);
        }
        rates.check(subject);
        RateDecision last = rates.peek(subject);
        REQUIRE(last.reset_after > 0);
        s.clock->advance(last.reset_after - 1);
        REQUIRE(rates.peek(subject).reset_after == 1);
        s.clock->advance(1);
        REQUIRE(rates.peek(subject).remaining == 7);
        REQUIRE(rates.peek(subject).reset_after == 0);
      }
  });
}

TEST_CASE(
    "a sliding log never allows more than the limit within any period, a fixed window twice that across an "
    "edge",
    "[rates]") {
  for_each_space([](Space& s) {
    Millis edge = 1'700'000'000'000 / 1000 * 1000 + 1000;
    for (auto [algorithm, across] :
         {std::pair(RateAlgorithm::fixed_window, 10), std::pair(RateAlgorithm::sliding_log, 5),
          std::pair(RateAlgorithm::sliding_counter, 5)}) {
      RateLimiter rates = limiter(s.space, "5/second", algorithm);
      int allowed = 0;
      s.clock->set(edge - 1);
      for (int i = 0; i < 10; ++i) allowed += rates.check("alice").allowed;
      s.clock->set(edge);
      for (int i = 0; i < 10; ++i) allowed += rates.check("alice").allowed;
      REQUIRE(allowed == across);
    }
  });
}

TEST_CASE("a sliding log decides as a list of all requests does", "[rates]") {
  for_each_space([](Space& s) {
    std::mt19937 random(7);
    RateLimiter rates = limiter(s.space, "9/1000ms", RateAlgorithm::sliding_log);
    std::deque<std::pair<Millis, std::int64_t>> model;
    for (int i = 0; i < 300; ++i) {
      s.clock->advance(static_cast<Millis>(random() % 200));
      std::int64_t weight = 1 + random() % 3, used = 0;
      while (!model.empty() && model.front().first <= s.clock->now() - 1000) model.pop_front();
      for (const auto& [at, w] : model) used += w;
      bool allowed = used + weight <= 9;
      if (allowed) model.emplace_back(s.clock->now(), weight);
      RateDecision d = rates.check("alice", weight);
      REQUIRE(d.allowed == allowed);
      REQUIRE(d.remaining == 9 - used - (allowed ? weight : 0));
    }
  });
}

TEST_CASE("a token bucket and GCRA decide alike, and grant a burst of their own", "[rates]") {
  for_each_space([](Space& s) {
    std::mt19937 random(11);
    for (std::int64_t burst : {1, 4, 30}) {
      RateLimiter bucket = limiter(s.space, "7/1000ms", RateAlgorithm::token_bucket, burst);
      RateLimiter gcra = limiter(s.space, "7/1000ms", RateAlgorithm::gcra, burst);
      std::string subject = "b" + std::to_string(burst);
      for (int i = 0; i < 150; ++i) {
        s.clock->advance(static_cast<Millis>(random() % 300));
        std::int64_t weight = 1 + random() % 2;
        RateDecision a = bucket.check(subject, weight), b = gcra.check(subject, weight);
        REQUIRE(a.allowed == b.allowed);
        REQUIRE(a.remaining == b.remaining);
        REQUIRE(a.retry_after == b.retry_after);
        REQUIRE(a.reset_after == b.reset_after);
      }
    }
  });
}

TEST_CASE("a request that weighs more than the limit is never allowed, and takes nothing", "[rates]") {
  for_each_space([](Space& s) {
    for (RateAlgorithm algorithm : algorithms) {
      RateLimiter rates = limiter(s.space, "5/minute", algorithm);
      RateDecision d = rates.check("alice", 6);
      REQUIRE_FALSE(d.allowed);
      REQUIRE_FALSE(d.retry_after);
      REQUIRE(rates.check("alice", RateLimiter::max_weight).remaining == 5);
      REQUIRE(rates.check("alice", 5).allowed);
    }
  });
}

TEST_CASE("refused requests and looks take nothing, and a reset gives all back", "[rates]") {
  for_each_space([](Space& s) {
    for (RateAlgorithm algorithm : algorithms) {
      RateLimiter rates = limiter(s.space, "2/minute", algorithm);
      REQUIRE_FALSE(rates.reset("alice"));
      REQUIRE(rates.peek("alice").remaining == 2);
      REQUIRE(rates.peek("alice").remaining == 2);
      REQUIRE(rates.check("alice", 2).allowed);
      RateDecision first = rates.check("alice");
      for (int i = 0; i < 5; ++i) REQUIRE(rates.check("alice").retry_after == first.retry_after);
      REQUIRE(rates.reset("alice"));
      REQUIRE(rates.check("alice", 2).allowed);
    }
  });
}

TEST_CASE("a clock that is set back or on by more than a period begins anew", "[rates]") {
  for_each_space([](Space& s) {
    for (RateAlgorithm algorithm : algorithms)
      for (Millis jump : {Millis{-86'400'000}, Millis{86'400'000}}) {
        RateLimiter rates = limiter(s.space, "2/second", algorithm);
        REQUIRE(rates.check("alice", 2).allowed);
        s.clock->advance(jump);
        REQUIRE(rates.check("alice", 2).allowed);
        REQUIRE_FALSE(rates.check("alice").allowed);
        REQUIRE(*rates.check("alice").retry_after <= 2000);
        rates.reset("alice");
      }
  });
}

TEST_CASE("eight threads are allowed as much as one", "[rates]") {
  for_each_space([](Space& s) {
    for (RateAlgorithm algorithm : algorithms) {
      RateLimiter rates = limiter(s.space, "100/hour", algorithm);
      std::atomic<int> allowed{0};
      std::vector<std::thread> threads;
      for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
          for (int i = 0; i < 25; ++i) allowed += rates.check("alice").allowed;
        });
      for (auto& t : threads) t.join();
      REQUIRE(allowed == 100);
    }
  });
}

TEST_CASE("a decision is one round trip", "[rates]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    for (RateAlgorithm algorithm : algorithms) {
      RateLimiter rates = limiter(Namespace(counting), "2/minute", algorithm);
      for (int i = 0; i < 3; ++i) {
        counting->trips = 0;
        rates.check("alice");
        REQUIRE(counting->trips == 1);
      }
    }
  });
}

TEST_CASE("subjects are opaque bytes, and limiters of other names count apart", "[rates]") {
  for_each_space([](Space& s) {
    RateLimiter rates(s.space, Rate::parse("1/minute"), {.name = "a"});
    RateLimiter others(s.space, Rate::parse("1/minute"), {.name = "b"});
    for (Text subject : {Text("a:b"), Text("{x}"), Text("\0\xff", 2), Text("a"), Text("%3A")}) {
      REQUIRE(rates.check(subject).allowed);
      REQUIRE(others.check(subject).allowed);
      REQUIRE_FALSE(rates.check(subject).allowed);
    }
    REQUIRE_THROWS_AS(rates.check(""), Error);
    REQUIRE_THROWS_AS(rates.check("alice", 0), Error);
    REQUIRE_THROWS_AS(rates.check("alice", RateLimiter::max_weight + 1), Error);
  });
}

TEST_CASE("rates that cannot be counted exactly are refused", "[rates]") {
  for_each_space([](Space& s) {
    using A = RateAlgorithm;
    for (auto [rate, algorithm, burst] :
         {std::tuple(Rate{0, 1000}, A::gcra, 0), std::tuple(Rate{1, 0}, A::gcra, 0),
          std::tuple(Rate{1, Millis{367} * 86'400'000}, A::gcra, 0),
          std::tuple(Rate{1'000'000'000, 86'400'000}, A::gcra, 0),
          std::tuple(Rate{1, 86'400'000}, A::gcra, 1'000'000'000),
          std::tuple(Rate{100'001, 1000}, A::sliding_log, 0), std::tuple(Rate{1, 1000}, A::gcra, -1)}) {
      RateLimiterOptions o;
      o.algorithm = algorithm;
      o.burst = burst;
      REQUIRE_THROWS_AS(RateLimiter(s.space, rate, o), Error);
    }
  });
}
