#include "tests/modules/interleaving.h"

#include <catch2/catch.hpp>
#include <set>

#include "playhead/open.h"
#include "playhead/views.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("two programs of two steps meet in every order", "[interleaving]") {
  std::set<std::string> seen;
  std::size_t orders = for_each_interleaving([&](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    for (const char* name : {"a", "b"})
      stage.program([&store, name] {
        Strings(*store).append("k", name);
        Strings(*store).append("k", name);
      });
    stage.run();
    seen.insert(*Strings(*store).get("k"));
  });
  CHECK(orders == 6);
  CHECK(seen == std::set<std::string>{"aabb", "abab", "abba", "baab", "baba", "bbaa"});
}

TEST_CASE("an update that is lost in one order only is found", "[interleaving]") {
  int lost = 0;
  for_each_interleaving([&](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    for (int i = 0; i < 2; ++i)
      stage.program([&store] {
        auto before = Strings(*store).get("n");
        Strings(*store).set("n", std::to_string(before ? std::stoi(*before) + 1 : 1));
      });
    stage.run();
    lost += *Strings(*store).get("n") != "2";
  });
  CHECK(lost > 0);
}

TEST_CASE("what a program throws is thrown by the scene", "[interleaving]") {
  CHECK_THROWS_AS(for_each_interleaving([](Stage& stage) {
                    stage.program([] { throw std::logic_error("wrong"); });
                    stage.run();
                  }),
                  std::logic_error);
}
