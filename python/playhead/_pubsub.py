"""Publishing and subscribing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Generic, Self

from playhead import _families as families
from playhead import _playhead
from playhead._playhead import InvalidArgument
from playhead._types import Data, Message, R

__all__ = ["PubSub", "Subscriber"]


class PubSub(Generic[R]):
    """Publishing and subscribing."""

    def __init__(self, target: _playhead.StoreObject) -> None:
        self._target = target
        self._channels: families.Channels[R] = target.channels

    def publish(self, channel: Data, message: Data) -> int:
        """Send a message to everybody who subscribes to the channel; gives how many that are."""
        return self._channels.publish(channel, message)

    def channels(self, pattern: Data | None = None) -> list[R]:
        """Channels with at least one subscriber."""
        return self._channels.channels() if pattern is None else self._channels.channels(pattern)

    def subscribe(self, *channels: Data, patterns: Iterable[Data] = (), limit: int = 10_000) -> Subscriber:
        """Begin a subscription. At most ``limit`` messages wait to be read; then the oldest are dropped."""
        subscriber = Subscriber(_playhead.Inbox(self._target, limit))
        if channels:
            subscriber.subscribe(*channels)
        if names := list(patterns):
            subscriber.psubscribe(*names)
        return subscriber


class Subscriber:
    """One subscriber's messages. Iterating waits for them; a context manager that unsubscribes.

    Iterating comes to its end when the subscriber is closed, by whatever thread. When its store is closed, or
    in a forked child, it raises :class:`Closed`.
    """

    def __init__(self, inbox: _playhead.Inbox) -> None:
        self._inbox: _playhead.Inbox | None = inbox

    def _open(self) -> _playhead.Inbox:
        if self._inbox is None:
            raise InvalidArgument("this subscription was closed; subscribe again")
        return self._inbox

    def subscribe(self, *channels: Data) -> None:
        """Add channels."""
        self._open().subscribe(*channels)

    def psubscribe(self, *patterns: Data) -> None:
        """Add patterns (``news.*``)."""
        self._open().psubscribe(*patterns)

    def unsubscribe(self, *channels: Data) -> None:
        """Leave channels; all if none is named."""
        self._open().unsubscribe(*channels)

    def punsubscribe(self, *patterns: Data) -> None:
        """Leave patterns; all if none is named."""
        self._open().punsubscribe(*patterns)

    @property
    def dropped(self) -> int:
        """How many messages were dropped because nobody read them in time."""
        return self._open().dropped

    def get(self, timeout: float | None = None, *, confirmations: bool = False) -> Message | None:
        """Wait for the next message, at most ``timeout`` seconds (None: for ever); None if there was none.

        Raises :class:`InvalidArgument` once the subscriber is closed, and :class:`Closed` once its store is.
        """
        if timeout is not None and timeout != timeout:
            raise InvalidArgument("timeout is not a number")
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if end is None else max(0.0, end - time.monotonic())
            item = self._open().get(left)
            if item is None:
                return None
            message = Message(*item)
            if confirmations or message.kind in ("message", "pmessage"):
                return message

    def __iter__(self) -> Iterator[Message]:
        while self._inbox is not None:
            try:
                message = self.get()
            except InvalidArgument:
                if self._inbox is None:
                    return  # closed by another thread
                raise
            if message is not None:
                yield message

    def close(self) -> None:
        """End the subscription; whoever iterates over it comes to the end. Idempotent."""
        inbox, self._inbox = self._inbox, None
        if inbox is not None:
            inbox.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
