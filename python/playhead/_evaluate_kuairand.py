"""Protocols on KuaiRand-Pure: a stream in time, and the probability of a click."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

import playhead
from playhead._metrics import Ranks, auc
from playhead._replay_formats import Event, Row, read_history, read_log, read_table, read_videos, whole
from playhead.modules import DeepFM, Recommender

LOG = "log_standard_0425_0430.csv.gz"
HISTORY = "user_history_until_0424_last50.tsv.gz"
VIDEOS = "video_features_basic_pure.csv.gz"
USERS = "user_features_pure.csv.gz"
DAY_MS = 86_400_000
FIRST_SCORED, LAST_DAY = "20220428", "20220430"
SHOWN = 20
COLD_USER, COLD_VIDEO = 5, 20

Progress = Callable[[str], None]


def _rows(path: Path, delimiter: str = ",") -> list[Row]:
    return list(whole(read_table(path, delimiter, (), f"table {path.name}", lambda row, _: row)))


@dataclass
class Log:
    """The log in the order of time; rows of one millisecond keep the file's order."""

    rows: list[Row]
    events: list[list[Event]]

    @classmethod
    def read(cls, directory: Path) -> Log:
        """Read it; a malformed row is an error here."""
        rows = _rows(directory / LOG)
        events = list(whole(read_log(directory / LOG, "kuairand")))
        order = sorted(range(len(rows)), key=lambda i: int(rows[i]["time_ms"]))
        return cls([rows[i] for i in order], [events[i] for i in order])


@dataclass
class Prequential:
    """What a run of the stream gave."""

    by_day: dict[str, Ranks] = field(default_factory=dict)
    cold_users: Ranks = field(default_factory=Ranks)
    cold_videos: Ranks = field(default_factory=Ranks)
    recommended: set[Any] = field(default_factory=set)
    catalogue: int = 0
    seconds: list[float] = field(default_factory=list)  #: of each recommend()
    refreshes: list[float] = field(default_factory=list)
    recorded: int = 0
    recording: float = 0.0

    def ranks(self, days: Callable[[str], bool] = lambda _: True) -> Ranks:
        """Give the ranks of some days together."""
        return Ranks([p for day, ranks in sorted(self.by_day.items()) if days(day) for p in ranks.places])

    def latency_us(self) -> tuple[float, float]:
        """Median and 99th percentile of recommend()."""
        cuts = quantiles(self.seconds, n=100)
        return cuts[49] * 1e6, cuts[98] * 1e6


def prequential(directory: Path, options: Mapping[str, Any], progress: Progress) -> Prequential:
    """Score each positive row, then record it: nothing knows of what comes later."""
    with playhead.open("memory://") as store:
        stream = _Stream(Recommender(store, **options))
        progress("catalogue and history")
        stream.warm_up(directory)
        log = Log.read(directory)
        for n, (row, events) in enumerate(zip(log.rows, log.events, strict=True)):
            if n % 1000 == 0:
                progress(f"{n:,} of {len(log.rows):,} rows")
            stream.step(row, events)
        stream.result.catalogue = stream.recommender.videos
        return stream.result


class _Stream:
    def __init__(self, recommender: Recommender) -> None:
        self.recommender = recommender
        self.result = Prequential()
        self._had: dict[str, set[str]] = {}
        self._audience: Counter[str] = Counter()
        self._day = -1

    def warm_up(self, directory: Path) -> None:
        for video in whole(read_videos(directory / VIDEOS, "kuairand")):
            video.add_to(self.recommender)
        history = [e for events in whole(read_history(directory / HISTORY)) for e in events]
        history.sort(key=lambda e: e.at or 0)
        self.recommender.record_many([e.as_tuple() for e in history], history=True)
        for e in history:
            self._take(e.user_id, e.video_id)

    def step(self, row: Row, events: list[Event]) -> None:
        user, video, at = events[0].user_id, events[0].video_id, events[0].at or 0
        positive = "1" in (row["long_view"], row["is_like"], row["is_comment"])
        had = self._had.get(user)
        if row["date"] >= FIRST_SCORED and positive and had and video not in had:
            self._score(row["date"], user, video, at, len(had))
        begin = time.perf_counter()
        for e in events:
            self.recommender.record(
                e.user_id, e.video_id, e.event, at=e.at, watched_ms=e.watched_ms, duration_ms=e.duration_ms
            )
        self.result.recording += time.perf_counter() - begin
        self.result.recorded += len(events)
        self._take(user, video)

    def _score(self, day: str, user: str, video: str, at: int, had: int) -> None:
        if at // DAY_MS != self._day:
            self._day = at // DAY_MS
            begin = time.perf_counter()
            self.recommender.refresh()
            self.result.refreshes.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        found = self.recommender.recommend(user, SHOWN, at=at)
        self.result.seconds.append(time.perf_counter() - begin)
        videos = [r.video_id for r in found]
        place = videos.index(video) if video in videos else None
        self.result.recommended.update(videos)
        self.result.by_day.setdefault(day, Ranks()).add(place)
        if had < COLD_USER:
            self.result.cold_users.add(place)
        if self._audience[video] < COLD_VIDEO:
            self.result.cold_videos.add(place)

    def _take(self, user: str, video: str) -> None:
        had = self._had.setdefault(user, set())
        if video not in had:
            had.add(video)
            self._audience[video] += 1


