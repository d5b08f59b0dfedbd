#include "playhead/modules/sessions.h"

#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "engine/store/secure_bytes.h"
#include "playhead/open.h"
#include "playhead/views.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis minute = 60'000, hour = 60 * minute;

std::map<std::string, std::string> fields_of(Sessions& sessions, Text session) {
  auto found = sessions.peek(session);
  if (!found) return {};
  return {found->fields.begin(), found->fields.end()};
}

using Map = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("a session tells whose it is and what was put into it", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    CreatedSession made = sessions.create("alice", {{"theme", "dark"}, {"cart", ""}});
    auto found = sessions.get(made.session);
    REQUIRE(found);
    REQUIRE(found->user_id == "alice");
    REQUIRE(found->id == made.id);
    REQUIRE(found->fields == SessionFields{{"theme", "dark"}, {"cart", ""}});
    REQUIRE(found->version == 1);
    REQUIRE(found->created_at == s.clock->now());
    REQUIRE(found->authenticated_at == s.clock->now());
    REQUIRE(found->expires_at == s.clock->now() + 30 * minute);
    REQUIRE(made.expires_at == s.clock->now() + 24 * hour);
  });
}

TEST_CASE("user ids, names and values are opaque bytes", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    for (Text bytes : {Text("a:b"), Text("{x}"), Text("3:abc"), Text("\0\xff", 2), Text("\n")}) {
      auto made = sessions.create(bytes, {{std::string(bytes), std::string(bytes) + "1:"}});
      auto found = sessions.get(made.session);
      REQUIRE(found->user_id == bytes);
      REQUIRE(found->fields == SessionFields{{std::string(bytes), std::string(bytes) + "1:"}});
    }
    REQUIRE(sessions.list("a").empty());
  });
}

TEST_CASE("what makes no sense is refused and nothing is stored", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    REQUIRE_THROWS_AS(sessions.create(""), Error);
    REQUIRE_THROWS_AS(sessions.create(std::string(1025, 'x')), Error);
    REQUIRE_THROWS_AS(sessions.create("alice", {{"", "x"}}), Error);
    REQUIRE_THROWS_AS(sessions.create("alice", {{"a", "1"}, {"a", "2"}}), Error);
    REQUIRE_THROWS_AS(sessions.create("alice", {{"a", std::string(Sessions::max_data, 'x')}}), Error);
    REQUIRE(s.store->run(Keys{"*"}).empty());
    SessionOptions o;
    o.shards = 0;
    REQUIRE_THROWS_AS(Sessions(s.space, o), Error);
  });
}

TEST_CASE("what clients make up is no session, whatever it looks like", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string good = sessions.create("alice").session;
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string changed = good;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      REQUIRE_FALSE(sessions.get(changed));
      REQUIRE_FALSE(sessions.touch(changed));
      REQUIRE_FALSE(sessions.destroy(changed));
      REQUIRE_FALSE(sessions.regenerate(changed));
      REQUIRE(sessions.update(changed, {{"a", "b"}}).outcome == Updated::no_session);
      REQUIRE(sessions.destroy_others(changed) == 0);
    }
    for (const std::string& junk :
         {std::string(), std::string("x"), std::string(68, '='), std::string(100'000, 'A')})
      REQUIRE_FALSE(sessions.get(junk));
    REQUIRE(sessions.get(good));
  });
}

TEST_CASE("the store keeps a digest of a session's id, and no part of its text", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string text = sessions.create("alice").session, bytes = *from_base64url(text), kept;
    for (const std::string& key : s.store->run(Keys{"*"})) {
      kept += key;
      if (s.store->run(TypeOf{key}).text == "hash")
        for (const auto& [field, value] : Hashes(*s.store).hgetall(key)) kept += field + value;
      else
        for (const auto& item : s.store->run(ZRange{key})) kept += item.member;
    }
    REQUIRE(kept.find("alice") != std::string::npos);
    for (std::size_t i = 0; i + 8 <= 33; ++i) REQUIRE(kept.find(bytes.substr(i, 8)) == std::string::npos);
    for (std::size_t i = 0; i + 8 <= 44; ++i) REQUIRE(kept.find(text.substr(i, 8)) == std::string::npos);
  });
}

