// Rankings, counters and rates. Usage: rankings [URL of a store]
#include <cstdio>
#include <exception>

#include "playhead/modules/counters.h"
#include "playhead/modules/leaderboard.h"
#include "playhead/modules/sliding_window.h"
#include "playhead/open.h"

int main(int argc, char** argv) try {
  auto store = playhead::open(argc > 1 ? argv[1] : "memory://");
  playhead::Namespace space(store);

  playhead::Leaderboard board(space, "quiz", {.max_size = 100});
  playhead::MemberScore scores[] = {{"alice", 1000}, {"bob", 1500}, {"carol", 1000}};
  board.add_scores(scores);
  board.increment_score("alice", 500);
  for (const auto& place : board.get_top(3))
    std::printf("%d. %s %g\n", static_cast<int>(place.shared_rank), place.member.c_str(), place.score);

  playhead::Counters counters(space);
  for (const char* page : {"home", "intro", "home"}) counters.increment(page);
  for (const auto& counter : counters.get_top_counters(playhead::Granularity::day, 1))
    std::printf("most viewed today: %s %d\n", counter.name.c_str(), static_cast<int>(counter.count));

  playhead::SlidingWindow requests(space, {.window = 60'000, .exact = true});
  requests.increment("api", 90);
  std::printf("requests a second in the last minute: %g\n", requests.get_rate("api"));
  store->close();
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
