"""Sessions: a Redis client's connection above a store. What a store has been doing."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from playhead import _playhead
from playhead._types import Data, Message


class SessionState:
    """What a session tells about itself."""

    _session: _playhead.Session

    @property
    def db(self) -> int:
        """The database that SELECT has chosen."""
        return self._session.db

    @property
    def protocol(self) -> int:
        """The protocol that HELLO has chosen, 2 or 3. It decides what a subscriber may do."""
        return self._session.protocol

    @property
    def in_transaction(self) -> bool:
        """Whether commands are being queued since MULTI."""
        return self._session.in_transaction

    @property
    def subscriptions(self) -> int:
        """How many channels and patterns it has subscribed to."""
        return self._session.subscriptions

    @property
    def dropped(self) -> int:
        """Messages lost because nobody asked for them."""
        return self._session.dropped


class Session(SessionState):
    """The state of one connection: database, transaction, watched keys, subscriptions.

    Commands are given as a Redis client sends them, and replies are as Redis 7.0 gives them: bytes (or str if
    the store was opened with ``decode_responses=True``), int, float, list, dict, set, None; ``OK`` is True,
    and errors within EXEC's reply are exception objects. A store may have many sessions; each performs one
    command at a time. A context manager that closes itself.

    ::

        with store.session() as session:
            session.execute("WATCH", "stock")
            left = int(session.execute("GET", "stock"))
            session.execute("MULTI")
            session.execute("SET", "stock", left - 1)
            if session.execute("EXEC") is None:
                print("somebody else was faster")
    """

    def __init__(self, target: _playhead.StoreObject, *, limit: int = 10_000) -> None:
        self._session = _playhead.Session(target, limit)

    def execute(self, *args: Data) -> Any:
        """Perform a command; raises :class:`CommandError` if it is refused.

        Blocking ones wait; Ctrl-C interrupts them, and what they were served then is put back. SUBSCRIBE and
        its sisters give None: their confirmations are messages.
        """
        return self._session.execute(*args)

    def message(self, timeout: float | None = None) -> Message | None:
        """Wait for the next message or confirmation, at most ``timeout`` seconds (None: for ever).

        None if there was none. At most ``limit`` messages wait to be read; then the oldest are dropped. When
        all have been read, raises :class:`InvalidArgument` if the session is closed, and :class:`Closed` if
        its store is.
        """
        item = self._session.message(timeout)
        return None if item is None else Message(*item)

    def close(self) -> None:
        """End the session: its subscriptions, its watches, its transaction. QUIT does so too. Idempotent."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class CommandStatistics(NamedTuple):
    """What is known of one command; times in microseconds, of the calls that were not part of a batch."""

    calls: int  #: all that reached the store
    failed: int  #: of these, that ended with an error
    rejected: int  #: refused by a session before they reached it
    mean_us: float
    p50_us: float
    p99_us: float
    p999_us: float


class Statistics(NamedTuple):
    """What a store has been doing since it was opened."""

    uptime_ms: int
    calls: int
    hits: int  #: keys found by reads that tell: GET, MGET, EXISTS, HGETALL, ...
    misses: int
    sessions: int  #: now
    sessions_begun: int
    commands: dict[str, CommandStatistics]  #: by name, those that were called; a batch is "exec"
    errors: dict[str, int]  #: by their first word: ERR, WRONGTYPE, ...


class SlowCall(NamedTuple):
    """A call that took long."""

    id: int  #: counts up from 0
    at_ms: int  #: when it ended, Unix milliseconds of the machine
    us: int
    arguments: list[bytes]  #: at most 32 of at most 128 bytes


def statistics(target: _playhead.StoreObject) -> Statistics:
    """See :meth:`playhead.Store.statistics`."""
    row = _playhead.statistics(target)
    row["commands"] = {name: CommandStatistics(**command) for name, command in row["commands"].items()}
    return Statistics(**row)


def slowlog(target: _playhead.StoreObject, count: int) -> list[SlowCall]:
    """See :meth:`playhead.Store.slowlog`."""
    return [SlowCall(**row) for row in _playhead.slow_calls(target, count)]
