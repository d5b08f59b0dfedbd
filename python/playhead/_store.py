"""Stores, batches, transactions and subscriptions."""

from __future__ import annotations

import atexit
import random
import time
from collections.abc import Callable, Iterable
from os import PathLike, fspath
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar, overload

from playhead import _families as families
from playhead import _playhead
from playhead._playhead import Clock, Conflict, InvalidArgument
from playhead._pubsub import PubSub
from playhead._pubsub import Subscriber as Subscriber
from playhead._session import Session, SlowCall, Statistics, slowlog, statistics
from playhead._types import Data, R

T = TypeVar("T")

# A daemon thread must not be in the middle of a store when the interpreter ends.
atexit.register(_playhead.end)

VIEWS = ("strings", "keys", "hashes", "lists", "sets", "zsets", "hyperloglogs", "scripts")


def fixed_keys(keys: Iterable[Data] | Data) -> list[Data] | Data:
    """Give keys that can be read several times."""
    if isinstance(keys, bytes | bytearray | memoryview | str | int | float):
        return keys
    return list(keys)


def check_retries(retries: int) -> None:
    """Refuse a number of attempts that is none."""
    if retries < 1:
        raise InvalidArgument("retries must be at least 1")


def pause_after(attempt: int) -> float:
    """Seconds to wait after a conflict: random, so that rivals part, and more each time, up to 50 ms."""
    return random.uniform(0, min(0.05, 0.0002 * 2 ** min(attempt, 10)))


def raise_first_refusal(replies: Iterable[Any]) -> None:
    """Raise the first exception among replies."""
    for reply in replies:
        if isinstance(reply, _playhead.Error):
            raise reply


class Families:
    """The families of commands, shared by stores, batches and transactions.

    Every method carries Redis's verb and meaning. Bytes go in (str is accepted, in UTF-8) and bytes come
    out, or str if the store was opened with ``decode_responses=True``. Options are keywords:
    ``strings.set("k", "v", ex=10, nx=True)``.
    """

    def __init__(self, target: _playhead.StoreObject) -> None:
        self._target = target
        for name in VIEWS:
            setattr(self, name, getattr(target, name))


def target_of(store: Store) -> _playhead.StoreObject:
    """Give what a module works on; what is no store gets a TypeError that tells what is expected."""
    target = getattr(store, "_target", None)
    if not isinstance(target, _playhead.StoreObject):
        raise TypeError(f"store must be a playhead.Store, not {type(store).__name__}")
    return target


class Store(Families, Generic[R]):
    """A store, made by :func:`playhead.open`. Thread-safe.

    It is a context manager that closes itself. Closing affects everybody who has the same store open.
    ``Store[bytes]``, or ``Store`` for short, gives bytes; a ``Store[str]`` is opened with
    ``decode_responses=True``.
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

    def __init__(self, target: _playhead.StoreObject) -> None:
        super().__init__(target)
        self.pubsub = PubSub(target)

    @property
    def name(self) -> str:
        """What kind of store this is: ``memory``, ``rocksdb`` or ``redis``."""
        return self._target.name

    @property
    def db(self) -> int:
        """The numbered database that this object works on."""
        return self._target.db

    @property
    def persistent(self) -> bool:
        """Whether the data outlive the process."""
        return self._target.persistent

    @property
    def shared(self) -> bool:
        """Whether other processes may change the data."""
        return self._target.shared

    def database(self, db: int) -> Store[R]:
        """The same store with another numbered database."""
        return Store(self._target.database(db))

    def now(self) -> int:
        """The store's time: Unix milliseconds of its clock, or of the Redis server."""
        return self._target.now()

    def execute(self, *args: Data) -> Any:
        """Perform any command by name, as a client would send it: ``execute("SET", "k", "v", "EX", 10)``."""
        return self._target.execute(*args)

    def session(self, *, limit: int = 10_000) -> Session:
        """Begin a session, as a Redis client's connection has one: MULTI, WATCH, SUBSCRIBE, INFO."""
        return Session(self._target, limit=limit)

    def statistics(self) -> Statistics:
        """What went through this store since it was opened with ``?statistics=1``.

        Raises :class:`Unsupported` if it was opened without.
        """
        return statistics(self._target)

    def slowlog(self, count: int = 128) -> list[SlowCall]:
        """The last calls that took longer than ``slowlog_us`` of the URL (10,000), the newest first.

        Raises :class:`Unsupported` if the store was opened without ``?statistics=1``.
        """
        if count < 0:
            raise InvalidArgument("count must not be negative")
        return slowlog(self._target, count)

    def batch(self) -> Batch:
        """Begin a batch: calls are collected and run as one unit, in one round trip."""
        return Batch(self._target.batch())

    def transaction(self, keys: Iterable[Data] | Data = ()) -> Transaction[R]:
        """Begin an optimistic transaction that depends on ``keys`` and on every key that it reads.

        ::

            with store.transaction("stock") as t:
                left = int(t.strings.get("stock"))
                t.strings.set("stock", left - 1)

        The writes happen together at the end of the block, or none of them: :class:`Conflict` is raised if
        somebody has changed one of the keys meanwhile. Reads see the state before the transaction; reading a
        key that the transaction has already written raises :class:`InvalidArgument`.
        """
        return Transaction(self._target.watching(keys))

    def transact(
        self, keys: Iterable[Data] | Data, fn: Callable[[Transaction[R]], T], *, retries: int = 64
    ) -> T:
        """Run ``fn(transaction)`` and commit, again after each conflict; gives what ``fn`` returned.

        ``fn`` may run several times, so it must have no effects of its own. Between attempts there is a
        short random pause that grows. Raises :class:`Conflict` after ``retries`` attempts.
        """
        check_retries(retries)
        fixed = fixed_keys(keys)
        for attempt in range(retries):
            transaction = self.transaction(fixed)
            try:
                result = fn(transaction)
                transaction.run()
            except Conflict:
                if attempt + 1 == retries:
                    raise
                time.sleep(pause_after(attempt))
            except BaseException:
                transaction.discard()
                raise
            else:
                return result
        raise AssertionError("unreachable")

    def backup(self, directory: str | PathLike[str]) -> None:
        """Write a consistent copy of a RocksDB store into a directory that does not exist yet.

        The directory can be opened as a store. Others read and write meanwhile. Files that never change are
        shared by hard links where the file system allows it. Raises :class:`Unsupported` for another store,
        :class:`InvalidArgument` if the directory exists, :class:`Unavailable` if it cannot be written.
        """
        _playhead.backup(self._target, fspath(directory))

    def close(self) -> None:
        """Close the store for everybody who has it open. Idempotent."""
        self._target.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<playhead.Store {self.name} db={self.db}>"


