"""Numbers that change all the time: rankings, counters, rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._json import json

__all__ = [
    "Counted",
    "Counters",
    "Granularity",
    "Leaderboard",
    "RealTimeCounter",
    "RealTimeLeaderboard",
    "ScoreChange",
    "ScoreChanges",
    "SlidingWindow",
    "SlidingWindowCounter",
    "Standing",
    "StandingPage",
    "TopCounter",
    "WindowCount",
]

Scores = Mapping[Any, float] | Iterable[tuple[Id, float]]


class ScoreChange(NamedTuple):
    """What a change made of a member's score."""

    score: float
    rank: int  #: from 1; beyond ``max_size`` it is off the board; 0: it was forgotten at once
    known: bool  #: whether its score was known before; if not, the change began at zero


class ScoreChanges(NamedTuple):
    """What a change made of several scores."""

    changes: list[ScoreChange]  #: in the order of what was asked for
    forgotten: list[tuple[Id, float]]  #: who fell behind the reserve, with the score it had


class Standing(NamedTuple):
    """A place on a leaderboard."""

    member: Id
    score: float
    rank: int  #: from 1; no two members share one
    shared_rank: int  #: one more than there are better scores: 1, 2, 2, 4
    data: Any  #: of :meth:`Leaderboard.set_data`; None if there are none


class StandingPage(NamedTuple):
    """A page of a leaderboard."""

    items: list[Standing]
    next: str  #: the cursor of the next page; empty: this is the last one


def _standing(item: tuple[Id, float, int, int, bytes]) -> Standing:
    return Standing(*item[:4], json().loads(item[4]) if item[4] else None)


def _pairs(scores: Scores) -> list[tuple[Id, float]]:
    return list(scores.items() if isinstance(scores, Mapping) else scores)


class Leaderboard:
    """A leaderboard: who has the best score.

    ``ties`` tells which of two members with equal scores stands before the other: who reached it first, who
    reached it last, or the smaller id. A board of ``max_size`` places (0: no limit) keeps the scores of
    ``reserve`` members below it: who falls off the board goes on from the score it had, and comes back with
    it when there is room. Who falls behind the reserve as well is forgotten: the call that caused it says
    so, and the next change of that member has ``known == False``. Boards that differ in name, order or tie
    rule are different boards.
    """

    def __init__(
        self,
        store: Store,
        name: Id,
        max_size: int = 0,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        order: Literal["highest_first", "lowest_first"] = "highest_first",
        ties: Literal["first_to_reach", "last_to_reach", "by_name"] = "first_to_reach",
        reserve: int = 1_000,
    ) -> None:
        self._module = _playhead.Leaderboard(
            target_of(store),
            name,
            prefix=prefix,
            clock=clock,
            order=order,
            ties=ties,
            max_size=max_size,
            reserve=reserve,
        )

    def add_score(self, member: Id, score: float) -> ScoreChange:
        """Set a score. The same score again changes nothing, not even who reached it first."""
        return self.add_scores([(member, score)]).changes[0]

    def increment_score(self, member: Id, increment: float = 1) -> ScoreChange:
        """Add to a score."""
        return self.increment_scores([(member, increment)]).changes[0]

    def improve_score(self, member: Id, score: float) -> ScoreChange:
        """Set a score if it is better than the one there is."""
        return self.improve_scores([(member, score)]).changes[0]

    def add_scores(self, scores: Scores) -> ScoreChanges:
        """Set the scores of up to 1000 members in one step: a mapping, or pairs."""
        return self._changed(self._module.add_scores(_pairs(scores)))

    def increment_scores(self, scores: Scores) -> ScoreChanges:
        """Add to the scores of up to 1000 members in one step."""
        return self._changed(self._module.increment_scores(_pairs(scores)))

    def improve_scores(self, scores: Scores) -> ScoreChanges:
        """Set those of up to 1000 scores that are better than the ones there are, in one step."""
        return self._changed(self._module.improve_scores(_pairs(scores)))

    @staticmethod
    def _changed(result: tuple[list[tuple[float, int, bool]], list[tuple[Id, float]]]) -> ScoreChanges:
        return ScoreChanges([ScoreChange(*change) for change in result[0]], result[1])

    def get_top(self, count: int = 10) -> list[Standing]:
        """Give the first places."""
        return self.get_range(1, count)

    def get_range(self, first: int, count: int) -> list[Standing]:
        """Give the places from rank ``first`` (from 1) on: a page by number."""
        return [_standing(item) for item in self._module.get_range(first, count)]

    def page(self, cursor: str = "", count: int = 50) -> StandingPage:
        """Give a page that begins behind the last member read, wherever others have moved."""
        items, after = self._module.page(cursor, count)
        return StandingPage([_standing(item) for item in items], after)

    def get_around(self, member: Id, count: int = 5) -> list[Standing]:
        """Give a member with up to ``count`` before and behind it; empty if it is not on the board."""
        return [_standing(item) for item in self._module.get_around(member, count)]

    def get(self, member: Id) -> Standing | None:
        """Give a member's place, also below a full board; None if it is not known."""
        found = self._module.get(member)
        return None if found is None else _standing(found)

    def get_rank(self, member: Id) -> int | None:
        """Give its rank from 1; None if it is not on the board."""
        found = self._module.get_around(member, 0)
        return found[0][2] if found else None

    def get_score(self, member: Id) -> float | None:
        """Give its score; None if it is not known."""
        found = self._module.get(member)
        return None if found is None else found[1]

    def percentile(self, member: Id) -> float | None:
        """Tell how many of a hundred of the others on the board have worse scores; 100 if there are none."""
        return self._module.percentile(member)

    def at_percentile(self, percent: float) -> Standing | None:
        """Give the place that is at least as good as that percentage of the board, by nearest rank."""
        found = self._module.at_percentile(percent)
        return None if found is None else _standing(found)

    def set_data(self, member: Id, data: object) -> bool:
        """Keep any JSON, at most 16 KiB, with a known member; None takes it away. Whether it is known."""
        text = "" if data is None else json().dumps(data, separators=(",", ":"), ensure_ascii=False)
        return self._module.set_data(member, text.encode())

    def remove_member(self, member: Id) -> bool:
        """Remove a member; whether it was known."""
        return self._module.remove_members([member]) == 1

    def remove_members(self, members: Iterable[Id]) -> int:
        """Remove up to 1000 members; how many were known."""
        return self._module.remove_members(list(members))

    def get_total_members(self) -> int:
        """Count the members on the board."""
        return self._module.get_total_members()

    def clear(self) -> None:
        """Remove all members."""
        self._module.clear()


