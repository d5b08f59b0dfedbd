"""Sessions for asyncio."""

from __future__ import annotations

import asyncio
from typing import Any, Self

from playhead import _playhead
from playhead._session import SessionState
from playhead._types import Data, Message
from playhead.aio._calls import Calls, next_message, within


class Session(SessionState):
    """A Redis client's connection above a store: what :class:`playhead.Session` is, in coroutines.

    It is used on the event loop that began it, and performs one command at a time; others wait for their
    turn. An asynchronous context manager that closes itself.
    """

    def __init__(self, session: _playhead.Session, calls: Calls, some: asyncio.Event, id: int) -> None:
        self._session, self._calls, self._some, self._id = session, calls, some, id
        self._turn = asyncio.Lock()

    @classmethod
    async def begin(cls, target: _playhead.StoreObject, calls: Calls, limit: int) -> Self:
        """See :meth:`playhead.aio.Store.session`."""
        ready, some = calls.ready(), asyncio.Event()
        id = ready.add(some.set)
        try:
            session = await calls.run(_playhead.Session, target, limit, ready.queue, id)
        except BaseException:
            ready.remove(id)
            raise
        return cls(session, calls, some, id)

    async def execute(self, *args: Data) -> Any:
        """Perform a command; raises :class:`CommandError` if it is refused.

        A task that is cancelled while its command waits leaves nothing behind: what the command was served is
        put back. A cancelled command of another kind may still happen.
        """
        async with self._turn:
            return await self._calls.perform(
                lambda ready, id: _playhead.SessionCall(self._session, args, ready.queue, id)
            )

    async def message(self, timeout: float | None = None) -> Message | None:
        """Wait for the next message or confirmation, at most ``timeout`` seconds (None: for ever).

        None if there was none. A task that is cancelled meanwhile loses no message. When all have been read,
        raises :class:`InvalidArgument` if the session is closed, and :class:`Closed` if its store is.
        """
        return await within(timeout, lambda: next_message(self._some, self._session.poll))

    async def close(self) -> None:
        """End the session once its command has ended: its subscriptions, watches, transaction. Idempotent."""
        async with self._turn:
            self._calls.ready().remove(self._id)
            try:
                await self._calls.run(self._session.close)
            finally:
                self._some.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
