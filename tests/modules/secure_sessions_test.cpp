#include "playhead/modules/secure_sessions.h"

#include <catch2/catch.hpp>

#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

const std::string key_a(32, 'a'), key_b(32, 'b');
const SessionClient home{"10.0.0.1", "Firefox"}, elsewhere{"10.9.9.9", "Firefox"},
    other_browser{"10.0.0.1", "curl"};

}  // namespace

TEST_CASE("a secure session is good for its client", "[secure]") {
  for_each_space([](Space& s) {
    SecureSessions secure(s.space, {key_a});
    SecureSession made = secure.create_secure_session("alice", home, {{"theme", "dark"}});
    ValidatedSession v = secure.validate_session(made.session, "GET", home);
    REQUIRE(v.verdict == SessionVerdict::good);
    REQUIRE(v.session->user_id == "alice");
    REQUIRE(v.session->fields == SessionFields{{"theme", "dark"}});
    REQUIRE_FALSE(v.suspicious);
    REQUIRE(secure.update(made.session, {{"theme", "light"}}).outcome == Updated::updated);
    REQUIRE_THROWS_AS(secure.update(made.session, {{"secure.ip", "x"}}), Error);
    REQUIRE_THROWS_AS(secure.create_secure_session("alice", home, {{"secure.ip", "x"}}), Error);
    REQUIRE(secure.destroy(made.session));
    REQUIRE(secure.validate_session(made.session, "GET", home).verdict == SessionVerdict::no_session);
  });
}

TEST_CASE("a request of an unsafe method without the right token is refused, also with none", "[secure]") {
  for_each_space([](Space& s) {
    SecureSessions secure(s.space, {key_a});
    SecureSession made = secure.create_secure_session("alice", home),
                  bobs = secure.create_secure_session("bob", home);
    // `if token and token != expected` accepts a request without a token.
    auto checked_only_if_given = [&](Text token) { return !(!token.empty() && token != made.csrf_token); };
    CHECK(checked_only_if_given(""));
    for (Text method : {"POST", "PUT", "PATCH", "DELETE", "get", "", "ANYTHING"}) {
      REQUIRE(secure.validate_session(made.session, method, home).verdict == SessionVerdict::bad_csrf);
      REQUIRE(secure.validate_session(made.session, method, home, bobs.csrf_token).verdict ==
              SessionVerdict::bad_csrf);
      REQUIRE(secure.validate_session(made.session, method, home, made.csrf_token).verdict ==
              SessionVerdict::good);
    }
    for (Text method : {"GET", "HEAD", "OPTIONS", "TRACE"})
      REQUIRE(secure.validate_session(made.session, method, home).verdict == SessionVerdict::good);
    REQUIRE(secure.csrf_token(made.session) == made.csrf_token);
    auto log = secure.suspicious_activity();
    REQUIRE(log.size() == 14);
    REQUIRE(log[0].event == "csrf");
    REQUIRE(log[0].session_id == made.id);
  });
}

TEST_CASE("a session that was changed or made up does not reach the store", "[secure]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    SecureSessions secure(Namespace(counting, 0, "ph", s.clock), {key_a});
    std::string good = secure.create_secure_session("alice", home).session;
    counting->trips = 0;
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string changed = good;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      REQUIRE(secure.validate_session(changed, "GET", home).verdict == SessionVerdict::bad_signature);
      REQUIRE_FALSE(secure.csrf_token(changed));
      REQUIRE_FALSE(secure.destroy(changed));
      REQUIRE_FALSE(secure.regenerate(changed));
    }
    for (const std::string& junk : {std::string(), good.substr(0, 68), good + "A", std::string(100'000, 'A')})
      REQUIRE(secure.validate_session(junk, "GET", home).verdict == SessionVerdict::bad_signature);
    REQUIRE(counting->trips == 0);
    REQUIRE(secure.validate_session(good, "GET", home).verdict == SessionVerdict::good);
    REQUIRE(counting->trips == 1);
  });
}

TEST_CASE("keys are rotated: the first one signs, those behind it still verify", "[secure]") {
  for_each_space([](Space& s) {
    SecureSession old = SecureSessions(s.space, {key_a}).create_secure_session("alice", home);
    SecureSessions both(s.space, {key_b, key_a}), only_new(s.space, {key_b});
    REQUIRE(both.validate_session(old.session, "POST", home, old.csrf_token).verdict == SessionVerdict::good);
    REQUIRE(only_new.validate_session(old.session, "GET", home).verdict == SessionVerdict::bad_signature);
    SecureSession fresh = both.create_secure_session("alice", home);
    REQUIRE(only_new.validate_session(fresh.session, "POST", home, fresh.csrf_token).verdict ==
            SessionVerdict::good);
  });
}