TEST_CASE("an update merges into the fields and counts up the version", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string session = sessions.create("alice", {{"a", "1"}, {"b", "2"}}).session;
    UpdateResult r =
        sessions.update(session, {{"b", "3"}, {"c", "4"}, {"a", std::nullopt}, {"none", std::nullopt}});
    REQUIRE(r.outcome == Updated::updated);
    REQUIRE(r.version == 2);
    REQUIRE(fields_of(sessions, session) == Map{{"b", "3"}, {"c", "4"}});
    REQUIRE_THROWS_AS(sessions.update(session, {{"", "x"}}), Error);
  });
}

TEST_CASE("an update that expects another version changes nothing", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string session = sessions.create("alice", {{"a", "1"}}).session;
    REQUIRE(sessions.update(session, {{"a", "2"}}, 1).outcome == Updated::updated);
    UpdateResult r = sessions.update(session, {{"a", "3"}}, 1);
    REQUIRE(r.outcome == Updated::conflict);
    REQUIRE(r.version == 2);
    REQUIRE(fields_of(sessions, session) == Map{{"a", "2"}});
  });
}

TEST_CASE("an update that makes a session too big changes nothing", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string session = sessions.create("alice", {{"a", "1"}}).session;
    UpdateResult r = sessions.update(session, {{"b", std::string(Sessions::max_data, 'x')}});
    REQUIRE(r.outcome == Updated::too_big);
    REQUIRE(fields_of(sessions, session) == Map{{"a", "1"}});
  });
}

TEST_CASE("in every order, updates of two clients are both there; writing the whole session loses one",
          "[sessions]") {
  int lost = 0;
  for_each_interleaving([&](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    Sessions sessions{Namespace(store)};
    std::string session = sessions.create("alice").session;
    Strings(*store).set("session:1", "");
    for (const char* name : {"a", "b"})
      stage.program([&, name] {
        sessions.update(session, {{name, "1"}});
        std::string whole = *Strings(*store).get("session:1");
        Strings(*store).set("session:1", whole + name);
      });
    stage.run();
    REQUIRE(fields_of(sessions, session) == Map{{"a", "1"}, {"b", "1"}});
    lost += Strings(*store).get("session:1")->size() < 2;
  });
  CHECK(lost > 0);
}

TEST_CASE(
    "in every order, who signs everybody out ends all that were there before, and nothing is left of them",
    "[sessions]") {
  for_each_interleaving([&](Stage& stage) {
    auto plain = open("memory://");
    SessionOptions o;
    o.shards = 1;
    Sessions direct{Namespace(plain), o}, sessions{Namespace(stage.stepped(plain)), o};
    std::string old = direct.create("alice").session, made;
    bool updated = false;
    std::int64_t ended = 0;
    stage.program([&] { ended = sessions.destroy_everybody(); });
    stage.program([&] { made = sessions.create("alice").session; });
    stage.program([&] { updated = sessions.update(old, {{"a", "1"}}).outcome == Updated::updated; });
    stage.run();
    REQUIRE_FALSE(direct.peek(old));
    bool kept = direct.peek(made).has_value();
    REQUIRE(ended == (kept ? 1 : 2));
    REQUIRE(direct.count() == (kept ? 1 : 0));
    REQUIRE(direct.list("alice").size() == (kept ? 1 : 0));
    REQUIRE_FALSE(direct.touch(old));
  });
}

TEST_CASE("eight threads that update one session lose nothing", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string session = sessions.create("alice").session;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 10; ++i)
          sessions.update(session, {{std::to_string(t) + "-" + std::to_string(i), "x"}});
      });
    for (auto& t : threads) t.join();
    REQUIRE(fields_of(sessions, session).size() == 80);
    REQUIRE(sessions.peek(session)->version == 81);
  });
}

