"""A cache before a slower source, for several processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._async import AsyncCalls
from playhead.modules._background import Stops
from playhead.modules._flights import Flights, Shown
from playhead.modules._values import JSON, Serializer

__all__ = [
    "Cache",
    "CacheLookup",
    "CacheStatistics",
    "ClaimedWrites",
    "Loaded",
    "PendingWrite",
]

Raw: TypeAlias = tuple[bytes | None, int | None, Sequence[Id]]


class Loaded(NamedTuple):
    """What a loader may give instead of the value, to say more of it."""

    value: Any  #: None: there is no such thing
    ttl: int | None = None  #: instead of the cache's one
    tags: Sequence[Id] = ()  #: what :meth:`Cache.invalidate_tags` finds it by


class CacheLookup(NamedTuple):
    """What a look at an entry tells."""

    state: Literal["hit", "early", "expired", "stale", "load", "wait", "miss"]
    value: Any  #: None also for a cached "no such thing"
    fresh_until: int
    lease_left: int  #: of somebody else's lease
    receipt: str  #: of the lease, if this look has it
    now: int

    @property
    def found(self) -> bool:
        """Whether there is something that may be shown."""
        return self.state in {"hit", "early", "expired", "stale"}


class PendingWrite(NamedTuple):
    """A write that is to be done."""

    key: Id
    value: Any  #: None: it is removed
    version: int  #: grows with each write of the key: a writer refuses older ones than it has
    attempts: int  #: that failed


class ClaimedWrites(NamedTuple):
    """Writes that were claimed."""

    writes: list[PendingWrite]
    receipt: str
    shard: int


class CacheStatistics(NamedTuple):
    """Counts of one Cache object."""

    hits: int
    stale_hits: int  #: shown after their end
    misses: int
    waits: int  #: for somebody else's load
    loads: int
    load_failures: int
    refreshes: int  #: loads before the end of an entry, or while it was shown stale
    refused: int  #: loads that were not stored, since the entry was invalidated or written meanwhile
    invalidations: int
    store_errors: int
    dropped_refreshes: int
    writes: int  #: behind the cache, done
    write_failures: int


Load: TypeAlias = Callable[[Any], Any]
BulkWrite: TypeAlias = Callable[[list[PendingWrite]], object]


class Cache(Stops[_playhead.Cache]):
    """Keeps what a loader gives.

    A key is loaded by one caller at a time, in all processes that share the store. The others wait for
    it, without polling. A load that began before its key or one of its tags was invalidated, or the key
    was written, is never stored. Loaders are called without any lock; one that asks for the key that it
    loads raises. ``None`` means that there is no such thing, and is cached for ``null_ttl`` (0: it is
    not).

    An entry is fresh for ``ttl``, plus or minus up to ``jitter_percent``, plus up to ``jitter_add``. It is
    loaded again before its end when less than ``refresh_ahead_percent`` of that is left, or at random
    (``early_beta``: XFetch, Vattani et al. 2015; 1 is the best in theory). After its end it is shown for
    ``stale_while_revalidate`` while somebody loads it, and for ``stale_if_error`` if that fails; then the
    loader is left alone for ``error_pause``. With ``refresh_in_background``, refreshes are done by
    :meth:`step` or the threads of :meth:`run_in_background`, otherwise by the caller who meets them.

    Without a store that answers the loader is asked (``fall_back``). Values are JSON by default: what comes
    back is what JSON makes of it, on a miss as on a hit.

    In ``playhead.aio.modules`` what is called may be coroutine functions.
    """

    _asks: ClassVar = frozenset({"load", "write", "on_error"})
    _calling: ClassVar = frozenset(
        {"get_many", "refresh", "write_through", "write_around", "flush", "step", "run_in_background"}
    )
    _coroutines: ClassVar = {"get": "get_async", "wait": "wait_async"}
    _here: ClassVar = ("get_async", "wait_async")  # which have those names for coroutines

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        serializer: Serializer = JSON,
        name: str = "cache",
        ttl: int = 300_000,
        null_ttl: int = 60_000,
        jitter_percent: int = 0,
        jitter_add: int = 0,
        stale_while_revalidate: int = 0,
        stale_if_error: int = 0,
        error_pause: int = 1_000,
        early_beta: float = 0,
        refresh_ahead_percent: int = 0,
        lease: int = 30_000,
        shards: int = 16,
        max_value: int = 16 * 1024 * 1024,
        longest_ttl: int = 30 * 86_400_000,
        fall_back: bool = True,
        refresh_in_background: bool = False,
        refresh_threads: int = 1,
        write_delay: int = 1_000,
        write_batch: int = 100,
        write_lease: int = 60_000,
        write_pause: int = 1_000,
    ) -> None:
        options = {
            "name": name,
            "ttl": ttl,
            "null_ttl": null_ttl,
            "jitter_percent": jitter_percent,
            "jitter_add": jitter_add,
            "stale_while_revalidate": stale_while_revalidate,
            "stale_if_error": stale_if_error,
            "error_pause": error_pause,
            "early_beta": early_beta,
            "refresh_ahead_percent": refresh_ahead_percent,
            "lease": lease,
            "shards": shards,
            "max_value": max_value,
            "longest_ttl": longest_ttl,
            "fall_back": fall_back,
            "refresh_in_background": refresh_in_background,
            "refresh_threads": refresh_threads,
            "write_delay": write_delay,
            "write_batch": write_batch,
            "write_lease": write_lease,
            "write_pause": write_pause,
        }
        self._module = _playhead.Cache(target_of(store), prefix, clock, options)
        self._serializer = serializer
        self._calls = AsyncCalls("playhead-cache", self._module.local)
        shown = Shown(stale_while_revalidate, stale_if_error)
        self._flights = Flights(self, shown, fall_back=fall_back, background=refresh_in_background)

    # ---- reading

    def get(self, key: Id, load: Load) -> Any:
        """Give the value, from ``load(key)`` if it is not there; it may give a :class:`Loaded`.

        None: there is no such thing. What the loader raises is raised.
        """
        data = self._module.get(key, lambda k: self._raw(load(k)))
        return None if data is None else self._serializer.loads(data)

    def get_many(self, keys: Iterable[Id], load: Callable[[list[Any]], Iterable[Any]]) -> list[Any]:
        """Give several values in the order of the keys.

        ``load(keys)`` is called once, with those keys that are not there, and gives a result for each.
        """
        raw = self._module.get_many(list(keys), lambda some: [self._raw(one) for one in load(some)])
        return [self._value(one) for one in raw]

    def refresh(self, key: Id, load: Load) -> bool:
        """Load a key again, whatever is there, which others are shown until then.

        False: somebody else loads or writes it. What the loader raises is raised, and what is there stays.
        """
        return self._module.refresh(key, lambda k: self._raw(load(k)))

    def peek(self, key: Id) -> CacheLookup:
        """Tell what is there."""
        return self._lookup(self._module.peek(key))

    def contains(self, key: Id) -> bool:
        """Whether an entry is there that may be shown, a cached "no such thing" included."""
        return self.peek(key).found

    # ---- writing the cache

    def set(self, key: Id, value: Any, *, ttl: int | None = None, tags: Sequence[Id] = ()) -> None:
        """Store a value, or with None that there is no such thing."""
        self._module.set(key, self._raw(Loaded(value, ttl, tags)))

    def invalidate(self, key: Id) -> bool:
        """Drop an entry; whether it was there. A load that is under way will not be stored."""
        return self._module.invalidate(key)

    def invalidate_many(self, keys: Iterable[Id]) -> int:
        """Drop several entries; how many were there."""
        return self._module.invalidate_many(list(keys))

    def invalidate_tags(self, *tags: Id) -> None:
        """Drop all entries with one of the tags, also those that are being loaded."""
        self._module.invalidate_tags(list(tags))

    # ---- writing the source

    def write_through(
        self,
        key: Id,
        value: Any,
        write: Callable[[Any, Any], object],
        *,
        ttl: int | None = None,
        tags: Sequence[Id] = (),
    ) -> None:
        """Write the source by ``write(key, value)``, then the cache.

        Readers wait meanwhile; writers that meet leave the cache empty, and so does a write that raises.
        """
        self._module.write_through(key, self._raw(Loaded(value, ttl, tags)), lambda: write(key, value))

    def write_around(self, key: Id, value: Any, write: Callable[[Any, Any], object]) -> None:
        """Write the source by ``write(key, value)``; the cache is empty then."""
        self._module.write_around(key, lambda: write(key, value))

    def write_behind(self, key: Id, value: Any, *, ttl: int | None = None, tags: Sequence[Id] = ()) -> int:
        """Write the cache and a durable queue in one step; the version of this write.

        The source is written by :meth:`step`, :meth:`flush` or in the background, by whichever process. Until
        then readers get the value. A key is not to be written in other ways as well.
        """
        return self._module.write_behind(key, self._raw(Loaded(value, ttl, tags)))

    def pending(self) -> int:
        """Count the keys that are to be written."""
        return self._module.pending()

    def claim_writes(self, ahead: int = 0) -> ClaimedWrites:
        """Claim writes that are due, or become so within ``ahead``."""
        writes, receipt, shard = self._module.claim_writes(ahead)
        return ClaimedWrites(self._writes(writes), receipt, shard)

    def settle(self, claimed: ClaimedWrites, *, failed: bool = False) -> int:
        """Tell that claimed writes were done, or have failed; how many of them were still ours."""
        return self._module.settle(claimed, failed)

    def flush(self, write: BulkWrite) -> int:
        """Write all that is pending, due or not; how many. What ``write(writes)`` raises ends it."""
        return self._module.flush(self._bulk(write))

    # ---- background

    def step(self, write: BulkWrite | None = None) -> int:
        """Do the refreshes that wait, and write a batch of what is due; how many of both."""
        return self._module.step(None if write is None else self._bulk(write))

    def run_in_background(
        self, write: BulkWrite | None = None, on_error: Callable[[str], object] | None = None
    ) -> None:
        """Do that on threads until :meth:`stop_background`; ``on_error`` is told errors."""
        self._run(None if write is None else self._bulk(write), on_error)

    def statistics(self) -> CacheStatistics:
        """Give the counts of this object."""
        counts = self._flights.counts
        counted = zip(CacheStatistics._fields, self._module.statistics(), strict=True)
        return CacheStatistics(*(n + counts[name] for name, n in counted))

    # ---- leases, for loads that are no call of a function

    def claim(self, key: Id) -> CacheLookup:
        """Look up a key, taking the lease if it is free: with a ``receipt`` the key is to be loaded."""
        return self._lookup(self._module.claim(key))

    def complete(self, key: Id, receipt: str, value: Any, took: int = 0) -> bool:
        """Store what was loaded with the lease, in ``took`` milliseconds; False: it is no good any more."""
        return self._module.complete(key, receipt, self._raw(value), took)

    def release(self, key: Id, receipt: str) -> bool:
        """Give the lease back after a load that failed."""
        return self._module.release(key, receipt)

    def wait(self, key: Id, at_most: int) -> bool:
        """Wait until a lease ends in any way, at most so many milliseconds; whether it has."""
        return self._module.wait(key, at_most)

    # ---- coroutines

    async def get_async(self, key: Id, load: Callable[[Any], Awaitable[Any]]) -> Any:
        """Give the value as :meth:`get` does; ``load(key)`` is awaited.

        Cancelling one of those who wait for a load cancels neither the load nor the others. With
        ``refresh_in_background`` a refresh is a task of this loop, which needs no :meth:`step`.
        """
        return await self._flights.get(key, load)

    async def wait_async(self, key: Id, at_most: int) -> bool:
        """Wait as :meth:`wait` does, without blocking the event loop."""
        return await self._calls.wait(self._module.wait, key, at_most)

    # ---- values

    def _raw(self, given: Any) -> Raw:
        loaded = given if isinstance(given, Loaded) else Loaded(given)
        value = None if loaded.value is None else self._serializer.dumps(loaded.value)
        return value, loaded.ttl, loaded.tags

    def _value(self, raw: bytes | None) -> Any:
        return None if raw is None else self._serializer.loads(raw)

    def _lookup(self, seen: tuple[Any, ...]) -> CacheLookup:
        return CacheLookup(seen[0], self._value(seen[1]), *seen[2:])

    def _writes(self, raw: list[tuple[Id, bytes | None, int, int]]) -> list[PendingWrite]:
        return [
            PendingWrite(key, self._value(value), version, attempts) for key, value, version, attempts in raw
        ]

    def _bulk(self, write: BulkWrite) -> Callable[[list[tuple[Id, bytes | None, int, int]]], object]:
        return lambda raw: write(self._writes(raw))
