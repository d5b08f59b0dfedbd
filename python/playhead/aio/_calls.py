"""How an event loop performs calls that may wait: on a few threads, or parked in the store."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from playhead import _playhead
from playhead._types import Message

T = TypeVar("T")
P = ParamSpec("P")
Loop = asyncio.AbstractEventLoop
Waiting: TypeAlias = _playhead.Parked | _playhead.SessionCall
RawMessage: TypeAlias = tuple[str, bytes | None, bytes, bytes, int]

# A task whose calls are all answered at once would keep the loop from its other tasks. So one call of so many
# lets them run first, when it can still be cancelled without an effect.
TURN = 128
calls = itertools.count(1)


async def next_message(some: asyncio.Event, poll: Callable[[], RawMessage | None]) -> Message:
    """Wait until ``poll()`` gives a message; ``some`` is set when there is one, or when no more will come.

    Cancelled, it loses none.
    """
    while True:
        some.clear()
        item = poll()
        if item is not None:
            return Message(*item)
        await some.wait()


async def within(timeout: float | None, receive: Callable[[], Awaitable[Message]]) -> Message | None:
    """Wait for a message, at most ``timeout`` seconds (None: for ever); None if there was none."""
    if timeout is not None and timeout != timeout:
        raise _playhead.InvalidArgument("timeout is not a number")
    if not next(calls) % TURN:
        await asyncio.sleep(0)
    try:
        async with asyncio.timeout(timeout):
            return await receive()
    except TimeoutError:
        return None


class Ready:
    """Tells one event loop what became ready in the store's threads, which never need the GIL for it."""

    def __init__(self, target: _playhead.StoreObject, loop: Loop) -> None:
        self.queue = _playhead.ReadyQueue()
        self.collector = target.batch()  #: where blocking calls are collected, one at a time
        self._wake: dict[int, Callable[[], object]] = {}
        self._last = 0
        loop.add_reader(self.queue.fileno(), self.look)

    def add(self, wake: Callable[[], object]) -> int:
        """Give an id whose readiness calls ``wake()`` on the loop."""
        self._last += 1
        self._wake[self._last] = wake
        return self._last

    def remove(self, id: int) -> None:
        """Forget an id."""
        self._wake.pop(id, None)

    def look(self) -> None:
        """Wake whoever waits for what is ready."""
        for id in self.queue.take():
            if wake := self._wake.get(id):
                wake()


class Calls:
    """The calls of one store object. Without threads, calls are performed at once: they do not wait."""

    def __init__(self, target: _playhead.StoreObject, threads: ThreadPoolExecutor | None) -> None:
        self._target, self._threads = target, threads
        self._ready: WeakKeyDictionary[Loop, Ready] = WeakKeyDictionary()

    @property
    def waits(self) -> bool:
        """Whether calls may wait, and have threads for that."""
        return self._threads is not None

    @staticmethod
    async def open(threads: ThreadPoolExecutor | None, *args: Any) -> _playhead.StoreObject:
        """Open a store; the pool ends if that fails."""
        if threads is None:
            return _playhead.open(*args)
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, _playhead.open, *args)
        except BaseException:
            threads.shutdown(wait=False)
            raise

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Perform a call that takes no longer than the disk or the network."""
        if self._threads is None:
            if not next(calls) % TURN:
                await asyncio.sleep(0)
            return function(*args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, partial(function, *args, **kwargs)
        )

    def ready(self) -> Ready:
        """What tells the running loop of this store."""
        loop = asyncio.get_running_loop()
        found = self._ready.get(loop)
        if found is None:
            found = self._ready[loop] = Ready(self._target, loop)
        return found

    async def wait(self, family: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Perform a blocking operation, which waits in the store."""

        def park(ready: Ready, id: int) -> _playhead.Parked:
            getattr(getattr(ready.collector, family.lower()), method)(*args, **kwargs)
            return _playhead.Parked(ready.collector, ready.queue, id)

        return await self.perform(park)

    async def perform(self, begin: Callable[[Ready, int], Waiting]) -> Any:
        """Perform what may wait in the store, made by ``begin(ready, id)``.

        A task that is cancelled meanwhile gets its CancelledError, and what it was served nevertheless is put
        back. Only if the store refuses that, the cancellation is dropped and the reply returned.
        """
        if not next(calls) % TURN:
            await asyncio.sleep(0)
        ready = self.ready()
        served = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not served.done():
                served.set_result(None)

        id = ready.add(wake)
        try:
            return await self._wait(begin(ready, id), served, ready)
        finally:
            ready.remove(id)

    async def _wait(self, parked: Waiting, served: asyncio.Future[None], ready: Ready) -> Any:
        begun = self._submit(parked.start)
        try:
            await self._ended(begun)
            ready.look()  # it may have been served at once
            if not served.done():
                await asyncio.wait((served,), timeout=parked.timeout)
            if not served.done() and await self._ended(self._submit(parked.cancel)):
                return None
            await served
        except asyncio.CancelledError:
            if await self._settle(parked, begun):
                raise
        return parked.result()

    def _submit(self, function: Callable[[], T]) -> Future[T]:
        if self._threads is not None:
            return self._threads.submit(function)
        done: Future[T] = Future()
        try:
            done.set_result(function())
        except BaseException as error:
            done.set_exception(error)
        return done

    async def _ended(self, future: Future[T]) -> T:
        # Shielded: cancelling the task must not cancel a call that has perhaps begun.
        return future.result() if future.done() else await asyncio.shield(asyncio.wrap_future(future))

    async def _settle(self, parked: Waiting, begun: Future[None]) -> bool:
        def settle() -> bool:
            begun.exception()  # waits for it; one that failed left nothing behind
            return parked.settle()

        settled = asyncio.wrap_future(self._submit(settle))
        while not settled.done():
            try:
                await asyncio.wait((settled,))
            except asyncio.CancelledError:
                continue  # it is being settled, which takes no longer than a call
        return settled.result()


class CallsInTurn(Calls):
    """The calls of a transaction, one after the other."""

    def __init__(self, target: _playhead.StoreObject, like: Calls) -> None:
        super().__init__(target, like._threads)
        self._turn = asyncio.Lock()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Perform a call once those before it have ended."""
        async with self._turn:
            return await super().run(function, *args, **kwargs)
