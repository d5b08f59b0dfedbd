"""Messages to everybody who listens, and chat rooms with a history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._background import Listens
from playhead.modules._values import JSON, Serializer

__all__ = ["Chat", "ChatMessage", "ChatSystem", "PubSub", "RedisPubSub"]

Callback = Callable[[Any, Any], object]  #: of the channel, str or bytes if it is not UTF-8, and the message
Subscriptions = dict[bytes, list[tuple[Callback, int]]]


class PubSub(Listens[_playhead.MessageBus]):
    """Callbacks for channels and patterns, which may come and go while messages arrive.

    One thread calls them, in the order of the messages; it begins with the first subscription and ends
    with :meth:`stop_listening` or the interpreter. A channel is subscribed when :meth:`subscribe`
    returns. Up to ``limit`` messages wait for callbacks that are slow; then, by ``slow``, the oldest
    are dropped and counted in :attr:`dropped` (``drop``), or listening ends (``end``). What a callback
    raises goes to ``on_error``, and the others are called; what is no Exception ends listening. Messages
    are JSON; what is none arrives as str, or as bytes if it is not UTF-8. Channels are the store's: they
    have no prefix. Delivery is at most once: who does not listen misses it.
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
        self._module = _playhead.MessageBus(target_of(store), limit, slow, on_error)
        self._serializer = serializer
        self._channels: Subscriptions = {}
        self._patterns: Subscriptions = {}

    def publish(self, channel: Id, message: Any) -> int:
        """Send a message; how many subscriptions it reached."""
        return self._module.publish(channel, self._serializer.dumps(message))

    def subscribe(self, channel: Id, callback: Callback) -> None:
        """Let ``callback(channel, message)`` get the messages of a channel from now on."""
        id_ = self._module.subscribe(channel, self._receiver(callback))
        self._channels.setdefault(_bytes(channel), []).append((callback, id_))
        self._keep()

    def psubscribe(self, pattern: Id, callback: Callback) -> None:
        """The same for all channels that match a pattern (``news.*``)."""
        id_ = self._module.psubscribe(pattern, self._receiver(callback))
        self._patterns.setdefault(_bytes(pattern), []).append((callback, id_))
        self._keep()

    def unsubscribe(self, channel: Id, callback: Callback | None = None) -> bool:
        """Remove a callback, or all of a channel; whether there was one. It is called no more afterwards.

        Except for the call that is under way, on whatever thread.
        """
        if callback is None:
            self._channels.pop(_bytes(channel), None)
            return self._module.unsubscribe_all(channel)
        return self._remove(self._channels.get(_bytes(channel), []), callback)

    def punsubscribe(self, pattern: Id, callback: Callback | None = None) -> bool:
        """The same for a pattern."""
        if callback is None:
            self._patterns.pop(_bytes(pattern), None)
            return self._module.punsubscribe_all(pattern)
        return self._remove(self._patterns.get(_bytes(pattern), []), callback)

    def _remove(self, subscriptions: list[tuple[Callback, int]], callback: Callback) -> bool:
        for subscription in subscriptions:
            if subscription[0] == callback:
                subscriptions.remove(subscription)
                return self._module.unsubscribe(subscription[1])
        return False

    def _receiver(self, callback: Callback) -> Callable[[Id, bytes], None]:
        serializer = self._serializer

        def receive(channel: Id, data: bytes) -> None:
            callback(channel, _value(serializer, data))

        return receive


class ChatMessage(NamedTuple):
    """A message of a room."""

    id: str
    room: Id
    user: Id
    text: Any
    at: int


class Chat(Listens[_playhead.Chat]):
    """Rooms whose messages reach everybody who listens, and whose newest ``history_limit`` are kept.

    Keeping a message and sending it are one step and one round trip. Listeners get the messages of each
    sender in their order; those of several who send at the same moment may reach them in another order than
    the history has, except on Redis. ``limit``, ``slow`` and ``on_error`` are as for :class:`PubSub`.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        history_limit: int = 1_000,
        limit: int = 10_000,
        slow: Literal["drop", "end"] = "drop",
        on_error: Callable[[str], object] | None = None,
    ) -> None:
        self._module = _playhead.Chat(
            target_of(store),
            prefix=prefix,
            clock=clock,
            history_limit=history_limit,
            limit=limit,
            slow=slow,
            on_error=on_error,
        )

    def publish(self, room: Id, text: Any, user: Id = "") -> ChatMessage:
        """Send a message (any JSON) to a room."""
        return _message(self._module.publish(room, JSON.dumps(text), user))

    def subscribe(self, room: Id, callback: Callable[[ChatMessage], object]) -> Callable[[], None]:
        """Let ``callback(message)`` get a room's messages from now on; call what is returned to end that."""
        module = self._module
        id_ = module.subscribe(room, lambda message: callback(_message(message)))
        self._keep()

        def end() -> None:
            module.unsubscribe(id_)

        return end

    def history(self, room: Id, count: int = 50, skip: int = 0) -> list[ChatMessage]:
        """Give a room's newest messages but for ``skip``, the oldest of them first."""
        return [_message(message) for message in self._module.history(room, count, skip)]

    def close(self) -> None:
        """End all subscriptions."""
        self.stop_listening()


def _bytes(name: Id) -> bytes:
    return name.encode() if isinstance(name, str) else name


def _value(serializer: Serializer, data: bytes) -> Any:
    try:
        return serializer.loads(data)
    except ValueError:
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data


def _message(message: tuple[str, Id, Id, bytes, int]) -> ChatMessage:
    id_, room, user, text, at = message
    return ChatMessage(id_, room, user, JSON.loads(text), at)


RedisPubSub = PubSub
ChatSystem = Chat
