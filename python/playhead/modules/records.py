"""Caches of a platform's rows, under the names of the originals; each is a thin layer on Cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Protocol

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._values import JSON
from playhead.modules.cache import Cache, Loaded, PendingWrite
from playhead.modules.filters import BloomFilter, ttl_for_views
from playhead.modules.pages import PageCache

__all__ = [
    "ArticleCacheDataTTL",
    "CacheAside",
    "CacheAvalancheProtection",
    "CacheBreakdownProtection",
    "CachePenetrationProtection",
    "CacheTTLBase",
    "CacheUpdateStrategy",
    "Table",
    "UserCache",
    "UserCacheDataTTL",
    "UserNotExistCacheTTL",
    "UserProfileCache",
    "VideoDatabase",
    "VideoMetadataCache",
    "WriteBehind",
    "WriteThrough",
    "get_dynamic_cache_time",
]

Row = Mapping[str, Any]


class Table(Protocol):
    """Rows of a database."""

    def get(self, id: Id) -> Row | None:
        """Give a row, None if there is none."""

    def put(self, id: Id, row: Any) -> object:
        """Insert or replace a row."""


class VideoDatabase(Protocol):
    """Where videos and users are."""

    def get_video_by_id(self, video_id: Id) -> Row | None:
        """Give a video's row."""

    def update_video(self, video_id: Id, update_data: Row) -> object:
        """Change columns of a video."""

    def get_user_by_id(self, user_id: Id) -> Row | None:
        """Give a user's row."""


def _reader(get: Callable[[Id], Row | None]) -> Callable[[Id, list[str]], list[tuple[str, bytes]] | None]:
    """Read those columns of a row that it has."""

    def read(id: Id, columns: list[str]) -> list[tuple[str, bytes]] | None:
        row = get(id)
        if row is None:
            return None
        return [(column, JSON.dumps(row[column])) for column in columns if column in row]

    return read


def _dict(row: list[tuple[str, bytes]] | None) -> dict[str, Any] | None:
    return None if row is None else {column: JSON.loads(value) for column, value in row}


# ---- videos and profiles


class VideoMetadataCache:
    """What changes seldom of a video; views and likes are not in it.

    ``pages``, if given, are dropped by the tag ``video:ID`` when the text of their video changes. In
    ``playhead.aio.modules`` methods of the database may be coroutine functions, run on the loop on which
    it was opened.
    """

    _asks: ClassVar = frozenset({"database"})
    _calling: ClassVar = frozenset({"get_video_metadata", "update_video_metadata"})
    FIELDS = tuple(_playhead.VideoMetadataCache.columns())

    def __init__(
        self,
        store: Store,
        database: VideoDatabase,
        *,
        clock: Clock | None = None,
        ttl: int = 1_800_000,
        pages: PageCache | None = None,
    ) -> None:
        self._module = _playhead.VideoMetadataCache(
            target_of(store),
            _reader(lambda id: database.get_video_by_id(id)),
            pages=None if pages is None else pages._module,
            clock=clock,
            name="video_meta",
            ttl=ttl,
        )
        self._database = database

    def get_video_metadata(self, video_id: Id) -> dict[str, Any] | None:
        """Give the fields of a video, the same on a miss as on a hit; None if there is none."""
        return _dict(self._module.get_video_metadata(video_id))

    def update_video_metadata(self, video_id: Id, update_data: Row) -> None:
        """Change the database, and drop what is cached of the video, with its pages if their text changes.

        All of it is dropped also if the database raises, since it may have written.
        """
        self._module.update_video_metadata(
            video_id, list(update_data), lambda: self._database.update_video(video_id, update_data)
        )

    def invalidate_video_cache(self, video_id: Id) -> bool:
        """Drop what is cached of a video, and its pages; whether metadata were there."""
        return self._module.invalidate_video_cache(video_id)


class UserProfileCache:
    """What everybody may know of a user: secrets are not in it.

    In ``playhead.aio.modules`` the database is as for :class:`VideoMetadataCache`.
    """

    _asks: ClassVar = frozenset({"database"})
    _calling: ClassVar = frozenset({"get_user_profile"})
    FIELDS = tuple(_playhead.UserProfileCache.columns())

    def __init__(
        self, store: Store, database: VideoDatabase, *, clock: Clock | None = None, ttl: int = 600_000
    ) -> None:
        self._module = _playhead.UserProfileCache(
            target_of(store),
            _reader(lambda id: database.get_user_by_id(id)),
            clock=clock,
            name="user_profile",
            ttl=ttl,
        )

    def get_user_profile(self, user_id: Id) -> dict[str, Any] | None:
        """Give the fields of a user; None if there is none."""
        return _dict(self._module.get_user_profile(user_id))

    def invalidate_user_cache(self, user_id: Id) -> bool:
        """Drop what is cached of a user; whether it was there."""
        return self._module.invalidate_user_cache(user_id)


