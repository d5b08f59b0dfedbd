"""A day on a small video platform, simulated."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter

from rich.console import Console
from rich.progress import Progress

import playhead
from playhead._report import HitRate, Report
from playhead._types import Id
from playhead.modules import Activity, CacheScheduler, Recommender, Tokens, WatchLater

DAY_MS = 24 * 3_600_000
START = 1_767_225_600_000  # 1 January 2026, 00:00 UTC
TAGS = ("music", "news", "sport", "games", "cooking", "travel", "science", "film")
SHOWN = 10
MISS_TTL_MS = 600_000


def catalogue(videos: int, rng: random.Random) -> sqlite3.Connection:
    """The platform's database: one row a video."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE videos (id TEXT PRIMARY KEY, title TEXT, tag TEXT, duration_ms INTEGER)")
    rows = [(f"v{i}", f"Video {i}", rng.choice(TAGS), rng.randrange(8_000, 300_000)) for i in range(videos)]
    db.executemany("INSERT INTO videos VALUES (?, ?, ?, ?)", rows)
    return db


class Platform:
    """Everything that the simulated users meet."""

    def __init__(
        self, store: playhead.Store, clock: playhead.ManualClock, db: sqlite3.Connection, name: str
    ) -> None:
        self.store, self.clock, self.db = store, clock, db
        self.tokens = Tokens(store, prefix=name, clock=clock)
        self.activity = Activity(store, prefix=name, clock=clock)
        self.watch_later = WatchLater(store, prefix=name, clock=clock)
        self.scheduler = CacheScheduler(store, load=self.refresh, prefix=name, clock=clock)
        self.recommender = Recommender(store, name=name)
        self.report, self.rate = Report(), HitRate()
        self.cache: Counter[str] = Counter()
        self.name = name

    def _key(self, video_id: str) -> str:
        return f"{self.name}:metadata:{video_id}"

    def refresh(self, video_id: Id) -> None:
        """Load a row from the database into the cache."""
        assert isinstance(video_id, str)  # the ids of this catalogue are
        row = self.db.execute(
            "SELECT title, tag, duration_ms FROM videos WHERE id = ?", (video_id,)
        ).fetchone()
        body = json.dumps(
            {"title": row[0], "tag": row[1], "duration_ms": row[2], "until": self.clock.now() + MISS_TTL_MS}
        )
        self.store.strings.set(self._key(video_id), body)

    def metadata(self, video_id: str) -> dict[str, object]:
        """A video's row, from the cache if it is there and fresh."""
        for _ in range(2):
            cached = self.store.strings.get(self._key(video_id))
            row = json.loads(cached) if cached is not None else None
            if row is not None and row["until"] > self.clock.now():
                self.cache["hits"] += 1
                return dict(row)
            self.cache["misses"] += 1
            self.refresh(video_id)
        raise AssertionError("a row that was just loaded is not in the cache")


