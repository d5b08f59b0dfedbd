"""A real log, fed through the modules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TextColumn

import playhead
from playhead._modules import Activity
from playhead._recommender import Recommender
from playhead._replay_formats import Event, Refusal, read_history, read_log, read_videos
from playhead._report import HitRate, Report

SHOWN = 20
LISTED_REFUSALS = 1_000
BULK = 2_000


class Replay:
    """Applies rows and keeps count of them."""

    def __init__(self, store: playhead.Store, name: str) -> None:
        self.activity = Activity(store, prefix=name)
        self.recommender = Recommender(store, name=name)
        self.report, self.rate = Report(), HitRate()
        self.read = self.applied = 0
        self.refused: list[tuple[str, Refusal]] = []
        self._seen: dict[str, set[str]] = {}
        self._popular: Counter[str] = Counter()

    def refuse(self, source: str, refusal: Refusal) -> None:
        """Note a row that is no event."""
        self.refused.append((source, refusal))

    def history(self, rows: Iterable[list[Event] | Refusal], source: str) -> None:
        """Bulk events from before the log."""
        waiting: list[Event] = []
        for row in rows:
            if isinstance(row, Refusal):
                self.refuse(source, row)
                continue
            waiting += row
            if len(waiting) >= BULK:
                self._bulk(waiting)
                waiting = []
        self._bulk(waiting)

    def _bulk(self, events: list[Event]) -> None:
        with self.report.timed(f"history ({BULK:,} events a call)"):
            self.recommender.record_many(e.as_tuple() for e in events)
        for e in events:
            self._note(e)

    def _note(self, event: Event) -> None:
        self._seen.setdefault(event.user_id, set()).add(event.video_id)
        self._popular[event.video_id] += 1

    def row(self, events: list[Event]) -> None:
        """One row of the log: what the user took is compared with what would have been recommended; then it is recorded."""
        first = events[0]
        seen = self._seen.get(first.user_id)
        if seen and first.video_id not in seen and any(_positive(e) for e in events):
            with self.report.timed("recommend"):
                shown = [r.video_id for r in self.recommender.recommend(first.user_id, SHOWN, at=first.at)]
            top = [v for v, _ in self._popular.most_common(SHOWN + len(seen)) if v not in seen][:SHOWN]
            self.rate.count(first.video_id, shown, top)
        for event in events:
            if event.first_of_row and event.event in ("view", "finish"):
                with self.report.timed("record viewing"):
                    self.activity.record_video_viewing(
                        event.user_id,
                        event.video_id,
                        event.watched_ms or 0,
                        event.duration_ms or 0,
                        at=event.at,
                    )
            with self.report.timed("record event"):
                self.recommender.record(
                    event.user_id,
                    event.video_id,
                    event.event,
                    at=event.at,
                    watched_ms=event.watched_ms,
                    duration_ms=event.duration_ms,
                )
            self._note(event)


def _positive(event: Event) -> bool:
    if event.event == "view":
        long = min(event.duration_ms or 18_000, 18_000)
        return (event.watched_ms or 0) >= long
    return event.event not in ("impression", "dislike", "unlike", "unfavorite", "unfollow")


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
    with playhead.open(url) as store:
        replay = Replay(store, f"replay-{path.name}")
        if replay.recommender.events:
            console.print(
                f"the store holds {replay.recommender.events:,} events of an earlier replay of {path.name}; they count too"
            )
        if videos is not None:
            for video in read_videos(videos, name):
                if isinstance(video, Refusal):
                    replay.refuse(videos.name, video)
                else:
                    replay.recommender.add_video(video)
        if history is not None:
            replay.history(read_history(history), history.name)
        if users is not None:
            console.print(
                f"users: {users.name} was not read: the models of this version use no table of users"
            )
        columns = (*Progress.get_default_columns(), TextColumn("{task.fields[rows]}"))
        with Progress(*columns, console=console) as progress:
            task = progress.add_task(path.name, total=None, rows="")
            apply(
                replay,
                read_log(path, name),
                path.name,
                lambda: progress.update(task, rows=f"{replay.read:,} rows"),
            )
            progress.update(task, total=1, completed=1)
        print_report(replay, store, path, console)


def apply(replay: Replay, rows: Iterable[list[Event] | Refusal], source: str, show: object) -> None:
    """Apply the rows of a log; one that the modules refuse is noted like one that cannot be read."""
    for row in rows:
        replay.read += 1
        if isinstance(row, Refusal):
            replay.refuse(source, row)
        else:
            try:
                replay.row(row)
                replay.applied += 1
            except playhead.InvalidArgument as error:
                replay.refuse(source, Refusal(row[0].line, str(error)))
        if replay.read % 500 == 0 and callable(show):
            show()


def print_report(replay: Replay, store: playhead.Store, path: Path, console: Console) -> None:
    """The table, the rows refused, and the hit rate."""
    refused_here = sum(1 for source, _ in replay.refused if source == path.name)
    replay.report.figure(
        "rows", f"{replay.read:,} read, {replay.applied:,} applied, {refused_here:,} refused"
    )
    if len(replay.refused) > refused_here:
        replay.report.figure("rows of other files", f"{len(replay.refused) - refused_here:,} refused")
    replay.report.figure(
        "events recorded", f"{replay.recommender.events:,} on {replay.recommender.videos:,} videos"
    )
    replay.rate.put(replay.report, SHOWN)
    replay.report.print(console, f"{path.name} on {store.name}")
    for source, refusal in replay.refused[:LISTED_REFUSALS]:
        console.print(f"refused: {source}:{refusal.line}: {refusal.reason}", markup=False, highlight=False)
    if len(replay.refused) > LISTED_REFUSALS:
        console.print(f"... and {len(replay.refused) - LISTED_REFUSALS:,} more")
