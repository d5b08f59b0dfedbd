#include "playhead/modules/single_sign_on.h"

#include <catch2/catch.hpp>

#include "playhead/modules/session_expiry.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis minute = 60'000, hour = 60 * minute;

}  // namespace

TEST_CASE("who has signed on once is known to every application", "[sso]") {
  for_each_space([](Space& s) {
    SingleSignOn sso(s.space);
    auto global = sso.create_global_session("alice", {{"name", "Alice"}});
    auto shop = sso.create_app_session(global.session, "shop", {{"cart", "3"}});
    REQUIRE(shop);
    auto found = sso.get_session_with_sso(shop->session);
    REQUIRE(found);
    REQUIRE(found->app.user_id == "alice");
    REQUIRE(found->app.app == "shop");
    REQUIRE(found->app.fields == SessionFields{{"cart", "3"}});
    REQUIRE(found->global.id == global.id);
    REQUIRE(found->global.user_id == "alice");
    REQUIRE(found->global.fields == SessionFields{{"name", "Alice"}});
    REQUIRE_FALSE(sso.get_session_with_sso(global.session));
    REQUIRE_FALSE(sso.create_app_session(shop->session, "mail"));
    REQUIRE_FALSE(sso.create_app_session("made up", "mail"));
    REQUIRE_THROWS_AS(sso.create_app_session(global.session, ""), Error);
  });
}

TEST_CASE("signing out of one application leaves the others and the global session", "[sso]") {
  for_each_space([](Space& s) {
    SingleSignOn sso(s.space);
    auto global = sso.create_global_session("alice");
    auto shop = sso.create_app_session(global.session, "shop"),
         mail = sso.create_app_session(global.session, "mail");
    REQUIRE(sso.sign_out(shop->session));
    REQUIRE_FALSE(sso.sign_out(shop->session));
    REQUIRE_FALSE(sso.get_session_with_sso(shop->session));
    REQUIRE(sso.get_session_with_sso(mail->session));
    REQUIRE(sso.app_sessions(global.session).size() == 1);
  });
}

TEST_CASE("signing out everywhere, from the global session or any application, ends all", "[sso]") {
  for_each_space([](Space& s) {
    SingleSignOn sso(s.space);
    for (bool from_app : {false, true}) {
      auto global = sso.create_global_session("alice"), other = sso.create_global_session("alice");
      auto shop = sso.create_app_session(global.session, "shop"),
           mail = sso.create_app_session(global.session, "mail");
      auto kept = sso.create_app_session(other.session, "shop");
      REQUIRE(sso.sign_out_everywhere(from_app ? mail->session : global.session));
      REQUIRE_FALSE(sso.get_session_with_sso(shop->session));
      REQUIRE_FALSE(sso.get_session_with_sso(mail->session));
      REQUIRE_FALSE(sso.sessions().get(global.session));
      REQUIRE(sso.get_session_with_sso(kept->session));
      REQUIRE(sso.sign_out_everywhere(kept->session));
    }
    REQUIRE(s.store->run(Keys{"*"}).empty());
  });
}

TEST_CASE("an application has one session for a global one, and a new one takes its place", "[sso]") {
  for_each_space([](Space& s) {
    SingleSignOn sso(s.space);
    auto global = sso.create_global_session("alice");
    auto first = sso.create_app_session(global.session, "shop"),
         second = sso.create_app_session(global.session, "shop");
    REQUIRE_FALSE(sso.get_session_with_sso(first->session));
    REQUIRE(sso.get_session_with_sso(second->session));
    REQUIRE(sso.app_sessions(global.session).size() == 1);
  });
}

TEST_CASE("using an application keeps the global session, whose end ends all of them", "[sso]") {
  for_each_space([](Space& s) {
    SessionOptions o = SingleSignOn::default_options();
    o.absolute_timeout = 2 * hour;
    o.shards = 1;
    SingleSignOn sso(s.space, o);
    auto global = sso.create_global_session("alice");
    auto shop = sso.create_app_session(global.session, "shop"),
         mail = sso.create_app_session(global.session, "mail");
    REQUIRE(shop->expires_at == global.expires_at);
    for (int i = 0; i < 5; ++i) {
      s.clock->advance(20 * minute);
      REQUIRE(sso.get_session_with_sso(shop->session));
    }
    REQUIRE_FALSE(sso.get_session_with_sso(mail->session));
    REQUIRE(sso.sessions().peek(global.session));
    s.clock->advance(20 * minute);
    REQUIRE_FALSE(sso.get_session_with_sso(shop->session));
    SessionExpiry expiry(s.space, o);
    std::vector<std::string> told;
    expiry.add_session_listener([&](const SessionEnd& end) { told.push_back(end.app + "/" + end.reason); });
    expiry.step();
    std::sort(told.begin(), told.end());
    REQUIRE(told == std::vector<std::string>{"/absolute", "mail/idle", "shop/absolute"});
  });
}

TEST_CASE("a global session with a new id keeps its applications", "[sso]") {
  for_each_space([](Space& s) {
    SingleSignOn sso(s.space);
    auto global = sso.create_global_session("alice");
    auto shop = sso.create_app_session(global.session, "shop");
    auto next = sso.sessions().regenerate(global.session);
    auto found = sso.get_session_with_sso(shop->session);
    REQUIRE(found);
    REQUIRE(found->global.id == next->id);
    REQUIRE(sso.sessions().destroy_others(shop->session) == 0);
    REQUIRE(sso.get_session_with_sso(shop->session));
    REQUIRE(sso.sign_out_everywhere(next->session));
    REQUIRE_FALSE(sso.get_session_with_sso(shop->session));
  });
}

TEST_CASE("a global session has so many applications, then the oldest one ends", "[sso]") {
  for_each_space([](Space& s) {
    SingleSignOn sso(s.space);
    auto global = sso.create_global_session("alice");
    auto first = sso.create_app_session(global.session, "first");
    for (std::int64_t i = 1; i < SingleSignOn::max_apps; ++i)
      sso.create_app_session(global.session, "app" + std::to_string(i));
    REQUIRE(sso.sessions().peek(first->session));
    sso.create_app_session(global.session, "one more");
    REQUIRE_FALSE(sso.sessions().peek(first->session));
    REQUIRE(sso.app_sessions(global.session).size() == SingleSignOn::max_apps);
  });
}

TEST_CASE("every call of single sign-on is one round trip", "[sso]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    SingleSignOn sso{Namespace(counting)};
    auto global = sso.create_global_session("alice");
    auto shop = sso.create_app_session(global.session, "shop");
    sso.get_session_with_sso(shop->session);
    sso.app_sessions(global.session);
    sso.sign_out(shop->session);
    sso.sign_out_everywhere(global.session);
    REQUIRE(counting->trips == 6);
  });
}
