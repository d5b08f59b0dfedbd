// The requirements of OWASP ASVS 5.0, chapter 7 (Session Management), one test each, for what a library can meet. Of
// the others 7.1.1 to 7.1.3 ask for documents of the application, 7.4.4 for a visible way to sign out.
#include <catch2/catch.hpp>
#include <set>

#include "engine/store/secure_bytes.h"
#include "playhead/modules/secure_sessions.h"
#include "playhead/modules/single_sign_on.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis minute = 60'000, hour = 60 * minute;

}  // namespace

TEST_CASE("ASVS 7.2.1: sessions are verified by the server, not by what a client holds", "[asvs]") {
  for_each_space([](Space& s) {
    SecureSessions secure(s.space, {std::string(32, 'k')});
    SecureSession made = secure.create_secure_session("alice", {"ip", "agent"});
    secure.sessions().destroy_user_sessions("alice");
    // Its signature is as good as before.
    REQUIRE(secure.csrf_token(made.session));
    REQUIRE(secure.validate_session(made.session, "GET", {"ip", "agent"}).verdict ==
            SessionVerdict::no_session);
  });
}

TEST_CASE("ASVS 7.2.2: sessions are made for each sign-in, and no fixed secret stands for a user", "[asvs]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::set<std::string> seen;
    for (int i = 0; i < 50; ++i) REQUIRE(seen.insert(sessions.create("alice").session).second);
  });
}

TEST_CASE("ASVS 7.2.3: a session's reference is unique and has at least 128 bits of a secure generator",
          "[asvs]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::set<std::string> secrets;
    for (int i = 0; i < 200; ++i) {
      std::string bytes = *from_base64url(sessions.create("alice").session);
      REQUIRE(secrets.insert(bytes.substr(0, 16)).second);  // 128 of its 264 random bits differ already
    }
  });
}

TEST_CASE("ASVS 7.2.4: signing in, also again, gives a new session and ends the one before", "[asvs]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string before = sessions.create("alice").session;
    auto after = sessions.regenerate(before);
    REQUIRE(after->session != before);
    REQUIRE_FALSE(sessions.get(before));
    REQUIRE(sessions.get(after->session));
  });
}

TEST_CASE("ASVS 7.3.1: a session ends when it was not used for a while", "[asvs]") {
  for_each_space([](Space& s) {
    SessionOptions o;
    o.idle_timeout = 15 * minute;
    Sessions sessions(s.space, o);
    std::string session = sessions.create("alice").session;
    s.clock->advance(15 * minute);
    REQUIRE_FALSE(sessions.get(session));
  });
}

TEST_CASE("ASVS 7.3.2: a session ends after its greatest lifetime, however much it is used", "[asvs]") {
  for_each_space([](Space& s) {
    SessionOptions o;
    o.absolute_timeout = 12 * hour;
    Sessions sessions(s.space, o);
    std::string session = sessions.create("alice").session;
    for (int i = 0; i < 47; ++i) {
      s.clock->advance(15 * minute);
      REQUIRE(sessions.touch(session));
    }
    auto next = sessions.regenerate(session);
    REQUIRE(next);
    s.clock->advance(15 * minute);
    REQUIRE_FALSE(sessions.get(next->session));
  });
}

TEST_CASE("ASVS 7.4.1: a session that was ended cannot be used in any way", "[asvs]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string session = sessions.create("alice", {{"a", "1"}}).session;
    sessions.destroy(session);
    REQUIRE_FALSE(sessions.get(session));
    REQUIRE_FALSE(sessions.peek(session));
    REQUIRE_FALSE(sessions.touch(session));
    REQUIRE_FALSE(sessions.regenerate(session));
    REQUIRE_FALSE(sessions.destroy(session));
    REQUIRE(sessions.update(session, {{"a", "2"}}).outcome == Updated::no_session);
    REQUIRE(sessions.destroy_others(session) == 0);
  });
}