TEST_CASE("an unused session ends after the idle timeout, a used one at the absolute timeout", "[sessions]") {
  for_each_space([](Space& s) {
    SessionOptions o;
    o.absolute_timeout = 2 * hour;
    Sessions sessions(s.space, o);
    std::string used = sessions.create("alice").session, unused = sessions.create("alice").session;
    for (int i = 0; i < 5; ++i) {
      s.clock->advance(20 * minute);
      REQUIRE(sessions.get(used));
    }
    REQUIRE_FALSE(sessions.get(unused));
    s.clock->advance(20 * minute - 1);
    REQUIRE(sessions.touch(used));
    s.clock->advance(1);
    REQUIRE_FALSE(sessions.get(used));
    REQUIRE_FALSE(sessions.touch(used));
  });
}

TEST_CASE("looking at sessions does not use them", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string session = sessions.create("alice").session;
    s.clock->advance(29 * minute);
    REQUIRE(sessions.list("alice").size() == 1);
    REQUIRE(sessions.peek(session));
    REQUIRE(sessions.get(session, {"agent", "another"}));
    s.clock->advance(minute);
    REQUIRE_FALSE(sessions.peek(session));
    REQUIRE(sessions.list("alice").empty());
  });
}

TEST_CASE("a guarded read uses the session if the field has the value", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string session = sessions.create("alice", {{"agent", "x"}}).session;
    s.clock->advance(29 * minute);
    REQUIRE(sessions.get(session, {"agent", "x"})->last_seen == s.clock->now());
    s.clock->advance(29 * minute);
    REQUIRE(sessions.get(session));
  });
}

TEST_CASE("all sessions of a user end together, also those that outlived the first one's timeout",
          "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string session = sessions.create("alice").session;
    // As a list of ids with a lifetime of its own: it ends while the session goes on, and then nothing is found.
    Millis list_ends = s.clock->now() + 30 * minute;
    std::vector<std::string> listed = {session};
    for (int i = 0; i < 4; ++i) {
      s.clock->advance(20 * minute);
      REQUIRE(sessions.get(session));
    }
    if (s.clock->now() >= list_ends) listed.clear();
    REQUIRE(listed.empty());
    REQUIRE(sessions.list("alice").size() == 1);
    REQUIRE(sessions.destroy_user_sessions("alice") == 1);
    REQUIRE_FALSE(sessions.get(session));
  });
}

TEST_CASE("a user has the newest sessions, ended ones make room first", "[sessions]") {
  for_each_space([](Space& s) {
    SessionOptions o;
    o.sessions_per_user = 3;
    Sessions sessions(s.space, o);
    std::vector<std::string> made;
    for (int i = 0; i < 5; ++i) {
      made.push_back(sessions.create("alice").session);
      s.clock->advance(minute);
    }
    REQUIRE_FALSE(sessions.get(made[0]));
    REQUIRE_FALSE(sessions.get(made[1]));
    for (int i = 2; i < 5; ++i) REQUIRE(sessions.get(made[i]));
    REQUIRE(sessions.list("alice").size() == 3);
    s.clock->advance(29 * minute);
    REQUIRE(sessions.get(made[2]));
    s.clock->advance(29 * minute);
    sessions.create("alice");
    REQUIRE(sessions.get(made[2]));
    REQUIRE(sessions.list("alice").size() == 2);
  });
}