TEST_CASE("a strict policy refuses another client, does not use the session, and notes it", "[secure]") {
  for_each_space([](Space& s) {
    SecureSessions secure(s.space, {key_a});
    SecureSession made = secure.create_secure_session("alice", home);
    s.clock->advance(29 * 60'000);
    for (const SessionClient& client : {elsewhere, other_browser}) {
      ValidatedSession v = secure.validate_session(made.session, "GET", client);
      REQUIRE(v.verdict == SessionVerdict::bad_fingerprint);
      REQUIRE_FALSE(v.session);
      REQUIRE(v.suspicious);
    }
    auto log = secure.suspicious_activity();
    REQUIRE(log.size() == 2);
    REQUIRE(log[1].event == "client_change");
    REQUIRE(log[1].user_id == "alice");
    REQUIRE(log[1].old_ip == "10.0.0.1");
    REQUIRE(log[1].new_ip == "10.9.9.9");
    REQUIRE(log[0].new_user_agent == "curl");
    REQUIRE(log[0].at == s.clock->now());
    s.clock->advance(60'000);
    REQUIRE(secure.validate_session(made.session, "GET", home).verdict == SessionVerdict::no_session);
  });
}

TEST_CASE("a signalling policy accepts another client, and notes the change once", "[secure]") {
  for_each_space([](Space& s) {
    SecureSessionOptions o;
    o.fingerprint = FingerprintPolicy::signal;
    SecureSessions secure(s.space, {key_a}, o);
    SecureSession made = secure.create_secure_session("alice", home);
    ValidatedSession first = secure.validate_session(made.session, "GET", elsewhere);
    REQUIRE(first.verdict == SessionVerdict::good);
    REQUIRE(first.suspicious);
    ValidatedSession second = secure.validate_session(made.session, "GET", elsewhere);
    REQUIRE(second.verdict == SessionVerdict::good);
    REQUIRE_FALSE(second.suspicious);
    REQUIRE(secure.suspicious_activity().size() == 1);
  });
}

TEST_CASE("the log of suspicious activity keeps the newest lines", "[secure]") {
  for_each_space([](Space& s) {
    SecureSessionOptions o;
    o.log_limit = 3;
    SecureSessions secure(s.space, {key_a}, o);
    SecureSession made = secure.create_secure_session("alice", home);
    std::vector<std::string> ips = {"1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4"};
    for (const std::string& ip : ips) secure.validate_session(made.session, "GET", {ip, "Firefox"});
    auto log = secure.suspicious_activity();
    REQUIRE(log.size() == 3);
    REQUIRE(log[0].new_ip == "4.4.4.4");
    REQUIRE(secure.suspicious_activity(1).size() == 1);
    REQUIRE_THROWS_AS(secure.suspicious_activity(0), Error);
  });
}

TEST_CASE("a secure session with a new id has a new token, too, and keeps its client", "[secure]") {
  for_each_space([](Space& s) {
    SecureSessions secure(s.space, {key_a});
    SecureSession old = secure.create_secure_session("alice", home);
    auto next = secure.regenerate(old.session);
    REQUIRE(next);
    REQUIRE(next->csrf_token != old.csrf_token);
    REQUIRE(secure.validate_session(old.session, "GET", home).verdict == SessionVerdict::no_session);
    REQUIRE(secure.validate_session(next->session, "POST", home, old.csrf_token).verdict ==
            SessionVerdict::bad_csrf);
    REQUIRE(secure.validate_session(next->session, "POST", home, next->csrf_token).verdict ==
            SessionVerdict::good);
    REQUIRE(secure.validate_session(next->session, "GET", elsewhere).verdict ==
            SessionVerdict::bad_fingerprint);
  });
}

TEST_CASE("keys that are too short, or none, are refused", "[secure]") {
  for_each_space([](Space& s) {
    REQUIRE_THROWS_AS(SecureSessions(s.space, {}), Error);
    REQUIRE_THROWS_AS(SecureSessions(s.space, {key_a, "short"}), Error);
  });
}

TEST_CASE(
    "in every order of two other clients and an end, a session has the fingerprint of one client, or is over",
    "[secure]") {
  for_each_interleaving([](Stage& stage) {
    auto plain = open("memory://");
    SecureSessionOptions o;
    o.fingerprint = FingerprintPolicy::signal;
    o.sessions.shards = 1;
    SecureSessions direct{Namespace(plain), {key_a}, o}, secure{Namespace(stage.stepped(plain)), {key_a}, o};
    SecureSession made = direct.create_secure_session("alice", home);
    bool destroyed = false;
    int suspicious = 0;
    for (const SessionClient* client : {&elsewhere, &other_browser})
      stage.program([&, client] {
        ValidatedSession v = secure.validate_session(made.session, "GET", *client);
        suspicious += v.suspicious;
        REQUIRE((v.verdict == SessionVerdict::good || v.verdict == SessionVerdict::no_session));
      });
    stage.program([&] { destroyed = secure.destroy(made.session); });
    stage.run();
    REQUIRE(destroyed);
    REQUIRE(direct.suspicious_activity().size() == static_cast<std::size_t>(suspicious));
    for (const SessionClient* client : {&home, &elsewhere, &other_browser})
      REQUIRE(direct.validate_session(made.session, "GET", *client).verdict == SessionVerdict::no_session);
  });
  for_each_interleaving([](Stage& stage) {
    auto plain = open("memory://");
    SecureSessionOptions o;
    o.fingerprint = FingerprintPolicy::signal;
    SecureSessions direct{Namespace(plain), {key_a}, o}, secure{Namespace(stage.stepped(plain)), {key_a}, o};
    SecureSession made = direct.create_secure_session("alice", home);
    for (const SessionClient* client : {&elsewhere, &other_browser})
      stage.program([&, client] { secure.validate_session(made.session, "GET", *client); });
    stage.run();
    int known = 0;  // looking at the first that is strange changes it, so the strange one is asked last
    bool first = !direct.validate_session(made.session, "GET", elsewhere).suspicious;
    known += first;
    if (!first) known += !direct.suspicious_activity(1).empty();
    REQUIRE(known == 1);
    REQUIRE(direct.suspicious_activity(1)[0].old_ip == (first ? home.ip : other_browser.ip));
  });
}
