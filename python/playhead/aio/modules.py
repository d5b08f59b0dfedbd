"""The methods of playhead.modules as coroutines; their types stand in modules.pyi."""

from typing import Any

from playhead import modules
from playhead.aio._store import Store
from playhead.modules._waiting import Wait, advance


def _method(name: str, doc: str | None) -> Any:
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return await self._store._calls.run(getattr(self._module, name), *args, **kwargs)

    method.__name__, method.__doc__ = name, doc
    return method


def _waiting(name: str, doc: str | None) -> Any:
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        calls = self._store._calls
        steps = getattr(self._module, name)(*args, **kwargs)
        while True:
            step = await calls.run(advance, steps)
            if not isinstance(step, Wait):
                return step[0]
            await calls.wait("Lists", "blpop", [step.key], timeout=step.seconds)

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
    return type(module.__name__, (), body)


__all__ = [
    "Activity",
    "Cart",
    "Counters",
    "Leaderboard",
    "MessageQueue",
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
Cart = _wrapped(modules.Cart)
Counters = _wrapped(modules.Counters)
Leaderboard = _wrapped(modules.Leaderboard)
MessageQueue = _wrapped(modules.MessageQueue)
RateLimiter = _wrapped(modules.RateLimiter)
Recommender = _wrapped(modules.Recommender)
SecureSessions = _wrapped(modules.SecureSessions)
Sessions = _wrapped(modules.Sessions)
SingleSignOn = _wrapped(modules.SingleSignOn)
SlidingWindow = _wrapped(modules.SlidingWindow)
Tokens = _wrapped(modules.Tokens)
WatchLater = _wrapped(modules.WatchLater)
