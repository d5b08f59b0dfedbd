"""Functions of callers, coroutine functions among them, that modules call on threads."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from playhead._types import Id
from playhead.modules import _background

__all__ = ["Asked", "Table", "VideoDatabase", "coroutine_of", "inside", "on_thread", "perform_on"]

T = TypeVar("T")
Loop = asyncio.AbstractEventLoop
Row = Mapping[str, Any]
LOOK = 1.0  #: seconds after which a thread that waits for a loop looks whether that has ended

#: Whether this task is a callback, for which the end of its module cannot wait.
inside: contextvars.ContextVar[bool] = contextvars.ContextVar("playhead callback", default=False)
_tasks: set[asyncio.Task[Any]] = set()  # callbacks under way: loops keep no reference


class Table(Protocol):
    """Rows of a database; its methods are functions, called on threads, or coroutine functions."""

    def get(self, id: Id) -> Row | Awaitable[Row | None] | None:
        """Give a row, None if there is none."""

    def put(self, id: Id, row: Any) -> object:
        """Insert or replace a row."""


class VideoDatabase(Protocol):
    """Where videos and users are; its methods are functions, called on threads, or coroutine functions."""

    def get_video_by_id(self, video_id: Id) -> Row | Awaitable[Row | None] | None:
        """Give a video's row."""

    def update_video(self, video_id: Id, update_data: Row) -> object:
        """Change columns of a video."""

    def get_user_by_id(self, user_id: Id) -> Row | Awaitable[Row | None] | None:
        """Give a user's row."""


def perform_on(loop: Loop, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Perform a coroutine as a task of a loop; this thread waits for its end.

    Raises what it raises, and TimeoutError or RuntimeError if the loop ends before it.
    """
    ended: Future[T] = Future()

    def settle(task: asyncio.Task[T]) -> None:
        _tasks.discard(task)
        if task.cancelled():
            ended.cancel()
        elif (error := task.exception()) is not None:
            ended.set_exception(error)
        else:
            ended.set_result(task.result())

    async def perform() -> T:
        inside.set(True)
        return await call()

    def start() -> None:
        task = loop.create_task(perform())
        _tasks.add(task)
        task.add_done_callback(settle)

    loop.call_soon_threadsafe(start)
    while True:
        try:
            return ended.result(LOOK)
        except TimeoutError:
            if ended.done() or loop.is_closed() or _background.ending():
                raise


def on_loop(loop: Loop, function: Callable[..., Any]) -> Callable[..., Any]:
    """Let threads call a function and get what it gives, awaited on the loop if that is to be awaited.

    Once the loop has ended it raises CancelledError, which ends what runs in the background.
    """

    def call(*args: Any) -> Any:
        result = function(*args)
        if not inspect.isawaitable(result):
            return result

        async def awaited() -> Any:
            return await result

        try:
            return perform_on(loop, awaited)
        except (RuntimeError, TimeoutError):
            if not loop.is_closed() and not _background.ending():
                raise
            if inspect.iscoroutine(result) and inspect.getcoroutinestate(result) == inspect.CORO_CREATED:
                result.close()
            raise asyncio.CancelledError("the event loop has ended") from None

    return call


class Asked:
    """A function, or an object with methods, that threads call, see :func:`on_loop`."""

    def __init__(self, loop: Loop, given: Any) -> None:
        self._loop, self._given = loop, given

    def __call__(self, *args: Any) -> Any:
        return on_loop(self._loop, self._given)(*args)

    def __getattr__(self, name: str) -> Any:
        return on_loop(self._loop, getattr(self._given, name))


def coroutine_of(function: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Make a coroutine function, which calls a plain function on a thread."""
    if inspect.iscoroutinefunction(function):
        return function

    async def call(*args: Any) -> Any:
        result = await on_thread(lambda: function(*args))
        return await result if inspect.isawaitable(result) else result

    return call


class _Threads:
    """Calls on threads of their own: they may wait for one another, for which few threads would not do."""

    def __init__(self) -> None:
        self._under_way: set[threading.Thread] = set()

    def start(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            finally:
                self._under_way.discard(threading.current_thread())

        # No daemon would be waited for before the functions that Python calls at its end, which stop them.
        thread = threading.Thread(target=run, name="playhead-aio-call", daemon=True)
        self._under_way.add(thread)
        thread.start()

    def stop_background(self) -> None:
        """Wait for their end."""
        for thread in list(self._under_way):
            thread.join()


_threads = _Threads()
_background.running.add(_threads)


async def on_thread(call: Callable[[], T]) -> T:
    """Perform a call that waits on a thread of its own.

    A task that is cancelled does not wait for it; the call goes on.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[tuple[T | None, BaseException | None]] = loop.create_future()
    context = contextvars.copy_context()

    def settle(result: T | None, error: BaseException | None) -> None:
        if not ended.done():
            ended.set_result((result, error))

    def work() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = context.run(call)
        except BaseException as raised:
            error = raised
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            return  # the loop has ended, and whoever waited there

    _threads.start(work)
    result, error = await ended
    if error is not None:
        raise error
    return result  # type: ignore[return-value]