class CacheTTLBase:
    """A lifetime in milliseconds: a base and a random part, which spreads the ends of entries."""

    TTL: ClassVar[int] = 7_200_000
    MAX_DELTA: ClassVar[int] = 600_000

    @classmethod
    def get_value(cls) -> int:
        """Give a lifetime."""
        return _playhead.spread_lifetime(cls.TTL, cls.MAX_DELTA)


class UserCacheDataTTL(CacheTTLBase):
    """Of a user's profile."""

    TTL, MAX_DELTA = _playhead.user_data_lifetime


class UserNotExistCacheTTL(CacheTTLBase):
    """Of "there is no such user"."""

    TTL, MAX_DELTA = _playhead.user_missing_lifetime


class ArticleCacheDataTTL(CacheTTLBase):
    """Of an article."""

    TTL, MAX_DELTA = _playhead.article_data_lifetime


class UserCache:
    """The cached profile of one user. ``load(user_id)`` gives the row, None for no such user.

    In ``playhead.aio.modules`` it may be a coroutine function, run on the loop on which this was opened.
    """

    _asks: ClassVar = frozenset({"load"})
    _calling: ClassVar = frozenset(
        {"save", "get", "exists", "determine_user_exists", "exists_user_id", "get_user_cache_data"}
    )

    def __init__(
        self, store: Store, user_id: Id, load: Callable[[Id], Row | None], *, clock: Clock | None = None
    ) -> None:
        def read(id: Id) -> bytes | None:
            row = load(id)
            return None if row is None else JSON.dumps(row)

        self._user_id = user_id
        self._module = _playhead.UserCache(target_of(store), user_id, read, clock=clock, name="user")

    @property
    def user_id(self) -> Id:
        """Whose profile this is."""
        return self._user_id

    def save(self) -> dict[str, Any] | None:
        """Load the profile again, whatever is cached or being loaded."""
        return self._profile(self._module.save())

    def get(self) -> dict[str, Any] | None:
        """Give the profile, cached or loaded; None if there is no such user."""
        return self._profile(self._module.get())

    def clear(self) -> bool:
        """Drop the profile; whether it was cached."""
        return self._module.clear()

    def exists(self) -> bool:
        """Whether there is such a user, told by the cache if it knows."""
        return self._module.exists()

    @staticmethod
    def _profile(data: bytes | None) -> dict[str, Any] | None:
        if data is None:
            return None
        profile: dict[str, Any] = JSON.loads(data)
        return profile

    determine_user_exists = exists
    exists_user_id = exists
    get_user_cache_data = get
    clear_user_cache_data = clear


# ---- policies


class _Users:
    """A cache before a table."""

    _name: ClassVar[str]

    def __init__(
        self, store: Store, table: Table, *, clock: Clock | None = None, ttl: int = 3_600_000
    ) -> None:
        self._cache = Cache(store, clock=clock, name=self._name, ttl=ttl)
        self._table = table

    @property
    def cache(self) -> Cache:
        """The cache itself."""
        return self._cache

    def get_user(self, user_id: Id) -> Any:
        """Give a user's row; None if there is none."""
        return self._cache.get(user_id, self._table.get)


class CacheAside(_Users):
    """Reads through a cache; a change drops the entry.

    In ``playhead.aio.modules`` the table's methods may be coroutine functions, run on the loop on which this
    was opened.
    """

    _asks: ClassVar = frozenset({"table"})
    _calling: ClassVar = frozenset({"get_user", "update_user"})
    _name = "user_aside"

    def update_user(self, user_id: Id, user_data: Row) -> None:
        """Write the row; what is being loaded meanwhile is not stored."""
        self._cache.write_around(user_id, user_data, self._table.put)


class WriteThrough(_Users):
    """Writes the database and the cache.

    In ``playhead.aio.modules`` the table's methods may be coroutine functions, run on the loop on which this
    was opened.
    """

    _asks: ClassVar = frozenset({"table"})
    _calling: ClassVar = frozenset({"get_user", "set_user"})
    _name = "user_through"

    def set_user(self, user_id: Id, user_data: Row) -> None:
        """Write the row, then the entry."""
        self._cache.write_through(user_id, user_data, self._table.put)


