// Who a request comes from. Usage: identity [URL of a store]
#include <cstdio>
#include <exception>

#include "playhead/modules/rate_limiter.h"
#include "playhead/modules/sessions.h"
#include "playhead/modules/tokens.h"
#include "playhead/open.h"

int main(int argc, char** argv) try {
  auto store = playhead::open(argc > 1 ? argv[1] : "memory://");

  playhead::Tokens tokens{playhead::Namespace(store)};
  playhead::IssuedToken phone = tokens.issue("alice", "phone");
  playhead::IssuedToken laptop = tokens.issue("alice", "laptop");
  if (auto found = tokens.validate(phone.token))
    std::printf("a request of %s from her %s\n", found->user_id.c_str(), found->data.c_str());
  std::printf("signed out elsewhere: %d\n", static_cast<int>(tokens.revoke_others(phone.token)));
  std::printf("the laptop is signed in: %s\n", tokens.validate(laptop.token) ? "yes" : "no");

  playhead::RateLimiter limiter(playhead::Namespace(store), playhead::Rate::parse("3/minute"));
  for (int i = 0; i < 4; ++i) {
    playhead::RateDecision decision = limiter.check("alice");
    if (decision.allowed)
      std::printf("go on\n");
    else
      std::printf("try again in %d ms\n", static_cast<int>(*decision.retry_after));
  }

  playhead::Sessions sessions{playhead::Namespace(store)};
  playhead::CreatedSession session = sessions.create("alice", {{"theme", "dark"}});
  sessions.update(session.session, {{"language", "en"}, {"theme", std::nullopt}});
  if (auto found = sessions.get(session.session))
    for (const auto& [name, value] : found->fields) std::printf("%s: %s\n", name.c_str(), value.c_str());
  std::printf("sessions ended: %d\n", static_cast<int>(sessions.destroy_user_sessions("alice")));
  store->close();
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
