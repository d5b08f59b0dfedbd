"""Leaderboards, counters and sliding windows from Python."""

import pytest

import playhead
import playhead.aio
import playhead.aio.modules
from playhead import modules


def test_a_leaderboard_tells_places(store: playhead.Store) -> None:
    board = modules.Leaderboard(store, "game")
    assert board.add_score("a", 10) == modules.ScoreChange(10, 1, False)
    changes = board.increment_scores({"b": 10, b"\xff": 3.5})
    assert changes == modules.ScoreChanges(
        [modules.ScoreChange(10, 2, False), modules.ScoreChange(3.5, 3, False)], []
    )
    assert board.set_data("b", {"team": "red"})
    assert board.get_top(2) == [
        modules.Standing("a", 10, 1, 1, None),
        modules.Standing("b", 10, 2, 1, {"team": "red"}),
    ]
    assert board.get_rank(b"\xff") == 3
    assert board.get_score("a") == 10
    assert board.get_rank("x") is None
    assert board.get("x") is None
    assert [place.member for place in board.get_around("b", 1)] == ["a", "b", b"\xff"]
    assert board.percentile("a") == 50
    best = board.at_percentile(100)
    assert best is not None
    assert best.member == "a"
    page = board.page(count=2)
    assert [place.member for place in page.items] == ["a", "b"]
    assert [place.member for place in board.page(page.next).items] == [b"\xff"]
    assert board.improve_score("a", 5).score == 10
    assert board.remove_member("a")
    assert board.remove_members(["a", "b"]) == 1
    assert board.get_total_members() == 1
    board.clear()
    assert board.get_top() == []


def test_tie_rules_and_order_are_words(store: playhead.Store) -> None:
    board = modules.Leaderboard(store, "game", ties="last_to_reach", order="lowest_first")
    board.add_scores([("a", 1), ("b", 1), ("c", 0)])
    assert [place.member for place in board.get_top()] == ["c", "b", "a"]
    with pytest.raises(playhead.InvalidArgument, match="is none of first_to_reach"):
        modules.Leaderboard(store, "game", ties="coin")  # type: ignore[arg-type]


def test_who_is_forgotten_is_told(store: playhead.Store) -> None:
    board = modules.RealTimeLeaderboard(store, "game", 1, reserve=0)
    board.add_score("a", 1)
    assert board.add_scores([("b", 2)]).forgotten == [("a", 1)]
    assert board.increment_score("a", 5) == modules.ScoreChange(5, 1, False)


def test_counters_count_in_windows(store: playhead.Store, clock: playhead.ManualClock) -> None:
    clock.set(1_709_251_110_000)  # 2024-02-29 23:58:30
    counters = modules.Counters(store, clock=clock, minutes=3)
    assert counters.increment("views") == modules.Counted(1, 1, 1, 1, 1)
    clock.advance(120_000)
    assert counters.increment("views", 5) == modules.Counted(6, 5, 5, 5, 5)
    assert counters.increment("views", 7, at=1_709_150_000_000).minute is None
    assert [window.count for window in counters.get_count("views", "minute")] == [1, 0, 5]
    assert counters.get_count("views", "month", 1_709_150_000_000) == [
        modules.WindowCount(1_706_745_600_000, 8),
        modules.WindowCount(1_709_251_200_000, 5),
    ]
    assert counters.current("views") == 13
    assert counters.get_top_counters("hour") == [modules.TopCounter("views", 5)]
    counters.remove("views")
    assert counters.get_top_counters() == []
    with pytest.raises(playhead.InvalidArgument, match="granularity=year"):
        counters.current("views", "year")  # type: ignore[arg-type]


def test_a_window_slides(store: playhead.Store, clock: playhead.ManualClock) -> None:
    exact = modules.SlidingWindow(store, clock=clock, window=1_000, exact=True)
    assert exact.increment("api", 3) == 3
    clock.advance(999)
    assert exact.get_rate("api") == 3
    clock.advance(1)
    assert exact.get_count("api") == 0
    clock.set(1_700_000_000_000)
    smooth = modules.SlidingWindowCounter(store, clock=clock, window=1_000, buckets=1)
    smooth.increment("api", 100)
    clock.advance(1_250)
    assert smooth.get_count("api") == 75
    smooth.remove("api")
    assert smooth.get_count("api") == 0


async def test_numbers_for_asyncio(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store:
        board = await playhead.aio.modules.Leaderboard.open(store, "game")
        await board.add_score("a", 1)
        assert await board.get_rank("a") == 1
        counters = await playhead.aio.modules.Counters.open(store)
        assert (await counters.increment("views")).total == 1
        window = await playhead.aio.modules.SlidingWindow.open(store, exact=True)
        assert await window.increment("api") == 1
