"""Rankings, counters and rates. Usage: rankings.py [URL of a store]."""

import sys

import playhead
from playhead.modules import Counters, Leaderboard, SlidingWindow

with playhead.open(sys.argv[1] if len(sys.argv) > 1 else "memory://") as store:
    board = Leaderboard(store, "quiz", 100)
    board.add_scores({"alice": 1_000, "bob": 1_500, "carol": 1_000})
    board.increment_score("alice", 500)
    for place in board.get_top(3):
        print(f"{place.shared_rank}. {place.member!s} {place.score:g}")

    counters = Counters(store)
    for page in ("home", "intro", "home"):
        counters.increment(page)
    print("most viewed today:", counters.get_top_counters("day", 1)[0])
    print("home per hour:", [window.count for window in counters.get_count("home", "hour")][-3:])

    requests = SlidingWindow(store, window=60_000, exact=True)
    requests.increment("api", 90)
    print("requests a second in the last minute:", requests.get_rate("api"))