TEST_CASE("ASVS 7.4.2: when an account is disabled or deleted, all of its sessions end", "[asvs]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::vector<std::string> made;
    for (int i = 0; i < 5; ++i) made.push_back(sessions.create("alice").session);
    REQUIRE(sessions.destroy_user_sessions("alice") == 5);
    for (const std::string& session : made) REQUIRE_FALSE(sessions.get(session));
  });
}

TEST_CASE("ASVS 7.4.3: after a change of a password all other sessions can be ended", "[asvs]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string this_one = sessions.create("alice").session, other = sessions.create("alice").session;
    auto next = sessions.regenerate(this_one);
    REQUIRE(sessions.destroy_others(next->session) == 1);
    REQUIRE_FALSE(sessions.get(other));
    REQUIRE(sessions.get(next->session));
  });
}

TEST_CASE("ASVS 7.4.5: an administrator can end the sessions of one user or of all", "[asvs]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string alice = sessions.create("alice").session, bob = sessions.create("bob").session;
    REQUIRE(sessions.destroy_user_sessions("alice") == 1);
    REQUIRE(sessions.get(bob));
    REQUIRE(sessions.destroy_everybody() == 1);
    REQUIRE_FALSE(sessions.get(alice));
    REQUIRE_FALSE(sessions.get(bob));
  });
}

TEST_CASE("ASVS 7.5.1, 7.5.3: the server knows when a user last showed who he is", "[asvs]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    std::string session = sessions.create("alice").session;
    s.clock->advance(20 * minute);
    REQUIRE(s.clock->now() - sessions.get(session)->authenticated_at == 20 * minute);
    sessions.update(session, {{"page", "account"}});
    REQUIRE(s.clock->now() - sessions.get(session)->authenticated_at == 20 * minute);
    auto next = sessions.regenerate(session, true);
    REQUIRE(sessions.get(next->session)->authenticated_at == s.clock->now());
  });
}

TEST_CASE("ASVS 7.5.2: users see their sessions and can end each of them", "[asvs]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space);
    sessions.create("alice", {{"device", "phone"}});
    sessions.create("alice", {{"device", "laptop"}});
    auto list = sessions.list("alice");
    REQUIRE(list.size() == 2);
    REQUIRE(list[0].fields == SessionFields{{"device", "phone"}});
    REQUIRE(sessions.destroy_id("alice", list[0].id));
    REQUIRE(sessions.list("alice").size() == 1);
    // The public name is no session.
    REQUIRE_FALSE(sessions.get(list[1].id));
  });
}

TEST_CASE("ASVS 7.6.1: sessions of applications end with the sign-on that they hang on, and not later",
          "[asvs]") {
  for_each_space([](Space& s) {
    SessionOptions o = SingleSignOn::default_options();
    o.absolute_timeout = hour;
    SingleSignOn sso(s.space, o);
    auto global = sso.create_global_session("alice");
    s.clock->advance(20 * minute);
    auto app = sso.create_app_session(global.session, "shop");
    REQUIRE(app->expires_at == global.expires_at);
    auto other = sso.create_app_session(global.session, "mail");
    REQUIRE(sso.sign_out_everywhere(global.session));
    REQUIRE_FALSE(sso.get_session_with_sso(app->session));
    REQUIRE_FALSE(sso.sessions().get(other->session));
  });
}

TEST_CASE("ASVS 7.6.2: no session is made but by a call that makes one", "[asvs]") {
  for_each_space([](Space& s) {
    SingleSignOn sso(s.space);
    REQUIRE_FALSE(sso.create_app_session(std::string(68, 'A'), "shop"));
    REQUIRE_FALSE(sso.sessions().get(std::string(68, 'A')));
    REQUIRE_FALSE(sso.sessions().regenerate(std::string(68, 'A')));
    REQUIRE(s.store->run(Keys{"*"}).empty());
  });
}
