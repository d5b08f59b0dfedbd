"""The methods of playhead.modules as coroutines; their types stand in modules.pyi.

Functions that the caches, their schedulers and rankings call may be coroutine functions. These run as tasks
of the event loop on which the module was opened, those that a method is given on the loop of its caller;
other functions are called on threads. A task that is cancelled while it waits for them does not end the call.
"""

import asyncio
import inspect
import itertools
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from playhead import modules
from playhead.aio._callbacks import Asked, Table, VideoDatabase, coroutine_of, inside, on_thread
from playhead.aio._calls import TURN, Loop, calls
from playhead.aio._listening import Chat, PubSub
from playhead.aio._store import Store
from playhead.modules._waiting import Wait, advance

_tasks: WeakKeyDictionary[asyncio.Task[Any], str] = WeakKeyDictionary()  # their names as owners of locks
_numbers = itertools.count(1)
_twins: dict[type, Any] = {}  # by the classes of the modules
_stopping: set[asyncio.Future[Any]] = set()  # what ends although the callback that ended it does not wait


def _call(module: Any, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[[], Any]:
    # What a module remembers by the calling thread belongs to the task here, whatever thread it runs on.
    call = partial(function, *args, **kwargs)
    task = asyncio.current_task()
    if task is None or not hasattr(module, "_acting"):
        return call
    if task not in _tasks:
        _tasks[task] = f"task {next(_numbers)}"
    return partial(module._acting, _tasks[task], call)


class _Twin:
    _module: Any
    _store: Store[Any]


def _method(name: str, doc: str | None) -> Any:
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = _call(self._module, getattr(self._module, name), *_plain(args), **kwargs)
        return await self._store._calls.run(call)

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


def _slow(name: str, doc: str | None) -> Any:
    # On a thread of its own whatever the store: it sleeps, calls functions of yours, or waits for a thread.
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = asyncio.to_thread(getattr(self._module, name), *args, **kwargs)
        if name.startswith("stop_") and inside.get():
            stopping = asyncio.ensure_future(call)
            _stopping.add(stopping)
            stopping.add_done_callback(_stopping.discard)
            return None
        result, cancelled = await _whole(call)
        if cancelled:
            if hasattr(self._module, "_give_back"):
                await _whole(asyncio.to_thread(self._module._give_back, result))
            raise asyncio.CancelledError
        return result

    method.__name__, method.__doc__ = name, doc
    return method


def _waiting(name: str, doc: str | None) -> Any:
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        calls, module = self._store._calls, self._module
        steps = getattr(module, name)(*args, **kwargs)
        go_on = _call(module, advance, steps)
        try:
            while True:
                step, cancelled = await _whole(calls.run(go_on))
                if not isinstance(step, Wait):
                    if cancelled:
                        await _whole(calls.run(_call(module, module._give_back, step[0])))
                        raise asyncio.CancelledError
                    return step[0]
                if cancelled:
                    raise asyncio.CancelledError
                await calls.wait("Lists", "blpop", [step.key], timeout=step.seconds)
        finally:
            await _whole(calls.run(_call(module, steps.close)))

    method.__name__, method.__doc__ = name, doc
    return method


def _asking(names: frozenset[str], loop: Loop, bound: inspect.BoundArguments) -> None:
    # Functions among the arguments, and objects with methods, are called by threads.
    for name in names & bound.arguments.keys():
        if bound.arguments[name] is not None:
            bound.arguments[name] = Asked(loop, bound.arguments[name])


def _calling(name: str, member: Any, asks: frozenset[str]) -> Any:
    # It calls functions of yours, which may wait for the loop or for other calls.
    signature = inspect.signature(member)

    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(self._module, *args, **kwargs)
        _asking(asks, asyncio.get_running_loop(), bound)
        return await on_thread(lambda: member(*bound.args, **bound.kwargs))

    method.__name__, method.__doc__ = name, member.__doc__
    return method


def _coroutine(name: str, member: Any, coroutine: Any, asks: frozenset[str]) -> Any:
    # The module has it as a coroutine.
    signature = inspect.signature(coroutine)

    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(self._module, *args, **kwargs)
        for asked in asks & bound.arguments.keys():
            bound.arguments[asked] = coroutine_of(bound.arguments[asked])
        if not next(calls) % TURN:
            await asyncio.sleep(0)
        return await coroutine(*bound.args, **bound.kwargs)

    method.__name__, method.__doc__ = name, member.__doc__
    return method


def _block(begin: str, end: str, slow: frozenset[str]) -> dict[str, Any]:
    # What stands for `with`.
    async def enter(self: Any) -> Any:
        if begin:
            self._module._entered(await getattr(self, begin)())
        return self

    async def leave(self: Any, *_: object) -> None:
        if end in slow:
            await getattr(self, end)()
            return
        call = _call(self._module, getattr(self._module, end))
        _, cancelled = await _whole(self._store._calls.run(call))
        if cancelled:
            raise asyncio.CancelledError

    return {"__aenter__": enter, "__aexit__": leave}


def _property(name: str, doc: str | None) -> property:
    def read(self: Any) -> Any:
        value = getattr(self._module, name)
        kind = _twins.get(type(value))
        if kind is None:
            return value
        twin = kind.__new__(kind)  # of a module that is part of this one
        twin._module, twin._store = value, self._store
        return twin

    return property(read, doc=doc)


def _plain(given: Any) -> Any:
    """What the synchronous module takes for stores and modules of this package."""
    if isinstance(given, Store):
        return given.sync
    if isinstance(given, list | tuple) and not hasattr(given, "_fields"):
        return type(given)(_plain(one) for one in given)
    return given._module if isinstance(given, _Twin) else given


def _stores(given: Any) -> list[Store[Any]]:
    """The stores among what a module is made of."""
    if isinstance(given, Store):
        return [given]
    if isinstance(given, list | tuple):
        return [store for one in given for store in _stores(one)]
    return [given._store] if isinstance(given, _Twin) else []


def _opening(module: Any, asks: frozenset[str]) -> Any:
    signature = inspect.signature(module) if asks else None

    async def open(cls: Any, first: Any, *args: Any, **kwargs: Any) -> Any:
        stores = _stores([first, *kwargs.values()])
        if not _stores(first):
            raise TypeError(f"store must be a playhead.aio.Store, not {type(first).__name__}")
        self = cls.__new__(cls)
        # Calls that may wait for one of the stores are performed where the event loop does not wait for them.
        self._store = next((store for store in stores if store._calls.waits), stores[0])
        args = (_plain(first), *_plain(args))
        kwargs = {name: _plain(value) for name, value in kwargs.items()}
        if signature is not None:
            bound = signature.bind(*args, **kwargs)
            _asking(asks, asyncio.get_running_loop(), bound)
            args, kwargs = bound.args, bound.kwargs
        self._module = await self._store._calls.run(module, *args, **kwargs)
        return self

    open.__doc__ = "Make the module; what it has stored is read where the event loop does not wait for it."
    return classmethod(open)


def _members(module: type) -> dict[str, Any]:
    return {name: member for kind in reversed(module.__mro__[:-1]) for name, member in vars(kind).items()}


def _wrapped(module: type) -> type:
    steps: dict[str, str] = getattr(module, "_steps", {})  # of the methods that wait
    slow: frozenset[str] = getattr(module, "_slow", frozenset()) | {"stop_background"}
    here: tuple[str, ...] = getattr(module, "_here", ())  # methods with callbacks, for threads
    asks: frozenset[str] = getattr(module, "_asks", frozenset())  # arguments that are called
    calling: frozenset[str] = getattr(module, "_calling", frozenset())  # methods that call them
    coroutines: dict[str, str] = getattr(module, "_coroutines", {})  # methods that are coroutines, too
    members = _members(module)
    body: dict[str, Any] = {"__doc__": module.__doc__, "open": _opening(module, asks)}
    for name, member in members.items():
        if name in here:
            continue
        if isinstance(member, staticmethod):
            body[name] = member
        elif name in steps:
            body[name] = _waiting(steps[name], member.__doc__)
        elif name in slow:
            body[name] = _slow(name, member.__doc__)
        elif name in calling:
            body[name] = _calling(name, member, asks)
        elif name in coroutines:
            body[name] = _coroutine(name, member, members[coroutines[name]], asks)
        elif name == "__enter__":
            body |= _block(*members["_with"], slow)
        elif not name.startswith("_") and (callable(member) or isinstance(member, property)):
            make = _property if isinstance(member, property) else _method
            body[name] = make(name, member.__doc__)
    _twins[module] = type(module.__name__, (_Twin,), body)
    return _twins[module]


__all__ = [
    "Activity",
    "BloomFilter",
    "Cache",
    "CacheAside",
    "CacheScheduler",
    "Cart",
    "Chat",
    "CountStore",
    "Counters",
    "DelayedTasks",
    "Favorites",
    "Feed",
    "Following",
    "Inventory",
    "Leaderboard",
    "Lock",
    "MessageQueue",
    "NodePlacement",
    "PageCache",
    "Playlists",
    "Popularity",
    "Preheater",
    "PubSub",
    "RankingCache",
    "RateLimiter",
    "Recommender",
    "Redlock",
    "ReentrantLock",
    "SecureSessions",
    "SessionExpiry",
    "Sessions",
    "SingleSignOn",
    "SlidingWindow",
    "Table",
    "TaskQueue",
    "TokenLimit",
    "Tokens",
    "UserCache",
    "UserCleanup",
    "UserProfileCache",
    "VideoDatabase",
    "VideoMetadataCache",
    "WatchLater",
    "WriteThrough",
]

Activity = _wrapped(modules.Activity)
BloomFilter = _wrapped(modules.BloomFilter)
Cache = _wrapped(modules.Cache)
CacheAside = _wrapped(modules.CacheAside)
CacheScheduler = _wrapped(modules.CacheScheduler)
Cart = _wrapped(modules.Cart)
CountStore = _wrapped(modules.CountStore)
Counters = _wrapped(modules.Counters)
DelayedTasks = _wrapped(modules.DelayedTasks)
Favorites = _wrapped(modules.Favorites)
Feed = _wrapped(modules.Feed)
Following = _wrapped(modules.Following)
Inventory = _wrapped(modules.Inventory)
Leaderboard = _wrapped(modules.Leaderboard)
Lock = _wrapped(modules.Lock)
MessageQueue = _wrapped(modules.MessageQueue)
NodePlacement = _wrapped(modules.NodePlacement)
PageCache = _wrapped(modules.PageCache)
Playlists = _wrapped(modules.Playlists)
Popularity = _wrapped(modules.Popularity)
Preheater = _wrapped(modules.Preheater)
RankingCache = _wrapped(modules.RankingCache)
RateLimiter = _wrapped(modules.RateLimiter)
Recommender = _wrapped(modules.Recommender)
Redlock = _wrapped(modules.Redlock)
ReentrantLock = _wrapped(modules.ReentrantLock)
SecureSessions = _wrapped(modules.SecureSessions)
SessionExpiry = _wrapped(modules.SessionExpiry)
Sessions = _wrapped(modules.Sessions)
SingleSignOn = _wrapped(modules.SingleSignOn)
SlidingWindow = _wrapped(modules.SlidingWindow)
TaskQueue = _wrapped(modules.TaskQueue)
TokenLimit = _wrapped(modules.TokenLimit)
Tokens = _wrapped(modules.Tokens)
UserCache = _wrapped(modules.UserCache)
UserCleanup = _wrapped(modules.UserCleanup)
UserProfileCache = _wrapped(modules.UserProfileCache)
VideoMetadataCache = _wrapped(modules.VideoMetadataCache)
WatchLater = _wrapped(modules.WatchLater)
WriteThrough = _wrapped(modules.WriteThrough)
