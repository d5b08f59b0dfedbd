"""Messages to everybody who listens, and chat rooms with a history."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

from playhead._playhead import Clock, Error, InvalidArgument
from playhead._store import Store, Subscriber, target_of
from playhead._types import Message
from playhead.modules._background import running
from playhead.modules._values import JSON, Serializer

__all__ = ["Chat", "ChatMessage", "ChatSystem", "PubSub", "RedisPubSub"]

Callback = Callable[[str, Any], object]


class PubSub:
    """Callbacks for channels and patterns, which may come and go while messages arrive.

    One thread calls them, in the order of the messages; it begins with the first subscription and ends
    with :meth:`stop_listening` or the interpreter. A channel is subscribed when :meth:`subscribe`
    returns. Up to ``limit`` messages wait for callbacks that are slow; then, by ``slow``, the oldest
    are dropped and counted in :attr:`dropped` (``drop``), or listening ends (``end``). What a callback
    raises goes to ``on_error``, and the others are called. Messages are JSON; what is none arrives as
    str, or as bytes if it is not UTF-8. Delivery is at most once: who does not listen misses it.
    """

    def __init__(
        self,
        store: Store,
        *,
        limit: int = 10_000,
        slow: Literal["drop", "end"] = "drop",
        on_error: Callable[[str], object] | None = None,
        serializer: Serializer = JSON,
    ) -> None:
        if slow not in ("drop", "end"):
            raise InvalidArgument(f"slow={slow!r} is no policy; give drop or end")
        target_of(store)
        self._store, self._limit, self._slow = store, limit, slow
        self._on_error, self._serializer = on_error, serializer
        self._guard = threading.RLock()
        self._channels: dict[str, list[Callback]] = {}
        self._patterns: dict[str, list[Callback]] = {}
        self._subscriber: Subscriber | None = None
        self._thread: threading.Thread | None = None

    def publish(self, channel: str, message: Any) -> int:
        """Send a message; how many subscriptions it reached."""
        return self._store.pubsub.publish(channel, self._serializer.dumps(message))

    def subscribe(self, channel: str, callback: Callback) -> None:
        """Let ``callback(channel, message)`` get the messages of a channel from now on."""
        self._add(self._channels, channel, callback, "subscribe")

    def psubscribe(self, pattern: str, callback: Callback) -> None:
        """The same for all channels that match a pattern (``news.*``)."""
        self._add(self._patterns, pattern, callback, "psubscribe")

    def unsubscribe(self, channel: str, callback: Callback | None = None) -> bool:
        """Remove a callback, or all of a channel; whether there was one. It is called no more afterwards.

        Except for the call that is under way, on whatever thread.
        """
        return self._remove(self._channels, channel, callback, "unsubscribe")

    def punsubscribe(self, pattern: str, callback: Callback | None = None) -> bool:
        """The same for a pattern."""
        return self._remove(self._patterns, pattern, callback, "punsubscribe")

    def stop_listening(self) -> None:
        """Remove all callbacks, and end the thread; waits for the callback under way. Idempotent."""
        with self._guard:
            subscriber, self._subscriber = self._subscriber, None
            thread, self._thread = self._thread, None
            self._channels.clear()
            self._patterns.clear()
        if subscriber is not None:
            subscriber.close()
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        running.discard(self)

    stop_background = stop_listening

    @property
    def dropped(self) -> int:
        """How many messages were dropped since listening began, because callbacks were slow."""
        subscriber = self._subscriber
        return 0 if subscriber is None else subscriber.dropped

    @property
    def listening(self) -> bool:
        """Whether the thread runs."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def _add(self, table: dict[str, list[Callback]], name: str, callback: Callback, how: str) -> None:
        with self._guard:
            if self._subscriber is None:
                self._subscriber = self._store.pubsub.subscribe(limit=self._limit)
            if name not in table:
                getattr(self._subscriber, how)(name)
            table.setdefault(name, []).append(callback)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._listen, args=(self._subscriber,), name="playhead pubsub", daemon=True
                )
                self._thread.start()
                running.add(self)

    def _remove(
        self, table: dict[str, list[Callback]], name: str, callback: Callback | None, how: str
    ) -> bool:
        with self._guard:
            callbacks = table.get(name, [])
            if callback is None:
                found = bool(callbacks)
                callbacks.clear()
            elif found := callback in callbacks:
                callbacks.remove(callback)
            if found and not callbacks:
                del table[name]
                if self._subscriber is not None:
                    getattr(self._subscriber, how)(name)
            return found

    def _listen(self, subscriber: Subscriber) -> None:
        try:
            for message in subscriber:
                if self._slow == "end" and subscriber.dropped:
                    raise InvalidArgument("callbacks were too slow for the messages, and some were dropped")
                if message.kind in ("message", "pmessage"):
                    self._deliver(message)
        except Error as error:
            with self._guard:
                if self._subscriber is not subscriber:
                    return  # it was closed by stop_listening()
                self._subscriber = self._thread = None
                self._channels.clear()
                self._patterns.clear()
            subscriber.close()
            self._tell(error)

    def _deliver(self, message: Message) -> None:
        channel = message.channel.decode(errors="surrogateescape")
        with self._guard:
            if message.pattern is None:
                callbacks = list(self._channels.get(channel, ()))
            else:
                callbacks = list(self._patterns.get(message.pattern.decode(errors="surrogateescape"), ()))
        if not callbacks:
            return
        value = self._value(message.data)
        for callback in callbacks:
            try:
                callback(channel, value)
            except Exception as error:
                self._tell(error)

    def _value(self, data: bytes) -> Any:
        try:
            return self._serializer.loads(data)
        except ValueError:
            try:
                return data.decode()
            except UnicodeDecodeError:
                return data

    def _tell(self, error: Exception) -> None:
        if self._on_error is not None:
            self._on_error(f"{type(error).__name__}: {error}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_listening()


class ChatMessage(NamedTuple):
    """A message of a room."""

    id: str
    room: str
    user: str
    text: Any
    at: int


class Chat:
    """Rooms whose messages reach everybody who listens, and whose newest ``history_limit`` are kept.

    Keeping a message and sending it are one step, so that a room's history and what listeners get are in the
    same order.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        history_limit: int = 1_000,
        limit: int = 10_000,
        on_error: Callable[[str], object] | None = None,
    ) -> None:
        if not 0 <= history_limit <= 1_000_000:
            raise InvalidArgument(f"history_limit={history_limit} is outside 0..1000000")
        self._target = target_of(store)
        self._pubsub = PubSub(store, limit=limit, on_error=on_error)
        self._prefix, self._clock, self._history_limit = prefix, clock, history_limit

    def _key(self, room: str) -> str:
        if not 1 <= len(room.encode()) <= 1024:
            raise InvalidArgument("a room's name has 1 to 1024 bytes")
        return f"{self._prefix}:chat:{room}"

    def publish(self, room: str, text: Any, user: str = "") -> ChatMessage:
        """Send a message (any JSON) to a room."""
        key = self._key(room)
        at = self._clock.now() if self._clock is not None else int(time.time() * 1000)
        message = ChatMessage(secrets.token_hex(16), room, user, text, at)
        data = JSON.dumps([message.id, user, text, at])
        batch = self._target.batch()
        if self._history_limit:
            batch.lists.lpush(key, data)
            batch.lists.ltrim(key, 0, self._history_limit - 1)
        batch.channels.publish(key, data)
        batch.run()
        return message

    def subscribe(self, room: str, callback: Callable[[ChatMessage], object]) -> Callable[[], None]:
        """Let ``callback(message)`` get a room's messages from now on; call what is returned to end that."""
        key = self._key(room)

        def received(_: str, data: Any) -> None:
            callback(ChatMessage(data[0], room, *data[1:]))

        self._pubsub.subscribe(key, received)

        def end() -> None:
            self._pubsub.unsubscribe(key, received)

        return end

    def history(self, room: str, count: int = 50, skip: int = 0) -> list[ChatMessage]:
        """Give a room's newest messages, the oldest of them first."""
        if count < 1 or skip < 0:
            raise InvalidArgument("count must be 1 or more, skip 0 or more")
        found: list[bytes | str] = self._target.lists.lrange(self._key(room), skip, skip + count - 1)
        rows = [JSON.loads(d if isinstance(d, bytes) else d.encode()) for d in reversed(found)]
        return [ChatMessage(row[0], room, *row[1:]) for row in rows]

    def close(self) -> None:
        """End all subscriptions."""
        self._pubsub.stop_listening()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


RedisPubSub = PubSub
ChatSystem = Chat
