"""A real log, fed through the modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TextColumn

import playhead
from playhead._replay_formats import (
    CSV_COLUMNS,
    Event,
    Refusal,
    User,
    Video,
    columns_of,
    read_history,
    read_log,
    read_users,
    read_videos,
)
from playhead._report import HitRate, Report
from playhead.modules import Activity, Counters, Favorites, Leaderboard, Recommender, UserEvent
from playhead.modules.activity import ActivityEvent

T = TypeVar("T")

SHOWN = 20
LISTED_REFUSALS = 1_000
BULK = 2_000
OTHER_USERS = "not in the table"
_KINDS: dict[str, ActivityEvent] = {
    "like": "like",
    "unlike": "unlike",
    "comment": "comment",
    "share": "share",
}


class Ranking:
    """Videos by how often they were taken, the most often first; counting one more is O(1)."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._places: dict[str, int] = {}
        self._order: list[str] = []
        self._begins: dict[int, int] = {}  # count -> the first place with it

    def add(self, video: str) -> None:
        """Count a video once more: it changes places with the first one of its count."""
        count = self._counts.get(video, 0)
        if count == 0:
            self._places[video] = len(self._order)
            self._begins.setdefault(0, len(self._order))
            self._order.append(video)
        place, first = self._places[video], self._begins[count]
        other = self._order[first]
        self._order[first], self._order[place] = video, other
        self._places[video], self._places[other] = first, place
        self._counts[video] = count + 1
        self._begins.setdefault(count + 1, first)
        if first + 1 < len(self._order) and self._counts[self._order[first + 1]] == count:
            self._begins[count] = first + 1
        else:
            del self._begins[count]

    def first(self, size: int, without: set[str]) -> list[str]:
        """Give the most frequent videos that are not among others."""
        return list(islice((video for video in self._order if video not in without), size))