RealTimeLeaderboard = Leaderboard

Granularity = Literal["total", "minute", "hour", "day", "month"]


class Counted(NamedTuple):
    """What an increment made of the counts of its windows; None: older than what is known."""

    total: int | None
    minute: int | None
    hour: int | None
    day: int | None
    month: int | None


class WindowCount(NamedTuple):
    """A window and what was counted in it."""

    at: int  #: when the window begins; 0 for the total
    count: int  # type: ignore[assignment]


class TopCounter(NamedTuple):
    """A counter with a great count."""

    name: Id
    count: int  # type: ignore[assignment]


class Counters:
    """Counters by name, each with a total and its windows per minute, hour, day and month.

    ``minutes``, ``hours``, ``days`` and ``months`` are how many windows are known, with the current one:
    old windows make room for new ones, and nothing needs to be swept. Days and months begin at midnight on
    the clock of ``utc_offset_minutes``.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "counters",
        minutes: int = 1_440,
        hours: int = 744,
        days: int = 400,
        months: int = 60,
        utc_offset_minutes: int = 0,
    ) -> None:
        self._module = _playhead.Counters(
            target_of(store),
            prefix=prefix,
            clock=clock,
            name=name,
            minutes=minutes,
            hours=hours,
            days=days,
            months=months,
            utc_offset_minutes=utc_offset_minutes,
        )

    def increment(self, counter: Id, value: int = 1, at: int | None = None) -> Counted:
        """Add to the total, minute, hour, day and month together. ``at``: when it happened, late or not."""
        return Counted(*self._module.increment(counter, value, at))

    def get_count(
        self, counter: Id, granularity: Granularity = "day", start: int | None = None, end: int | None = None
    ) -> list[WindowCount]:
        """Give the windows from the one of ``start`` to that of ``end``, with zeros where there is nothing.

        Windows that are not known any more and those of the future are left out. None: from the oldest, to
        the current one.
        """
        return [WindowCount(*item) for item in self._module.get_count(counter, granularity, start, end)]

    def current(self, counter: Id, granularity: Granularity = "total") -> int:
        """Give the count of the current window."""
        return self._module.current(counter, granularity)

    def get_top_counters(
        self, granularity: Granularity = "total", limit: int = 10, at: int | None = None
    ) -> list[TopCounter]:
        """Give the greatest counters in the window of ``at``, which is the current one or the one before."""
        return [TopCounter(*item) for item in self._module.get_top_counters(granularity, limit, at)]

    def remove(self, counter: Id) -> None:
        """Forget a counter."""
        self._module.remove(counter)


RealTimeCounter = Counters


class SlidingWindow:
    """Counts over a window that slides with the clock: what happened at ``t`` counts until ``t + window``.

    An ``exact`` window keeps every millisecond with something in it. Otherwise it is divided into
    ``buckets``, of which the oldest counts in proportion to the part of it that is still in the window: the
    error is at most what that bucket holds. Late events count where they belong.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "sliding",
        window: int = 60_000,
        exact: bool = False,
        buckets: int = 60,
        slack: int = 3_600_000,
    ) -> None:
        self._module = _playhead.SlidingWindow(
            target_of(store),
            prefix=prefix,
            clock=clock,
            name=name,
            window=window,
            exact=exact,
            buckets=buckets,
            slack=slack,
        )

    def increment(self, counter: Id, value: int = 1, at: int | None = None) -> float:
        """Count an event, or several; the count afterwards."""
        return self._module.increment(counter, value, at)

    def get_count(self, counter: Id) -> float:
        """Give the count; a whole number if the window is exact."""
        return self._module.get_count(counter)

    def get_rate(self, counter: Id) -> float:
        """Give the events a second over the window."""
        return self._module.get_rate(counter)

    def remove(self, counter: Id) -> None:
        """Forget a counter."""
        self._module.remove(counter)


SlidingWindowCounter = SlidingWindow
