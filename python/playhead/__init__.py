"""Redis's data structures inside your process: in memory, on RocksDB, or on a Redis server.

>>> import playhead
>>> store = playhead.open("memory://")
>>> store.zsets.zadd("ranking", {"intro": 3, "trailer": 7})
2
>>> store.zsets.zrevrank("ranking", "trailer")
0
"""

from playhead._playhead import (
    Clock,
    Closed,
    CommandError,
    Conflict,
    Corrupt,
    Error,
    InvalidArgument,
    ManualClock,
    SystemClock,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unsupported,
    __version__,
)
from playhead._pubsub import PubSub, Subscriber
from playhead._session import CommandStatistics, Session, SlowCall, Statistics
from playhead._store import Batch, Store, Transaction, open
from playhead._types import Message

__all__ = [
    "Batch",
    "Clock",
    "Closed",
    "CommandError",
    "CommandStatistics",
    "Conflict",
    "Corrupt",
    "Error",
    "InvalidArgument",
    "ManualClock",
    "Message",
    "PubSub",
    "Session",
    "SlowCall",
    "Statistics",
    "Store",
    "Subscriber",
    "SystemClock",
    "Timeout",
    "Transaction",
    "Unavailable",
    "UnknownOutcome",
    "Unsupported",
    "__version__",
    "open",
]
