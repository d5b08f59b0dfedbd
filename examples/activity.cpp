// What users watch and list. Usage: activity [URL of a store]
#include <cstdio>
#include <exception>

#include "playhead/modules/activity.h"
#include "playhead/modules/favorites.h"
#include "playhead/modules/following.h"
#include "playhead/modules/playlists.h"
#include "playhead/open.h"

int main(int argc, char** argv) try {
  auto store = playhead::open(argc > 1 ? argv[1] : "memory://");
  playhead::Namespace space(store);

  playhead::Activity activity(space);
  auto viewing = activity.record_video_viewing(
      {.user_id = "alice", .video_id = "intro", .watched_ms = 45'000, .duration_ms = 60'000});
  std::printf("alice watched %g %% of intro\n", static_cast<double>(viewing.completion) / 10);

  playhead::UserEvent log[] = {{playhead::ActivityEvent::like, "alice", "intro"},
                               {playhead::ActivityEvent::share, "bob", "intro"},
                               {playhead::ActivityEvent::share, "", "intro"}};
  log[1].zone = "Asia/Tokyo";
  auto report = activity.record_many(log);
  std::printf("%d events of a log recorded, one refused: %s\n", static_cast<int>(report.recorded),
              report.refused.at(0).why.c_str());
  std::printf("%d users today\n", static_cast<int>(activity.active_users(store->now())));

  playhead::Favorites favorites(space);
  favorites.add("alice", "intro");
  std::printf("favorites of intro: %d\n", static_cast<int>(favorites.add("bob", "intro").favorites));

  playhead::Playlists playlists(space);
  playhead::Text videos[] = {"intro", "sequel"};
  auto mix = playlists.create("alice", "mix", videos, true);
  playlists.move_video("alice", mix.value(), "sequel", 0);
  auto page = playlists.videos(mix.value(), "bob").value();
  for (const auto& video : page.videos) std::printf("alice's mix for bob: %s\n", video.c_str());

  playhead::Following following(space);
  following.follow("alice", "bob");
  following.follow("bob", "alice");
  std::printf("alice and bob follow each other: %s\n", following.is_mutual("alice", "bob") ? "yes" : "no");
  store->close();
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