class _Recording(Families):
    """Calls that are collected until they run."""

    results: list[Any]  #: the replies, once it has run

    def __init__(self, target: _playhead.StoreObject) -> None:
        super().__init__(target)
        self.results = []

    def __len__(self) -> int:
        return len(self._target)

    def run(self, *, raise_on_error: bool = True) -> list[Any]:
        """Run what was collected. The first refused call raises, unless exceptions are to be in the list."""
        self.results = self._target.run()
        if raise_on_error:
            raise_first_refusal(self.results)
        return self.results

    def discard(self) -> None:
        """Forget what was collected."""
        self._target.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.run()
        else:
            self.discard()


class Batch(_Recording):
    """Calls that are collected and run as one unit: nobody sees a state between them.

    The methods return None; :meth:`run` gives the replies in order. Used as a context manager it runs at the
    end of the block, and the replies are in :attr:`results`. A refused call leaves the effects of the
    others, as in Redis's EXEC.
    """

    strings: families.QueuedStrings
    keys: families.QueuedKeys
    hashes: families.QueuedHashes
    lists: families.QueuedLists
    sets: families.QueuedSets
    zsets: families.QueuedZSets
    hyperloglogs: families.QueuedHyperLogLogs
    scripts: families.QueuedScripts


class Transaction(_Recording, Generic[R]):
    """An optimistic transaction, see :meth:`Store.transaction`. Writes give None: they happen at the end."""

    strings: families.TransactionStrings[R]
    keys: families.TransactionKeys[R]
    hashes: families.TransactionHashes[R]
    lists: families.TransactionLists[R]
    sets: families.TransactionSets[R]
    zsets: families.TransactionZSets[R]
    hyperloglogs: families.TransactionHyperLogLogs[R]
    scripts: families.TransactionScripts[R]


@overload
def open(
    url: str, *, clock: Clock | None = None, db: int | None = None, decode_responses: Literal[False] = False
) -> Store[bytes]: ...
@overload
def open(
    url: str, *, clock: Clock | None = None, db: int | None = None, decode_responses: Literal[True]
) -> Store[str]: ...
@overload
def open(
    url: str, *, clock: Clock | None = None, db: int | None = None, decode_responses: bool
) -> Store[Any]: ...


def open(
    url: str, *, clock: Clock | None = None, db: int | None = None, decode_responses: bool = False
) -> Store[Any]:
    """Open a store.

    ============================== ==========================================================================
    ``memory://``                  private and empty
    ``memory://name``              shared by everybody in this process who opens that name
    ``rocksdb:///path``            a directory; ``?durability=sync``, ``periodic`` (default) or ``none``
    ``redis://host:6379/0``        a Redis server; ``redis://user:password@host``, ``?client_name=``
    ``redis+unix:///socket?db=0``  the same through a socket
    ============================== ==========================================================================

    ``clock`` replaces the store's time, for tests. ``db`` is the numbered database; left out, the one of the
    URL. With ``decode_responses`` replies are str instead of bytes. Raises :class:`InvalidArgument`,
    :class:`Unavailable`, :class:`Corrupt` or :class:`Unsupported`.

    Every URL takes ``?statistics=1`` for :meth:`Store.statistics` and :meth:`Store.slowlog`, and with it
    ``slowlog_us=`` and ``slowlog_length=``.
    """
    return Store(_playhead.open(url, clock, db, decode_responses))
