"""Messages to callbacks on an event loop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Literal, Self

from playhead import modules
from playhead._playhead import Clock
from playhead._types import Id
from playhead.aio._callbacks import inside, perform_on
from playhead.aio._store import Store
from playhead.modules import ChatMessage
from playhead.modules._values import JSON, Serializer

Loop = asyncio.AbstractEventLoop


class _Listens:
    # Calls that may need a callback to end run on a thread: the loop must be free for it.
    _store: Store[Any]
    _module: modules.PubSub | modules.Chat

    async def stop_listening(self) -> None:
        """Remove all callbacks, and end the thread; waits for the callback under way, if that is another."""
        stopping = asyncio.get_running_loop().run_in_executor(None, self._module.stop_listening)
        if not inside.get():
            await stopping

    @property
    def dropped(self) -> int:
        """How many messages were dropped since listening began, because callbacks were slow."""
        return self._module.dropped

    @property
    def listening(self) -> bool:
        """Whether the thread runs that delivers."""
        return self._module.listening

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop_listening()


def _on(loop: Loop, callback: Callable[..., object]) -> Callable[..., None]:
    # Called by the thread that delivers, which waits for the callback: so messages stay in order, and
    # those that come meanwhile are counted by the limit.
    async def call(args: tuple[Any, ...]) -> None:
        result = callback(*args)
        if inspect.isawaitable(result):
            await result

    def deliver(*args: Any) -> None:
        perform_on(loop, lambda: call(args))

    return deliver


def _checked(store: Store[Any]) -> Store[Any]:
    if not isinstance(store, Store):
        raise TypeError(f"store must be a playhead.aio.Store, not {type(store).__name__}")
    return store


class PubSub(_Listens):
    """Callbacks for channels and patterns, functions or coroutine functions, called on the event loop.

    One after the other, in the order of the messages; listening ends with :meth:`stop_listening`. Otherwise
    as :class:`playhead.modules.PubSub`; ``on_error`` is called by a thread.
    """

    _module: modules.PubSub
    _delivers: dict[tuple[Loop, Any], Callable[..., None]]

    @classmethod
    async def open(
        cls,
        store: Store[Any],
        *,
        limit: int = 10_000,
        slow: Literal["drop", "end"] = "drop",
        on_error: Callable[[str], object] | None = None,
        serializer: Serializer = JSON,
    ) -> Self:
        """Make it; callbacks are called on the running loop of who subscribes them."""
        self = cls.__new__(cls)
        self._store = _checked(store)
        self._module = modules.PubSub(
            store.sync, limit=limit, slow=slow, on_error=on_error, serializer=serializer
        )
        self._delivers = {}
        return self

    def _deliver(self, callback: Callable[[Any, Any], object]) -> Callable[..., None]:
        # The same for the same callback, by which it is removed.
        loop = asyncio.get_running_loop()
        return self._delivers.setdefault((loop, callback), _on(loop, callback))

    async def publish(self, channel: Id, message: Any) -> int:
        """Send a message; how many subscriptions it reached."""
        return await self._store._calls.run(self._module.publish, channel, message)

    async def subscribe(self, channel: Id, callback: Callable[[Any, Any], object]) -> None:
        """Let ``callback(channel, message)`` get the messages of a channel from now on."""
        await self._store._calls.run(self._module.subscribe, channel, self._deliver(callback))

    async def psubscribe(self, pattern: Id, callback: Callable[[Any, Any], object]) -> None:
        """The same for all channels that match a pattern (``news.*``)."""
        await self._store._calls.run(self._module.psubscribe, pattern, self._deliver(callback))

    async def unsubscribe(self, channel: Id, callback: Callable[[Any, Any], object] | None = None) -> bool:
        """Remove a callback, or all of a channel; whether there was one."""
        deliver = None if callback is None else self._deliver(callback)
        return await self._store._calls.run(self._module.unsubscribe, channel, deliver)

    async def punsubscribe(self, pattern: Id, callback: Callable[[Any, Any], object] | None = None) -> bool:
        """The same for a pattern."""
        deliver = None if callback is None else self._deliver(callback)
        return await self._store._calls.run(self._module.punsubscribe, pattern, deliver)


class Chat(_Listens):
    """Rooms whose messages reach everybody who listens, by callbacks on the event loop.

    Otherwise as :class:`playhead.modules.Chat`; callbacks are as for :class:`PubSub`.
    """

    _module: modules.Chat

    @classmethod
    async def open(
        cls,
        store: Store[Any],
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        history_limit: int = 1_000,
        limit: int = 10_000,
        slow: Literal["drop", "end"] = "drop",
        on_error: Callable[[str], object] | None = None,
    ) -> Self:
        """Make it; callbacks are called on the running loop of who subscribes them."""
        self = cls.__new__(cls)
        self._store = _checked(store)
        self._module = modules.Chat(
            store.sync,
            prefix=prefix,
            clock=clock,
            history_limit=history_limit,
            limit=limit,
            slow=slow,
            on_error=on_error,
        )
        return self

    async def publish(self, room: Id, text: Any, user: Id = "") -> ChatMessage:
        """Send a message (any JSON) to a room."""
        return await self._store._calls.run(self._module.publish, room, text, user)

    async def subscribe(
        self, room: Id, callback: Callable[[ChatMessage], object]
    ) -> Callable[[], Awaitable[None]]:
        """Let ``callback(message)`` get a room's messages from now on; await what is returned to end that."""
        calls = self._store._calls
        end = await calls.run(self._module.subscribe, room, _on(asyncio.get_running_loop(), callback))
        return lambda: calls.run(end)

    async def history(self, room: Id, count: int = 50, skip: int = 0) -> list[ChatMessage]:
        """Give a room's newest messages but for ``skip``, the oldest of them first."""
        return await self._store._calls.run(self._module.history, room, count, skip)

    async def close(self) -> None:
        """End all subscriptions."""
        await self.stop_listening()