class Simulation:
    """Users who sign in, look at what is recommended, watch, and keep lists."""

    def __init__(self, platform: Platform, users: int, videos: int, rng: random.Random) -> None:
        self.platform, self.rng, self.videos = platform, rng, videos
        self.tokens: dict[str, str] = {}
        self.tastes = [rng.sample(range(len(TAGS)), 2) for _ in range(users)]
        rows = platform.db.execute("SELECT id, tag FROM videos")
        self.by_tag: dict[str, list[str]] = {tag: [] for tag in TAGS}
        for video_id, tag in rows:
            self.by_tag[tag].append(video_id)
        self.popular: Counter[str] = Counter()
        self.seen: dict[str, set[str]] = {}

    def choose(self, user: int) -> str:
        """What a user takes next: mostly of a taste, the popular ones more often."""
        tag = TAGS[self.rng.choice(self.tastes[user])] if self.rng.random() < 0.85 else self.rng.choice(TAGS)
        pool = self.by_tag[tag] or [f"v{self.rng.randrange(self.videos)}"]
        return pool[min(int(self.rng.paretovariate(1.1)) - 1, len(pool) - 1)]

    def step(self, at: int) -> None:
        """One user's visit."""
        p, rng = self.platform, self.rng
        user = rng.randrange(len(self.tastes))
        user_id, taken = f"u{user}", self.choose(user)
        p.clock.set(at)
        self.sign_in(user_id)
        seen = self.seen.setdefault(user_id, set())
        if seen and taken not in seen:
            with p.report.timed("recommend"):
                shown = [r.video_id for r in p.recommender.recommend(user_id, SHOWN, at=at)]
            top = [v for v, _ in self.popular.most_common(SHOWN + len(seen)) if v not in seen][:SHOWN]
            p.rate.count(taken, shown, top)
        seen.add(taken)
        with p.report.timed("video metadata"):
            row = p.metadata(taken)
        duration = int(str(row["duration_ms"]))
        watched = min(duration, int(rng.expovariate(1 / (duration * 0.7))))
        with p.report.timed("record viewing"):
            p.activity.record_video_viewing(user_id, taken, watched_ms=watched, duration_ms=duration, at=at)
        with p.report.timed("record event"):
            p.recommender.record(user_id, taken, "view", at=at, watched_ms=watched, duration_ms=duration)
        self.popular[taken] += 1
        if rng.random() < 0.1:
            with p.report.timed("watch later"):
                p.watch_later.add(user_id, self.choose(user), at=at)
        if rng.random() < 0.05:
            with p.report.timed("list"):
                p.watch_later.list(user_id, count=20)
                p.activity.history(user_id, count=20)

    def sign_in(self, user_id: str) -> None:
        """Validate the user's token, or issue one."""
        p = self.platform
        token = self.tokens.get(user_id)
        if token is not None:
            with p.report.timed("validate token"):
                if p.tokens.validate(token) is not None:
                    return
        with p.report.timed("sign in"):
            self.tokens[user_id] = p.tokens.issue(user_id).token

    def schedule_hot(self) -> None:
        """Have the most watched videos refreshed before they grow stale."""
        for video_id, _ in self.popular.most_common(20):
            self.platform.scheduler.schedule_hot_video_cache(video_id)


def run(url: str, users: int, videos: int, events: int, seed: int, console: Console) -> None:
    """Simulate a day and print what happened."""
    rng = random.Random(seed)
    clock = playhead.ManualClock(START)
    with playhead.open(url, clock=clock) as store:
        name = f"playhead-demo-{seed}"
        clear(store, name)
        platform = Platform(store, clock, catalogue(videos, rng), name)
        for i in range(videos):
            platform.recommender.add_video(f"v{i}")
        simulation = Simulation(platform, users, videos, rng)
        refreshed = 0
        with Progress(console=console) as progress:
            task = progress.add_task("a day", total=events)
            for i in range(events):
                simulation.step(START + i * DAY_MS // events)
                if i % 100 == 99:
                    refreshed += background(simulation, reschedule=i % 1000 == 99)
                    progress.update(task, completed=i + 1)
        finish(platform, refreshed)
        platform.report.print(
            console, f"A day with {users:,} users and {videos:,} videos on {store.name} (seed {seed})"
        )


def background(simulation: Simulation, *, reschedule: bool) -> int:
    """What a daemon would do meanwhile: refresh what is due."""
    if reschedule:
        simulation.schedule_hot()
    refreshed = 0
    with simulation.platform.report.timed("cache scheduler"):
        while report := simulation.platform.scheduler.step():
            if not report.claimed:
                break
            refreshed += report.refreshed
    return refreshed


def finish(platform: Platform, refreshed: int) -> None:
    """The figures below the table."""
    looked = platform.cache["hits"] + platform.cache["misses"]
    ratio = platform.cache["hits"] / looked if looked else 0.0
    platform.report.figure(
        "cache hit ratio", f"{ratio:.3f} of {looked:,}; {refreshed:,} refreshed by the scheduler"
    )
    platform.report.figure("events recorded", f"{platform.recommender.events:,}")
    platform.report.figure("active users", f"{platform.activity.active_users(START):,}")
    platform.rate.put(platform.report, SHOWN)


def clear(store: playhead.Store, name: str) -> None:
    """Remove what an earlier run with the same seed left in a store that keeps its data, and nothing else."""
    for prefix in (name, f"playhead:{name}"):
        cursor = 0
        while True:
            cursor, names = store.keys.scan(cursor, match=f"{prefix}:*", count=1000)
            if names:
                store.keys.delete(names)
            if cursor == 0:
                break
