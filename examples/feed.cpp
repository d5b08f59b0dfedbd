// Recommendations behind tokens and a limit, with nodes to play from. Usage: feed [URL of a store]
#include "playhead/modules/feed.h"

#include <cstdio>
#include <exception>

#include "playhead/open.h"

using namespace playhead;

namespace {

void show(const FeedReply& reply) {
  if (reply.status == FeedStatus::unauthenticated) std::printf("sign in\n");
  if (reply.status == FeedStatus::rate_limited)
    std::printf("again in %lld ms\n", static_cast<long long>(reply.retry_after));
  for (const FeedItem& item : reply.items)
    std::printf("%s from %s%s\n", item.recommendation.video_id.c_str(), item.node->data.c_str(),
                reply.preheated ? ", preheated" : "");
}

}  // namespace

int main(int argc, char** argv) try {
  auto store = playhead::open(argc > 1 ? argv[1] : "memory://");
  Namespace space(store);
  FeedParts parts{.recommender = std::make_shared<Recommender>(store),
                  .tokens = std::make_shared<Tokens>(space),
                  .limiter = std::make_shared<RateLimiter>(space, Rate::parse("2/minute"))};
  for (Text user : {"bob", "carol"})
    parts.recommender->record(
        {.user_id = user, .video_id = "cats", .event = VideoEvent::finish, .region = "eu"});

  NodePlacementOptions with_origin;
  with_origin.origin = "https://origin";
  parts.placement = std::make_shared<NodePlacement>(space, with_origin);
  parts.placement->add_node("paris", {.region = "eu", .capacity = 100, .data = "https://paris"});
  const Text held[] = {"cats"};
  parts.placement->place("paris", held);

  parts.preheater = std::make_shared<Preheater>(space, parts.recommender);
  parts.preheater->schedule("eu");
  std::printf("lists made: %d\n", static_cast<int>(parts.preheater->step().refreshed));

  Feed feed(space, parts);
  std::string token = parts.tokens->issue("alice").token;
  for (int i = 0; i < 3; ++i) show(feed.get(token, {.region = "eu"}));
  show(feed.get("a guess"));
  store->close();
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
