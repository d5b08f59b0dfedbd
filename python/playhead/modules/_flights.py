"""Loads of a cache by coroutines."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from playhead import _playhead
from playhead._types import Id

if TYPE_CHECKING:
    from playhead.modules.cache import Cache, CacheLookup

__all__ = ["Flights", "Shown"]

T = TypeVar("T")
Load: TypeAlias = Callable[[Any], Awaitable[Any]]


class Shown(NamedTuple):
    """How long entries are shown after their end."""

    while_revalidated: int
    if_error: int


class Landing(NamedTuple):
    """How a load ended."""

    value: Any
    error: Exception | None
    shared: bool  #: with those who waited: it was not invalidated meanwhile


Flight: TypeAlias = asyncio.Task[Landing]

#: The loads that this task is part of.
_within: contextvars.ContextVar[tuple[Flight, ...]] = contextvars.ContextVar("playhead loads", default=())


class Flights:
    """The loads of a cache by coroutines: one for each key on an event loop, which others wait for.

    Between loops, threads and processes the lease of the entry sees to that.
    """

    def __init__(self, cache: Cache, shown: Shown, *, fall_back: bool, background: bool) -> None:
        self._cache, self._shown = cache, shown
        self._fall_back, self._background = fall_back, background
        self._of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bytes, Flight]] = WeakKeyDictionary()
        self.counts: Counter[str] = Counter()  #: beside those of the extension, by their names there

    async def get(self, key: Id, load: Load) -> Any:
        """See :meth:`playhead.modules.Cache.get_async`."""
        flights = self._of_loop.setdefault(asyncio.get_running_loop(), {})
        name = key.encode(errors="surrogatepass") if isinstance(key, str) else bytes(key)
        while True:
            other = flights.get(name)
            if other is not None and not other.done():
                if other in _within.get():
                    raise _playhead.InvalidArgument(
                        "a loader asks the cache for the key that it loads; it would wait for itself"
                    )
                # Nobody needs to be woken by the store for this one: it does not ask for the lease.
                beside = await self._answered(self._cache._calls.call(self._cache.peek, key))
                if beside is not None and beside.lease_left > 0:
                    if self._usable(beside, self._shown.while_revalidated):
                        self.counts["hits" if beside.state == "hit" else "stale_hits"] += 1
                        return beside.value
                    self.counts["waits"] += 1
                    landing = await self._shared(other)
                    if landing is not None:
                        return self._landed(landing)
                    continue
            seen = await self._look(key)
            if seen is None:
                flight = self._begin(flights, name, self._fly_alone(key, load))
            elif seen.state in {"early", "expired", "load"}:
                flight = self._begin(flights, name, self._fly(key, seen, load))
                if self._background and self._usable(seen, self._shown.while_revalidated):
                    return seen.value
            elif seen.found:
                return seen.value
            else:
                other = flights.get(name)
                if other is None or other.done():
                    other = self._begin(flights, name, self._wait(key, seen.lease_left))
                landing = await self._shared(other)
                if landing is not None:
                    return self._landed(landing)
                continue
            await asyncio.wait((flight,))
            return self._landed(flight.result())

    @staticmethod
    async def _shared(flight: Flight) -> Landing | None:
        """Wait for the load of another task; None: what it gave is not for those who waited."""
        await asyncio.wait((flight,))
        if flight.cancelled() or flight.exception() is not None:
            return None
        return flight.result() if flight.result().shared else None

    async def _wait(self, key: Id, at_most: int) -> Landing:
        """Wait for a load of another loop, thread or process: one task does for all."""
        await self._cache.wait_async(key, max(1, at_most))
        return Landing(None, None, False)

    async def _look(self, key: Id) -> CacheLookup | None:
        """Look up a key, for its lease, if that is free; None: the store did not answer."""
        cache = self._cache

        def give_back(seen: CacheLookup) -> None:
            if seen.receipt:
                cache._module.release(key, seen.receipt)

        seen = await self._answered(cache._calls.take(lambda: cache.claim(key), give_back))
        if seen is not None:
            names = {"hit": "hits", "early": "hits", "stale": "stale_hits", "wait": "waits"}
            self.counts[names.get(seen.state, "misses")] += 1
        return seen

    def _begin(self, flights: dict[bytes, Flight], name: bytes, load: Any) -> Flight:
        flight: Flight = asyncio.get_running_loop().create_task(load)
        flights[name] = flight
        flight.add_done_callback(partial(self._ended, flights, name))
        return flight

    @staticmethod
    def _landed(landing: Landing) -> Any:
        if landing.error is not None:
            raise landing.error
        return landing.value

    @staticmethod
    def _ended(flights: dict[bytes, Flight], name: bytes, flight: Flight) -> None:
        if flights.get(name) is flight:
            del flights[name]
        if not flight.cancelled():
            flight.exception()  # those who wait see it, or went away

    async def _fly(self, key: Id, seen: CacheLookup, load: Load) -> Landing:
        """Load with the lease, which has ended then."""
        self._depart()
        cache, module, calls = self._cache, self._cache._module, self._cache._calls
        begin = time.monotonic()
        try:
            raw = cache._raw(await load(key))
            self.counts["loads"] += 1
            if seen.found:
                self.counts["refreshes"] += 1
            took = round((time.monotonic() - begin) * 1000)
            stored = await self._answered(calls.call(module.complete, key, seen.receipt, raw, took))
            return Landing(cache._value(raw[0]), None, bool(stored))
        except Exception as error:
            self.counts["load_failures"] += 1
            ours = await self._answered(calls.call(module.release, key, seen.receipt))
            if not self._usable(seen, self._shown.if_error):
                return Landing(None, error, bool(ours))
            if seen.state != "early":
                self.counts["stale_hits"] += 1
            return Landing(seen.value, None, bool(ours))
        except BaseException:
            await self._answered(calls.call(module.release, key, seen.receipt))
            raise

    async def _fly_alone(self, key: Id, load: Load) -> Landing:
        """Load without a store."""
        self._depart()
        raw = self._cache._raw(await load(key))
        self.counts["loads"] += 1
        return Landing(self._cache._value(raw[0]), None, True)

    @staticmethod
    def _depart() -> None:
        flight: Any = asyncio.current_task()
        _within.set((*_within.get(), flight))

    async def _answered(self, call: Awaitable[T]) -> T | None:
        """Wait for the store; None: it did not answer, which may be overlooked."""
        try:
            return await call
        except (_playhead.Unavailable, _playhead.Timeout, _playhead.UnknownOutcome):
            if not self._fall_back:
                raise
            self.counts["store_errors"] += 1
            return None

    @staticmethod
    def _usable(seen: CacheLookup, window: int) -> bool:
        return seen.state == "early" or (seen.found and seen.now < seen.fresh_until + window)