# ---- the probability of a click

USER_FIELDS = (
    "user_active_degree",
    "follow_user_num_range",
    "fans_user_num_range",
    "friend_user_num_range",
    "register_days_range",
    *(f"onehot_feat{n}" for n in range(18)),
)
TRAINED_UNTIL = {"ctr": "20220429", "ctr-update": "20220427"}
UPDATE_ROWS = 1024


@dataclass
class Clicks:
    """Rows with their fields and labels."""

    columns: dict[str, list[str]]
    rows: list[Row]

    def part(self, wanted: Callable[[Row], bool]) -> Clicks:
        """Give the rows of some days."""
        which = [i for i, row in enumerate(self.rows) if wanted(row)]
        return Clicks(
            {name: [column[i] for i in which] for name, column in self.columns.items()},
            [self.rows[i] for i in which],
        )

    def labels(self, name: str) -> list[int]:
        """Give a label of each row."""
        return [int(row[name]) for row in self.rows]

    def batches(self, size: int) -> Iterator[Clicks]:
        """Give the rows in order, so many at a time."""
        for begin in range(0, len(self.rows), size):
            some = slice(begin, begin + size)
            yield Clicks({name: c[some] for name, c in self.columns.items()}, self.rows[some])


def clicks(directory: Path) -> Clicks:
    """Read the log with 33 fields, all of them categories known before the video is shown."""
    users = {row["user_id"]: row for row in _rows(directory / USERS)}
    videos = {row["video_id"]: row for row in _rows(directory / VIDEOS)}
    log = Log.read(directory)
    columns: dict[str, list[str]] = {}
    for row in log.rows:
        for name, value in _fields(row, users, videos).items():
            columns.setdefault(name, []).append(value)
    return Clicks(columns, log.rows)


def _fields(row: Row, users: Mapping[str, Row], videos: Mapping[str, Row]) -> Row:
    user, video = users.get(row["user_id"], {}), videos.get(row["video_id"], {})
    seconds = int(row["duration_ms"]) / 1000
    return {
        **{name: row[name] for name in ("user_id", "video_id", "author_id", "tag", "tab")},
        "tag1": row["tag"].split(",")[0],
        "hour": str(int(row["hourmin"]) // 100),
        "duration_bucket": str(min(90, round(10 * math.log2(1 + seconds)))),
        **{name: video.get(name, "") for name in ("upload_type", "video_type")},
        **{name: user.get(name, "") for name in USER_FIELDS},
    }


@dataclass
class ClickResult:
    """How well labels were predicted, and how fast."""

    label: str
    auc: float
    updated_auc: float | None = None
    trained_per_s: float = 0.0
    predicted_per_s: float = 0.0


def click_protocol(
    directory: Path, name: str, options: Mapping[str, Any], progress: Progress
) -> list[ClickResult]:
    """Train on the days before, and predict the others; with ``ctr-update`` also learning as they come."""
    progress("reading")
    data = clicks(directory)
    until = TRAINED_UNTIL[name]
    train, test = data.part(lambda row: row["date"] <= until), data.part(lambda row: row["date"] > until)
    labels = ("long_view",) if name == "ctr-update" else ("is_click", "long_view")
    return [_click_result(train, test, label, options, name == "ctr-update", progress) for label in labels]


def _click_result(
    train: Clicks, test: Clicks, label: str, options: Mapping[str, Any], update: bool, progress: Progress
) -> ClickResult:
    progress(f"training for {label}")
    model = DeepFM(dict.fromkeys(train.columns, "category"), **options)
    begin = time.perf_counter()
    model.fit(train.columns, train.labels(label))
    trained = len(train.rows) / (time.perf_counter() - begin)
    begin = time.perf_counter()
    frozen = model.predict(test.columns)
    predicted = len(test.rows) / (time.perf_counter() - begin)
    result = ClickResult(label, auc(test.labels(label), frozen), None, trained, predicted)
    if update:
        progress("predicting, then learning")
        scores: list[float] = []
        for batch in test.batches(UPDATE_ROWS):
            scores += model.predict(batch.columns)
            model.partial_fit(batch.columns, batch.labels(label), UPDATE_ROWS)
        result.updated_auc = auc(test.labels(label), scores)
    return result
