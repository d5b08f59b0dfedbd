"""The platform of the demo: a database, and every group of modules in front of it."""

from __future__ import annotations

import random
import sqlite3
from typing import Any

import playhead
from playhead._report import HitRate, Report
from playhead._types import Id
from playhead.modules import (
    Activity,
    BloomFilter,
    Cache,
    CacheScheduler,
    Cart,
    Chat,
    Counters,
    DelayedTasks,
    Favorites,
    Following,
    Inventory,
    Leaderboard,
    Loaded,
    Lock,
    PendingWrite,
    Playlists,
    Popularity,
    RankingCache,
    RateLimiter,
    Recommender,
    SessionExpiry,
    Sessions,
    SlidingWindow,
    TaskQueue,
    TokenLimit,
    Tokens,
    UserCleanup,
    WatchLater,
)

TAGS = ("music", "news", "sport", "games", "cooking", "travel", "science", "film")
TICKETS = 200
MISS_TTL_MS = 600_000
RANKED = 20


def catalogue(videos: int, rng: random.Random) -> sqlite3.Connection:
    """The platform's database: one row a video, and where users stopped watching."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE videos (id TEXT PRIMARY KEY, title TEXT, tag TEXT, duration_ms INTEGER)")
    db.execute("CREATE TABLE positions (id TEXT PRIMARY KEY, position_ms INTEGER, version INTEGER)")
    rows = [(f"v{i}", f"Video {i}", rng.choice(TAGS), rng.randrange(8_000, 300_000)) for i in range(videos)]
    db.executemany("INSERT INTO videos VALUES (?, ?, ?, ?)", rows)
    return db


class Platform:
    """Everything that the simulated users meet."""

    def __init__(
        self, store: playhead.Store, clock: playhead.ManualClock, db: sqlite3.Connection, name: str
    ) -> None:
        self.store, self.clock, self.db, self.name = store, clock, db, name
        self.report, self.rate = Report(), HitRate()
        self.mails = 0
        place: dict[str, Any] = {"prefix": name, "clock": clock}
        self._identity(place)
        self._lists(place)
        self._caching(place)
        self._messaging(place)
        self.counters = Counters(store, **place)
        self.rating = Leaderboard(store, "viewers", 100, **place)
        self.window = SlidingWindow(store, window=600_000, **place)
        self.inventory = Inventory(store, **place)
        self.inventory.set_stock("ticket", TICKETS)
        self.closing = Lock(store, "hourly report", **place)
        self.recommender = Recommender(store, name=name)

    def _identity(self, place: dict[str, Any]) -> None:
        self.tokens = Tokens(self.store, indexed=True, **place)
        self.token_limit = TokenLimit(self.tokens, limit=10_000)
        self.limiter = RateLimiter(self.store, "6/hour", algorithm="sliding_counter", **place)
        self.sessions = Sessions(self.store, **place)
        self.expiry = SessionExpiry(self.sessions)
        self.cart = Cart(self.store, **place)

    def _lists(self, place: dict[str, Any]) -> None:
        self.activity = Activity(self.store, **place)
        self.watch_later = WatchLater(self.store, **place)
        self.favorites = Favorites(self.store, **place)
        self.playlists = Playlists(self.store, **place)
        self.following = Following(self.store, **place)
        self.cleanup = UserCleanup(self.store, **place)

    def _caching(self, place: dict[str, Any]) -> None:
        self.cache = Cache(self.store, name="metadata", ttl=MISS_TTL_MS, **place)
        self.positions = Cache(self.store, name="positions", **place)
        self.known = BloomFilter(self.store, prefix=self.name, name="videos", capacity=1_000_000)
        self.popularity = Popularity(self.store, **place)
        self.scheduler = CacheScheduler(self.store, load=self.refresh, **place)
        self.ranking = RankingCache(self.store, self._top, self._rows, **place)

    def _messaging(self, place: dict[str, Any]) -> None:
        self.tasks = TaskQueue(self.store, **place)
        self.tasks.register_task("mail")(self._mail)
        self.digests = DelayedTasks(self.store, **place)
        self.digests.register_handler("digest", self._digest)
        self.digests.schedule_task("digest", cron="0 * * * *", id="hourly")
        self.chat = Chat(self.store, **place)

    # ---- what modules call

    def load(self, video_id: Id) -> dict[str, Any] | None:
        """A row of the database."""
        row = self.db.execute(
            "SELECT title, tag, duration_ms FROM videos WHERE id = ?", (video_id,)
        ).fetchone()
        return None if row is None else {"title": row[0], "tag": row[1], "duration_ms": row[2]}

    def refresh(self, video_id: Id) -> None:
        """Load a row from the database into the cache."""
        self.cache.set(video_id, self.load(video_id))

    def metadata(self, video_id: str) -> dict[str, Any] | None:
        """A video's row, from the cache if it is there and fresh."""
        found: dict[str, Any] | None = self.cache.get(
            video_id, lambda key: Loaded(self.load(key), tags=["videos"])
        )
        return found

    def write_positions(self, writes: list[PendingWrite]) -> None:
        """Where users stopped watching, behind the cache."""
        self.db.executemany(
            "INSERT INTO positions VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET position_ms = "
            "excluded.position_ms, version = excluded.version WHERE excluded.version > version",
            [(write.key, write.value, write.version) for write in writes],
        )

    def _top(self, limit: int) -> list[tuple[Id, float]]:
        return [(row.id, row.score) for row in self.popularity.top(limit)]

    def _rows(self, ids: list[Id]) -> list[dict[str, Any] | None]:
        return [self.load(video_id) for video_id in ids]

    def _mail(self, data: Any) -> Any:
        self.mails += 1
        return data

    def _digest(self, _: Any) -> Any:
        with self.closing as lock:
            held = lock.held()
            assert held is not None  # the lock's lease is longer than this
            return {"views": self.counters.current("views"), "fencing_token": held.token}