TEST_CASE("a session with a new id keeps all it has, and the old id is no good", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    CreatedSession old = sessions.create("alice", {{"a", "1"}});
    sessions.update(old.session, {{"b", "2"}});
    s.clock->advance(minute);
    auto next = sessions.regenerate(old.session);
    REQUIRE(next);
    REQUIRE(next->session != old.session);
    REQUIRE(next->expires_at == old.expires_at);
    REQUIRE_FALSE(sessions.get(old.session));
    REQUIRE_FALSE(sessions.regenerate(old.session));
    auto found = sessions.get(next->session);
    REQUIRE(found->fields == SessionFields{{"a", "1"}, {"b", "2"}});
    REQUIRE(found->version == 2);
    REQUIRE(found->created_at == s.clock->now() - minute);
    REQUIRE(found->authenticated_at == s.clock->now());
    REQUIRE(sessions.list("alice").size() == 1);
    s.clock->advance(minute);
    auto third = sessions.regenerate(next->session, false);
    REQUIRE(sessions.get(third->session)->authenticated_at == s.clock->now() - minute);
  });
}

TEST_CASE("sessions are ended one by one, by name, all others, or all", "[sessions]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::vector<CreatedSession> made;
    for (int i = 0; i < 5; ++i) made.push_back(sessions.create("alice"));
    std::string bobs = sessions.create("bob").session;
    REQUIRE(sessions.destroy(made[0].session));
    REQUIRE_FALSE(sessions.destroy(made[0].session));
    REQUIRE_FALSE(sessions.destroy_id("bob", made[1].id));
    REQUIRE(sessions.destroy_id("alice", made[1].id));
    REQUIRE_FALSE(sessions.destroy_id("alice", "no name"));
    REQUIRE(sessions.count() == 4);
    REQUIRE(sessions.destroy_others(made[2].session) == 2);
    REQUIRE(sessions.get(made[2].session));
    REQUIRE(sessions.destroy_user_sessions("alice") == 1);
    REQUIRE(sessions.get(bobs));
    REQUIRE(sessions.destroy(bobs));
    REQUIRE(s.store->run(Keys{"*"}).empty());
  });
}

TEST_CASE("the sessions of everybody end in batches", "[sessions]") {
  for_each_space([](Space& s) {
    SessionOptions o;
    o.shards = 2;
    Sessions sessions(s.space, o);
    std::vector<std::string> made;
    for (int i = 0; i < 260; ++i) made.push_back(sessions.create("u" + std::to_string(i % 200)).session);
    auto counting = std::make_shared<CountingStore>(s.store);
    Sessions same(Namespace(counting, 0, "ph", s.clock), o);
    REQUIRE(same.destroy_everybody() == 260);
    REQUIRE(counting->trips <= 2 + 2 * 4);
    for (const std::string& session : made) REQUIRE_FALSE(sessions.get(session));
    REQUIRE(sessions.count() == 0);
  });
}

TEST_CASE("every call is one round trip", "[sessions]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Sessions sessions{Namespace(counting)};
    std::string session;
    auto trips = [&](auto&& f) {
      counting->trips = 0;
      f();
      return counting->trips.load();
    };
    REQUIRE(trips([&] { session = sessions.create("alice").session; }) == 1);
    REQUIRE(trips([&] { sessions.get(session); }) == 1);
    REQUIRE(trips([&] { sessions.update(session, {{"a", "b"}}); }) == 1);
    REQUIRE(trips([&] { sessions.list("alice"); }) == 1);
    REQUIRE(trips([&] { session = sessions.regenerate(session)->session; }) == 1);
    REQUIRE(trips([&] { sessions.destroy_others(session); }) == 1);
    REQUIRE(trips([&] { sessions.destroy(session); }) == 1);
    REQUIRE(trips([&] { sessions.get("made up"); }) == 0);
  });
}

TEST_CASE("the index of ends does not grow when nobody listens", "[sessions]") {
  for_each_space([](Space& s) {
    SessionOptions o;
    o.shards = 1;
    o.slack = minute;
    Sessions sessions(s.space, o);
    for (int i = 0; i < 50; ++i) {
      sessions.create("u" + std::to_string(i));
      s.clock->advance(10 * minute);
    }
    REQUIRE(sessions.count() <= 5);
  });
}