class WriteBehind:
    """Writes the cache and a durable queue; the database later, in batches, whoever dies meanwhile."""

    def __init__(
        self,
        store: Store,
        write: Callable[[list[PendingWrite]], object],
        *,
        clock: Clock | None = None,
        ttl: int = 3_600_000,
        delay: int = 1_000,
    ) -> None:
        self.cache = Cache(store, clock=clock, name="user_behind", ttl=ttl, write_delay=delay)
        self._write = write

    def set_user(self, user_id: Id, user_data: Row) -> int:
        """Write the entry and queue the row; the version of this write."""
        return self.cache.write_behind(user_id, user_data)

    def start_background_writer(self, on_error: Callable[[str], object] | None = None) -> None:
        """Write on a thread until :meth:`close`; what fails is told, and tried again."""
        self.cache.run_in_background(self._write, on_error)

    def close(self) -> int:
        """End the thread, and write what is still pending; how much that was."""
        self.cache.stop_background()
        return self.cache.flush(self._write)


class CachePenetrationProtection:
    """Keeps requests for what does not exist from the database: a Bloom filter, and cached absence."""

    def __init__(
        self,
        store: Store,
        table: Table,
        *,
        clock: Clock | None = None,
        capacity: int = 1_000_000,
        error_rate: float = 0.01,
    ) -> None:
        self.filter = BloomFilter(store, name="user_ids", capacity=capacity, error_rate=error_rate)
        self.cache = Cache(store, clock=clock, name="user_safe", ttl=3_600_000, null_ttl=300_000)
        self._table = table

    def init_bloom_filter(self, user_ids: Iterable[Id]) -> int:
        """Enter all users there are; how many were new."""
        return self.filter.add_many(user_ids)

    def might_exist(self, user_id: Id) -> bool:
        """False: there is no such user."""
        return self.filter.might_contain(user_id)

    def get_user_safe(self, user_id: Id) -> Any:
        """Give a user's row; None if there is none."""
        return self.cache.get(user_id, self._table.get) if self.might_exist(user_id) else None


class CacheBreakdownProtection:
    """Loads a key that all ask for once, in this process and in all of them."""

    def __init__(
        self, store: Store, table: Table, *, clock: Clock | None = None, lease: int = 30_000
    ) -> None:
        self.cache = Cache(store, clock=clock, name="user_hot", ttl=3_600_000, lease=lease)
        self._table = table

    def get_user_with_mutex(self, user_id: Id) -> Any:
        """Give a user's row; one caller loads it, the others wait for him."""
        return self.cache.get(user_id, self._table.get)

    get_user_with_redis_lock = get_user_with_mutex


class CacheAvalancheProtection:
    """Spreads lifetimes by +-20 %, and refreshes before the end."""

    def __init__(self, store: Store, *, clock: Clock | None = None, base_ttl: int = 3_600_000) -> None:
        self.cache = Cache(
            store, clock=clock, name="spread", ttl=base_ttl, jitter_percent=20, refresh_ahead_percent=20
        )

    def set_with_random_ttl(self, key: Id, value: Any, base_ttl: int | None = None) -> None:
        """Store a value for about ``base_ttl``."""
        self.cache.set(key, value, ttl=base_ttl)

    def get_with_refresh(self, key: Id, refresh_func: Callable[[], Any], ttl: int | None = None) -> Any:
        """Give a value; in the last fifth of its lifetime one caller loads it again."""
        return self.cache.get(key, lambda _: Loaded(refresh_func(), ttl))


class CacheUpdateStrategy:
    """Lazy loading, writing around, refreshing ahead: three policies of one cache."""

    def __init__(
        self, store: Store, table: Table, *, clock: Clock | None = None, ttl: int = 3_600_000
    ) -> None:
        self.cache = Cache(
            store,
            clock=clock,
            name="user_strategy",
            ttl=ttl,
            refresh_ahead_percent=16,
            refresh_in_background=True,
        )
        self._table = table

    def lazy_loading(self, user_id: Id) -> Any:
        """Give a user's row, loaded when it is first asked for."""
        return self.cache.get(user_id, self._table.get)

    def write_around(self, user_id: Id, user_data: Row) -> None:
        """Write the database only; the entry is dropped."""
        self.cache.write_around(user_id, user_data, self._table.put)

    def refresh_ahead(self, user_id: Id) -> Any:
        """Give a user's row; near its end it is loaded again, by ``cache.step()`` or in the background."""
        return self.cache.get(user_id, self._table.get)


def get_dynamic_cache_time(video_id: Id, views_of: Callable[[Id], int]) -> int:
    """Give how long a video's page is cached, in milliseconds: the longer the more it was viewed."""
    return ttl_for_views(views_of(video_id))