def printable(text: str) -> str:
    """Give a text of a file as it may go to a terminal: what is not printable becomes an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class Source:
    """A file, and what became of its rows."""

    def __init__(self, path: Path) -> None:
        self.name = printable(path.name)
        self.read = self.applied = self.refused = 0
        self.before = 0  #: rows that an earlier replay has seen to
        self.reasons: list[Refusal] = []  #: the first of them

    def refuse(self, refusal: Refusal) -> None:
        """Note a row that is not applied."""
        self.refused += 1
        if len(self.reasons) < LISTED_REFUSALS:
            self.reasons.append(refusal)

    def rows(self, rows: Iterable[T | Refusal]) -> Iterator[T]:
        """Count rows, and give those that can be applied."""
        for row in rows:
            self.read += 1
            if isinstance(row, Refusal):
                self.refuse(row)
            else:
                yield row

    def __str__(self) -> str:
        before = f", {self.before:,} seen to by an earlier replay" if self.before else ""
        return f"{self.read:,} read, {self.applied:,} applied, {self.refused:,} refused{before}"


def _of_activity(event: Event) -> UserEvent | None:
    """An event as Activity takes it; in logs a finish is a viewing to the end."""
    if event.event in ("view", "finish"):
        if not event.first_of_row:
            return None
        watched, duration = event.watched_ms or 0, event.duration_ms or 0
        return UserEvent(event.user_id, event.video_id, "view", watched, duration, event.at)
    kind = _KINDS.get(event.event)
    return None if kind is None else UserEvent(event.user_id, event.video_id, kind, at=event.at)


class Replay:
    """Applies rows and keeps count of them. The modules' time is that of the latest event.

    The store remembers how far it came, so that a file replayed again changes nothing, and one that has
    grown goes on where it ended. It is noted with every bulk. When a replay is broken off, the next one
    repeats what was not noted: Activity, the leaderboard and favorites count that once all the same, the
    recommender and the counters may count it twice.
    """

    def __init__(self, store: playhead.Store, name: str) -> None:
        self.store, self.name = store, name
        self.clock = playhead.ManualClock(1)
        self.activity = Activity(store, prefix=name, clock=self.clock)
        self.favorites = Favorites(store, prefix=name, clock=self.clock)
        self.counters = Counters(store, prefix=name, clock=self.clock)
        self.most_viewed = Leaderboard(store, "videos", 1_000, prefix=name, clock=self.clock)
        self.recommender = Recommender(store, name=name)
        self.report, self.rate = Report(), HitRate()
        self.groups: dict[str, HitRate] = {}
        self._group_of: dict[str, str] = {}
        self._seen: dict[str, set[str]] = {}
        self._popular = Ranking()
        self._log: list[tuple[int, UserEvent]] = []
        self._progress = f"{name}:replayed"
        self._place = self._noted("log") or [0, 0, 1]  # the last line, events for Activity until it, the time
        self._line = self._place[0]
        self.clock.set(self._place[2])

    def _noted(self, part: str) -> list[int] | None:
        noted = self.store.hashes.hget(self._progress, part)
        return None if noted is None else [int(number) for number in noted.split()]

    def _note_progress(self, part: str, *numbers: int) -> None:
        self.store.hashes.hset(self._progress, part, " ".join(map(str, numbers)))

    def video(self, video: Video) -> None:
        """One row of a table of videos: it can be recommended."""
        video.add_to(self.recommender)

    def users(self, users: list[User]) -> None:
        """Rows of a table of users: a hash for each, and the groups that hit rates are told for."""
        with self.report.timed("tables", f"users ({BULK:,} a batch)"), self.store.batch() as batch:
            for user in users:
                key = f"{self.name}:user:{user.user_id}"
                batch.keys.delete(key)
                if user.features:
                    batch.hashes.hset(key, mapping=user.features)
                self._group_of[user.user_id] = user.group or OTHER_USERS

    def history(self, events: list[Event], source: str, first: int) -> None:
        """Events from before the log, and the number of the first of them in their source."""
        done, end = (self._noted(f"history {source}") or [0])[0], first + len(events)
        if end > done:
            with self.report.timed("tables", f"history ({BULK:,} events a call)"):
                self.recommender.record_many(e.as_tuple() for e in events[max(0, done - first) :])
            self._note_progress(f"history {source}", end)
        for event in events:
            self._note(event)

    def _note(self, event: Event) -> None:
        self._seen.setdefault(event.user_id, set()).add(event.video_id)
        self._popular.add(event.video_id)

    def _compare(self, event: Event, seen: set[str]) -> None:
        with self.report.timed("recommendation", "recommend"):
            shown = [r.video_id for r in self.recommender.recommend(event.user_id, SHOWN, at=event.at)]
        popular = self._popular.first(SHOWN, seen)
        self.rate.count(event.video_id, shown, popular)
        if self._group_of:
            group = self._group_of.get(event.user_id, OTHER_USERS)
            self.groups.setdefault(group, HitRate()).count(event.video_id, shown, popular)

    def passes_over(self, events: list[Event]) -> bool:
        """Whether an earlier replay has seen to a row of the log."""
        if events[0].line > self._place[0]:
            self._line = events[0].line
            return False
        for event in events:
            self._note(event)
        return True

    def row(self, events: list[Event]) -> None:
        """One row of the log: what the user took is compared with what is recommended, then recorded."""
        events = [event if event.at is not None else replace(event, at=self.store.now()) for event in events]
        first = events[0]
        seen = self._seen.get(first.user_id)
        if seen and first.video_id not in seen and any(_positive(e) for e in events):
            self._compare(first, seen)
        for event in events:
            with self.report.timed("recommendation", "record an event"):
                self.recommender.record(
                    event.user_id,
                    event.video_id,
                    event.event,
                    at=event.at,
                    watched_ms=event.watched_ms,
                    duration_ms=event.duration_ms,
                )
            self._count(event)
            self._note(event)

    def _count(self, event: Event) -> None:
        """One event in the modules beside the recommender; what Activity takes is ingested later."""
        self.clock.set(max(self.clock.now(), event.at or 0))
        if event.event in ("favorite", "unfavorite"):
            with self.report.timed("lists", "favorites"):
                if event.event == "favorite":
                    self.favorites.add(event.user_id, event.video_id, at=event.at)
                else:
                    self.favorites.remove(event.user_id, event.video_id)
        with self.report.timed("numbers", "counters"):
            self.counters.increment(event.event, at=event.at)
        if (noted := _of_activity(event)) is not None:
            self._log.append((event.line, noted))

    @property
    def full(self) -> bool:
        """Whether it is time to ingest."""
        return len(self._log) >= BULK

    def ingest(self) -> dict[int, str]:
        """Record what has been collected for Activity; the lines that were refused, and why."""
        events, first = [event for _, event in self._log], self._place[1]
        with self.report.timed("activity", f"ingest ({BULK:,} events a call)"):
            report = self.activity.record_many(events, source="log", first=first)
        refused = {self._log[item.index][0]: item.reason for item in report.refused}
        viewed = {e.video_id for line, e in self._log if e.event == "view" and line not in refused}
        if viewed:
            with self.report.timed("numbers", f"leaderboard ({BULK:,} events a call)"):
                counts = self.activity.video_counts_many(viewed)
                self.most_viewed.add_scores({v: c.views for v, c in zip(viewed, counts, strict=True)})
        self._place = [self._line, first + len(events), self.clock.now()]
        self._note_progress("log", *self._place)
        self._log.clear()
        return refused

    def figures(self) -> None:
        """What the modules know at the end."""
        kinds = ", ".join(f"{c.count:,} {c.name!s}" for c in self.counters.get_top_counters(limit=12))
        self.report.figure("events of the log", kinds or "none")
        if not kinds:
            return
        last_day = self.activity.active_users()
        exact, about = (self.activity.monthly_active_users(approximate=a) for a in (False, True))
        self.report.figure(
            "active users", f"{last_day:,} on the last day, {exact:,} in its month ({about:,} by HyperLogLog)"
        )
        most = [f"{printable(str(row.member))} ({row.score:,.0f})" for row in self.most_viewed.get_top(5)]
        self.report.figure("most viewed", ", ".join(most) or "none")


def _positive(event: Event) -> bool:
    if event.event == "view":
        long = min(event.duration_ms or 18_000, 18_000)
        return (event.watched_ms or 0) >= long
    return event.event not in ("impression", "dislike", "unlike", "unfavorite", "unfollow")


def _slices(items: list[T]) -> Iterator[list[T]]:
    for i in range(0, len(items), BULK):
        yield items[i : i + BULK]


class Run:
    """The files of one replay, in the order in which they are applied."""

    def __init__(self, replay: Replay, console: Console, progress: Progress) -> None:
        self.replay, self.console, self.progress = replay, console, progress
        self.sources: dict[str, Source] = {}

    def _begin(self, kind: str, path: Path) -> Source:
        self.sources[kind] = source = Source(path)
        self._task = self.progress.add_task(escape(source.name), total=None, rows="")
        return source

    def _show(self, source: Source, *, done: bool = False) -> None:
        self.progress.update(self._task, rows=f"{source.read:,} rows")
        if done:
            self.progress.update(self._task, total=1, completed=1)

    def videos(self, path: Path, name: str) -> None:
        """Apply a table of videos."""
        source = self._begin("videos", path)
        for video in source.rows(read_videos(path, name)):
            self.replay.video(video)
            source.applied += 1
        self._show(source, done=True)

    def users(self, path: Path, name: str) -> None:
        """Apply a table of users."""
        source = self._begin("users", path)
        users = list(source.rows(read_users(path, name)))
        for some in _slices(users):
            self.replay.users(some)
            source.applied += len(some)
            self._show(source)
        self._show(source, done=True)

    def history(self, path: Path) -> None:
        """Apply what users watched before the log, all of it in the order of time."""
        source = self._begin("history", path)
        rows = list(source.rows(read_history(path)))
        events = sorted((event for row in rows for event in row), key=lambda event: event.at or 0)
        for i, some in enumerate(_slices(events)):
            self.replay.history(some, source.name, i * BULK)
            self._show(source)
        source.applied = len(rows)
        views = sum(event.first_of_row for event in events)
        self.replay.report.figure("history", f"{views:,} views and {len(events) - views:,} likes")
        self._show(source, done=True)

    def log(self, path: Path, name: str) -> None:
        """Apply a log; a row that the modules refuse is noted like one that cannot be read."""
        source = self._begin("rows", path)
        for row in source.rows(read_log(path, name)):
            if self.replay.passes_over(row):
                source.before += 1
                continue
            try:
                self.replay.row(row)
                source.applied += 1
            except playhead.InvalidArgument as error:
                source.refuse(Refusal(row[0].line, str(error)))
            if self.replay.full:
                self._ingest(source)
            if source.read % 500 == 0:
                self._show(source)
        self._ingest(source)
        self._show(source, done=True)

    def _ingest(self, source: Source) -> None:
        for line, reason in self.replay.ingest().items():
            source.applied -= 1
            source.refuse(Refusal(line, reason))

    def print(self, title: str) -> None:
        """Print the table, what became of the files' rows, the hit rates, and the rows refused."""
        replay = self.replay
        for kind, source in self.sources.items():
            replay.report.figure(kind if kind == "rows" else f"rows of {kind}", str(source))
        replay.report.figure(
            "events recorded", f"{replay.recommender.events:,} on {replay.recommender.videos:,} videos"
        )
        replay.figures()
        replay.rate.put(replay.report, SHOWN)
        for group, rate in sorted(replay.groups.items(), key=lambda item: -item[1].asked):
            rate.put(replay.report, SHOWN, f" of users {group}")
        replay.report.print(self.console, title)
        for source in self.sources.values():
            for refusal in source.reasons:
                line = f"refused: {source.name}:{refusal.line}: {printable(refusal.reason)}"
                self.console.print(line, markup=False, highlight=False, soft_wrap=True)
            if source.refused > len(source.reasons):
                more = source.refused - len(source.reasons)
                self.console.print(
                    f"... and {more:,} more rows of {source.name}", markup=False, soft_wrap=True
                )


def run(
    path: Path,
    name: str,
    url: str,
    videos: Path | None,
    history: Path | None,
    users: Path | None,
    console: Console,
) -> None:
    """Replay a log and print what happened. Raises ValueError for a file of another format."""
    shown = printable(path.name)
    with playhead.open(url) as store:
        replay = Replay(store, f"replay-{shown}")
        if replay.recommender.events:
            console.print(
                f"the store holds {replay.recommender.events:,} events of an earlier replay of {shown}; "
                "what it applied is not applied again",
                markup=False,
                soft_wrap=True,
            )
        if name == "csv" and (unused := [c for c in columns_of(path, name) if c not in CSV_COLUMNS]):
            columns_unused = printable(", ".join(unused))
            console.print(f"columns that are not used: {columns_unused}", markup=False, soft_wrap=True)
        columns = (*Progress.get_default_columns(), TextColumn("{task.fields[rows]}"))
        with Progress(*columns, console=console) as progress:
            files = Run(replay, console, progress)
            if videos is not None:
                files.videos(videos, name)
            if users is not None:
                files.users(users, name)
            if history is not None:
                files.history(history)
            files.log(path, name)
        files.print(f"{shown} on {store.name}")
