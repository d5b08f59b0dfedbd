"""The methods of playhead.modules as coroutines; their types stand in modules.pyi."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from playhead import modules
from playhead.aio._store import Store
from playhead.modules._waiting import Wait, advance


class _Twin:
    _module: Any


def _plain(value: Any) -> Any:
    return value._module if isinstance(value, _Twin) else value


def _method(name: str, doc: str | None) -> Any:
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return await self._store._calls.run(getattr(self._module, name), *map(_plain, args), **kwargs)

    method.__name__, method.__doc__ = name, doc
    return method


async def _whole(call: Coroutine[Any, Any, Any]) -> tuple[Any, bool]:
    # What a call in a thread has done is known once it has ended. Tells whether it was cancelled meanwhile.
    future, cancelled = asyncio.ensure_future(call), False
    while not future.done():
        try:
            await asyncio.wait((future,))
        except asyncio.CancelledError:
            cancelled = True
    return future.result(), cancelled


def _waiting(name: str, doc: str | None) -> Any:
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        calls, steps = self._store._calls, getattr(self._module, name)(*args, **kwargs)
        try:
            while True:
                step, cancelled = await _whole(calls.run(advance, steps))
                if not isinstance(step, Wait):
                    if cancelled:
                        await _whole(calls.run(self._module._give_back, step[0]))
                        raise asyncio.CancelledError
                    return step[0]
                if cancelled:
                    raise asyncio.CancelledError
                await calls.wait("Lists", "blpop", [step.key], timeout=step.seconds)
        finally:
            await _whole(calls.run(steps.close))

    method.__name__, method.__doc__ = name, doc
    return method


def _property(name: str, doc: str | None) -> property:
    return property(lambda self: getattr(self._module, name), doc=doc)


def _wrapped(module: type) -> type:
    async def open(cls: Any, store: Store[Any], *args: Any, **kwargs: Any) -> Any:
        if not isinstance(store, Store):
            raise TypeError(f"store must be a playhead.aio.Store, not {type(store).__name__}")
        self = cls.__new__(cls)
        self._store = store
        self._module = await store._calls.run(module, store.sync, *args, **kwargs)
        return self

    open.__doc__ = "Make the module; what it has stored is read where the event loop does not wait for it."
    body: dict[str, Any] = {"__doc__": module.__doc__, "open": classmethod(open)}
    steps: dict[str, str] = getattr(module, "_steps", {})  # of the methods that wait
    for name, member in vars(module).items():
        if name in steps:
            body[name] = _waiting(steps[name], member.__doc__)
        elif not name.startswith("_"):
            make = _property if isinstance(member, property) else _method
            body[name] = make(name, member.__doc__)
    return type(module.__name__, (_Twin,), body)


__all__ = [
    "Activity",
    "BloomFilter",
    "Cart",
    "Counters",
    "Favorites",
    "Following",
    "Inventory",
    "Leaderboard",
    "Lock",
    "MessageQueue",
    "Playlists",
    "Popularity",
    "RateLimiter",
    "Recommender",
    "SecureSessions",
    "Sessions",
    "SingleSignOn",
    "SlidingWindow",
    "Tokens",
    "WatchLater",
]

Activity = _wrapped(modules.Activity)
BloomFilter = _wrapped(modules.BloomFilter)
Cart = _wrapped(modules.Cart)
Counters = _wrapped(modules.Counters)
Favorites = _wrapped(modules.Favorites)
Following = _wrapped(modules.Following)
Inventory = _wrapped(modules.Inventory)
Leaderboard = _wrapped(modules.Leaderboard)
Lock = _wrapped(modules.Lock)
MessageQueue = _wrapped(modules.MessageQueue)
Playlists = _wrapped(modules.Playlists)
Popularity = _wrapped(modules.Popularity)
RateLimiter = _wrapped(modules.RateLimiter)
Recommender = _wrapped(modules.Recommender)
SecureSessions = _wrapped(modules.SecureSessions)
Sessions = _wrapped(modules.Sessions)
SingleSignOn = _wrapped(modules.SingleSignOn)
SlidingWindow = _wrapped(modules.SlidingWindow)
Tokens = _wrapped(modules.Tokens)
WatchLater = _wrapped(modules.WatchLater)
