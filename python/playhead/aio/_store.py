"""Stores, batches, transactions and subscriptions for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar, overload

import playhead
from playhead import _families as queued
from playhead import _playhead
from playhead._playhead import Clock, Conflict, InvalidArgument
from playhead._session import SlowCall, Statistics
from playhead._store import VIEWS, check_retries, fixed_keys, pause_after, raise_first_refusal
from playhead._types import Data, Message, R
from playhead.aio import _families as families
from playhead.aio._calls import Calls, CallsInTurn, next_message, within
from playhead.aio._session import Session

T = TypeVar("T")

THREADS = {"rocksdb": 4, "redis": 16}  # a Redis store has 16 connections unless its URL says otherwise


def _set_views(object: Any, target: _playhead.StoreObject, calls: Calls, kind: str) -> None:
    for name in VIEWS:
        view = getattr(target, name)
        setattr(object, name, getattr(families, kind + type(view).__name__)(view, calls))


class Store(Generic[R]):
    """A store, made by :func:`playhead.aio.open`: what :class:`playhead.Store` is, in coroutines.

    It may be used on several event loops. It is an asynchronous context manager that closes itself; closing
    affects everybody who has the same store open.
    """

    strings: families.Strings[R]
    keys: families.Keys[R]
    hashes: families.Hashes[R]
    lists: families.Lists[R]
    sets: families.Sets[R]
    zsets: families.ZSets[R]
    hyperloglogs: families.HyperLogLogs[R]
    scripts: families.Scripts[R]
    pubsub: PubSub[R]

    def __init__(self, sync: playhead.Store[R], threads: ThreadPoolExecutor | None) -> None:
        self._sync: playhead.Store[R] = sync
        self._threads = threads
        self._target = sync._target
        self._calls = Calls(self._target, threads)
        _set_views(self, self._target, self._calls, "")
        self.pubsub = PubSub(self._target, self._calls)

    @property
    def sync(self) -> playhead.Store[R]:
        """The same store for code that may wait."""
        return self._sync

    @property
    def name(self) -> str:
        """What kind of store this is: ``memory``, ``rocksdb`` or ``redis``."""
        return self._sync.name

    @property
    def db(self) -> int:
        """The numbered database that this object works on."""
        return self._sync.db

    @property
    def persistent(self) -> bool:
        """Whether the data outlive the process."""
        return self._sync.persistent

    @property
    def shared(self) -> bool:
        """Whether other processes may change the data."""
        return self._sync.shared

    def database(self, db: int) -> Store[R]:
        """The same store with another numbered database."""
        return Store(self._sync.database(db), self._threads)

    async def now(self) -> int:
        """The store's time: Unix milliseconds of its clock, or of the Redis server."""
        return await self._calls.run(self._sync.now)

    async def execute(self, *args: Data) -> Any:
        """Perform any command by name, as a client would send it: ``execute("SET", "k", "v", "EX", 10)``."""
        return await self._calls.run(self._sync.execute, *args)

    async def session(self, *, limit: int = 10_000) -> Session:
        """Begin a session, see :meth:`playhead.Store.session`."""
        return await Session.begin(self._target, self._calls, limit)

    def statistics(self) -> Statistics:
        """What went through this store, see :meth:`playhead.Store.statistics`; needs no waiting."""
        return self._sync.statistics()

    def slowlog(self, count: int = 128) -> list[SlowCall]:
        """The last slow calls, see :meth:`playhead.Store.slowlog`; needs no waiting."""
        return self._sync.slowlog(count)

    def batch(self) -> Batch:
        """Begin a batch: calls are collected and run as one unit, in one round trip."""
        return Batch(self._target.batch(), self._calls)

    def transaction(self, keys: Iterable[Data] | Data = ()) -> Transaction[R]:
        """Begin an optimistic transaction, see :meth:`playhead.Store.transaction`, with ``async with``."""
        return Transaction(self._target, keys, self._calls)

    async def transact(
        self, keys: Iterable[Data] | Data, fn: Callable[[Transaction[R]], Awaitable[T]], *, retries: int = 64
    ) -> T:
        """Run ``await fn(transaction)`` and commit, again after each conflict; gives what ``fn`` returned.

        See :meth:`playhead.Store.transact`.
        """
        check_retries(retries)
        fixed = fixed_keys(keys)
        for attempt in range(retries):
            try:
                async with self.transaction(fixed) as transaction:
                    result = await fn(transaction)
            except Conflict:
                if attempt + 1 == retries:
                    raise
                await asyncio.sleep(pause_after(attempt))
            else:
                return result
        raise AssertionError("unreachable")

    async def backup(self, directory: str | PathLike[str]) -> None:
        """Write a consistent copy, see :meth:`playhead.Store.backup`."""
        await self._calls.run(self._sync.backup, directory)

    async def close(self) -> None:
        """Close the store for everybody who has it open. Idempotent."""
        await self._calls.run(self._sync.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<playhead.aio.Store {self.name} db={self.db}>"


class Batch:
    """Calls that are collected, which needs no waiting, and run as one unit; see :class:`playhead.Batch`."""

    strings: queued.QueuedStrings
    keys: queued.QueuedKeys
    hashes: queued.QueuedHashes
    lists: queued.QueuedLists
    sets: queued.QueuedSets
    zsets: queued.QueuedZSets
    hyperloglogs: queued.QueuedHyperLogLogs
    scripts: queued.QueuedScripts
    results: list[Any]  #: the replies, once it has run

    def __init__(self, target: _playhead.StoreObject, calls: Calls) -> None:
        self._batch, self._calls = playhead.Batch(target), calls
        self.results = []
        for name in VIEWS:
            setattr(self, name, getattr(target, name))

    def __len__(self) -> int:
        return len(self._batch)

    async def run(self, *, raise_on_error: bool = True) -> list[Any]:
        """Run what was collected. The first refused call raises, unless exceptions are to be in the list."""
        try:
            return await self._calls.run(self._batch.run, raise_on_error=raise_on_error)
        finally:
            self.results = self._batch.results

    def discard(self) -> None:
        """Forget what was collected."""
        self._batch.discard()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            await self.run()
        else:
            self.discard()


class Transaction(Generic[R]):
    """An optimistic transaction, see :meth:`Store.transaction`. Writes give None: they happen at the end."""

    strings: families.TransactionStrings[R]
    keys: families.TransactionKeys[R]
    hashes: families.TransactionHashes[R]
    lists: families.TransactionLists[R]
    sets: families.TransactionSets[R]
    zsets: families.TransactionZSets[R]
    hyperloglogs: families.TransactionHyperLogLogs[R]
    scripts: families.TransactionScripts[R]

    def __init__(self, store: _playhead.StoreObject, keys: Iterable[Data] | Data, calls: Calls) -> None:
        self._store, self._keys = store, keys
        self._calls = CallsInTurn(store, calls)
        self._target: _playhead.StoreObject | None = None
        self.results: list[Any] = []

    async def __aenter__(self) -> Self:
        self._target = await self._calls.run(self._store.watching, self._keys)
        _set_views(self, self._target, self._calls, "Transaction")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._target is not None
        target, self._target = self._target, None
        if kind is not None:
            await self._calls.run(target.discard)
            return
        self.results = await self._calls.run(target.run)
        raise_first_refusal(self.results)


class PubSub(Generic[R]):
    """Publishing and subscribing."""

    def __init__(self, target: _playhead.StoreObject, calls: Calls) -> None:
        self._target, self._calls = target, calls

    async def publish(self, channel: Data, message: Data) -> int:
        """Send a message to everybody who subscribes to the channel; gives how many that are."""
        return await self._calls.run(self._target.channels.publish, channel, message)

    async def channels(self, pattern: Data | None = None) -> list[R]:
        """Channels with at least one subscriber."""
        patterns = () if pattern is None else (pattern,)
        return await self._calls.run(self._target.channels.channels, *patterns)

    async def subscribe(
        self, *channels: Data, patterns: Iterable[Data] = (), limit: int = 10_000
    ) -> Subscriber:
        """Begin a subscription. At most ``limit`` messages wait to be read; then the oldest are dropped."""
        subscriber = Subscriber(self._calls)
        await subscriber._open(self._target, limit)
        if channels:
            await subscriber.subscribe(*channels)
        if names := list(patterns):
            await subscriber.psubscribe(*names)
        return subscriber


class Subscriber:
    """One subscriber's messages, on one event loop: ``async for message in subscriber``.

    Iterating comes to its end when the subscriber is closed; when its store is closed, it raises
    :class:`Closed`.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._some = asyncio.Event()
        self._inbox: _playhead.Inbox | None = None
        self._id = 0

    async def _open(self, target: _playhead.StoreObject, limit: int) -> None:
        ready = self._calls.ready()
        self._id = ready.add(self._some.set)
        try:
            self._inbox = await self._calls.run(_playhead.Inbox, target, limit, ready.queue, self._id)
        except BaseException:
            ready.remove(self._id)
            raise

    def _opened(self) -> _playhead.Inbox:
        if self._inbox is None:
            raise InvalidArgument("this subscription was closed; subscribe again")
        return self._inbox

    async def subscribe(self, *channels: Data) -> None:
        """Add channels."""
        await self._calls.run(self._opened().subscribe, *channels)

    async def psubscribe(self, *patterns: Data) -> None:
        """Add patterns (``news.*``)."""
        await self._calls.run(self._opened().psubscribe, *patterns)

    async def unsubscribe(self, *channels: Data) -> None:
        """Leave channels; all if none is named."""
        await self._calls.run(self._opened().unsubscribe, *channels)

    async def punsubscribe(self, *patterns: Data) -> None:
        """Leave patterns; all if none is named."""
        await self._calls.run(self._opened().punsubscribe, *patterns)

    @property
    def dropped(self) -> int:
        """How many messages were dropped because nobody read them in time."""
        return self._opened().dropped

    async def get(self, timeout: float | None = None, *, confirmations: bool = False) -> Message | None:
        """Wait for the next message, at most ``timeout`` seconds (None: for ever); None if there was none.

        A task that is cancelled meanwhile loses no message. Raises :class:`InvalidArgument` once the
        subscriber is closed, and :class:`Closed` once its store is.
        """
        return await within(timeout, lambda: self._next(confirmations))

    async def _next(self, confirmations: bool) -> Message:
        while True:
            message = await next_message(self._some, lambda: self._opened().poll())
            if confirmations or message.kind in ("message", "pmessage"):
                return message

    async def __aiter__(self) -> AsyncIterator[Message]:
        while self._inbox is not None:
            try:
                message = await self.get()
            except InvalidArgument:
                if self._inbox is None:
                    return  # closed by another task
                raise
            if message is not None:
                yield message

    async def close(self) -> None:
        """End the subscription; whoever iterates over it comes to the end. Idempotent."""
        inbox, self._inbox = self._inbox, None
        self._some.set()
        if inbox is not None:
            self._calls.ready().remove(self._id)
            await self._calls.run(inbox.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@overload
async def open(
    url: str, *, clock: Clock | None = None, db: int | None = None, decode_responses: Literal[False] = False
) -> Store[bytes]: ...
@overload
async def open(
    url: str, *, clock: Clock | None = None, db: int | None = None, decode_responses: Literal[True]
) -> Store[str]: ...
@overload
async def open(
    url: str, *, clock: Clock | None = None, db: int | None = None, decode_responses: bool
) -> Store[Any]: ...


async def open(
    url: str, *, clock: Clock | None = None, db: int | None = None, decode_responses: bool = False
) -> Store[Any]:
    """Open a store; see :func:`playhead.open` for the URLs and what is raised."""
    if not isinstance(url, str):
        raise TypeError(f"url must be a str, not {type(url).__name__}")
    threads = THREADS.get(url.partition(":")[0].partition("+")[0])
    pool = None if threads is None else ThreadPoolExecutor(threads, thread_name_prefix="playhead-aio")
    target = await Calls.open(pool, url, clock, db, decode_responses)
    return Store(playhead.Store(target), pool)
