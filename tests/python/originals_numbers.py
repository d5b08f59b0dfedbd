"""What became of the originals that count: an example of each."""

import playhead
from originals import Examples
from playhead import modules

EXAMPLES = Examples()
example = EXAMPLES.of


def board(store: playhead.Store) -> modules.RealTimeLeaderboard:
    made = modules.RealTimeLeaderboard(store, "game_scores")
    made.add_scores({"player1": 1000, "player2": 1500, "player3": 800})
    return made


@example("001 RealTimeLeaderboard")
def leaderboard(store: playhead.Store) -> None:
    full = modules.RealTimeLeaderboard(store, "game_scores", 1)
    full.add_scores({"player1": 10, "player2": 20})
    assert full.increment_score("player1", 15).score == 25  # the original began at 15


@example("001 RealTimeLeaderboard.add_score")
def add_score(store: playhead.Store) -> None:
    assert board(store).add_score("player4", 2000).rank == 1


@example("001 RealTimeLeaderboard.increment_score")
def increment_score(store: playhead.Store) -> None:
    assert board(store).increment_score("player1", 200).score == 1200


@example("001 RealTimeLeaderboard.get_top")
def get_top(store: playhead.Store) -> None:
    assert [place.member for place in board(store).get_top(2)] == ["player2", "player1"]


@example("001 RealTimeLeaderboard.get_rank")
def get_rank(store: playhead.Store) -> None:
    assert board(store).get_rank("player1") == 2


@example("001 RealTimeLeaderboard.get_score")
def get_score(store: playhead.Store) -> None:
    assert board(store).get_score("player3") == 800


@example("001 RealTimeLeaderboard.get_around")
def get_around(store: playhead.Store) -> None:
    assert len(board(store).get_around("player1", 3)) == 3


@example("001 RealTimeLeaderboard.remove_member")
def remove_member(store: playhead.Store) -> None:
    assert board(store).remove_member("player1")


@example("001 RealTimeLeaderboard.get_total_members")
def get_total_members(store: playhead.Store) -> None:
    assert board(store).get_total_members() == 3


@example("001 get_leaderboard")
def get_leaderboard(store: playhead.Store) -> None:
    top = board(store).get_top(10)
    assert [(place.rank, place.member) for place in top[:1]] == [(1, "player2")]


@example("001 update_score")
def update_score(store: playhead.Store) -> None:
    assert board(store).increment_score("player3", 1).known


@example("001 RealTimeCounter")
def real_time_counter(store: playhead.Store) -> None:
    assert modules.RealTimeCounter(store).increment("page_views").day == 1


@example("001 RealTimeCounter.increment")
def increment(store: playhead.Store) -> None:
    assert modules.RealTimeCounter(store).increment("page_views", 5) == modules.Counted(5, 5, 5, 5, 5)


@example("001 RealTimeCounter.get_count")
def get_count(store: playhead.Store) -> None:
    counters = modules.RealTimeCounter(store)
    counters.increment("page_views")
    assert counters.get_count("page_views", "month")[-1].count == 1  # the original has no months
    assert len(counters.get_count("page_views", "day")) == 400


@example("001 RealTimeCounter.get_top_counters")
def get_top_counters(store: playhead.Store) -> None:
    counters = modules.RealTimeCounter(store)
    counters.increment("a", 2)
    counters.increment("b", 3)
    assert [counter.name for counter in counters.get_top_counters("day", 5)] == ["b", "a"]


@example("001 get_page_views")
def get_page_views(store: playhead.Store) -> None:
    views = modules.Counters(store).increment("page_views")
    assert (views.total, views.day) == (1, 1)


@example("001 SlidingWindowCounter")
def sliding_window_counter(store: playhead.Store) -> None:
    clock = playhead.ManualClock()
    window = modules.SlidingWindowCounter(store, clock=clock, exact=True)
    for step in (100, 800, 58_100, 1_050):  # the original counts 2 of these 4
        clock.advance(step)
        window.increment("api")
    assert window.get_count("api") == 4


@example("001 SlidingWindowCounter.increment")
def window_increment(store: playhead.Store) -> None:
    assert modules.SlidingWindowCounter(store).increment("api_requests") == 1


@example("001 SlidingWindowCounter.get_count")
def window_count(store: playhead.Store) -> None:
    assert modules.SlidingWindowCounter(store).get_count("api_requests") == 0


@example("001 SlidingWindowCounter.get_rate")
def window_rate(store: playhead.Store) -> None:
    window = modules.SlidingWindowCounter(store, exact=True)
    window.increment("api_requests", 120)
    assert window.get_rate("api_requests") == 2


@example("003 CountStorageBase")
def count_storage(store: playhead.Store) -> None:
    replica = playhead.open("memory://")
    modules.CountStore(replica).set("articles", "7", 3)
    counts = modules.CountStore(store, replica=replica)
    store.close()
    assert counts.get("articles", "7") == 3


@example("003 CountStorageBase.get")
def count_storage_get(store: playhead.Store) -> None:
    assert modules.CountStore(store).get("articles", "7") == 0


@example("003 CountStorageBase.increment")
def count_storage_increment(store: playhead.Store) -> None:
    assert modules.CountStore(store).increment("articles", "7") == 1


@example("003 UserArticleCountStorage")
def article_count(store: playhead.Store) -> None:
    counts = modules.CountStore(store)
    counts.increment("articles", "7", 2)
    assert counts.top("articles", 10) == [modules.CountedId("7", 2)]


@example("003 UserArticleCountStorage.get")
def article_count_get(store: playhead.Store) -> None:
    assert modules.CountStore(store).get_many("articles", ["7", "8"]) == [0, 0]


@example("003 UserArticleCountStorage.increment")
def article_count_increment(store: playhead.Store) -> None:
    assert modules.CountStore(store).increment("articles", "7", -1) == -1


@example("003 UserFollowingCountStorage")
def following_count(store: playhead.Store) -> None:
    counts = modules.CountStore(store)
    counts.increment("followings", "7", 5)
    report = counts.reconcile("followings", lambda ids: [4 for _ in ids])
    assert report.drifts == [modules.Drift("7", 5, 4, True)]
