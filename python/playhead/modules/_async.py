"""Calls of modules that coroutines wait for in threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Generic, TypeVar

__all__ = ["AsyncCalls"]

T = TypeVar("T")


class AsyncCalls:
    """Runs calls where the event loop does not wait for them; those of a ``local`` module at once."""

    def __init__(self, name: str, local: bool) -> None:
        self._name, self._local = name, local
        self._calls: ThreadPoolExecutor | None = None
        self._waits: ThreadPoolExecutor | None = None

    async def call(self, function: Callable[..., T], *args: Any) -> T:
        """Run a call."""
        if self._local:
            return function(*args)
        return await self._in(self._threads(), function, *args)

    async def take(self, function: Callable[[], T], undo: Callable[[T], object]) -> T:
        """Run a call; what it gave a task that was cancelled meanwhile is undone."""
        if self._local:
            return function()
        taken, threads = _Taken(function, undo), self._threads()
        try:
            return await self._in(threads, taken.take)
        except asyncio.CancelledError:
            threads.submit(taken.give_up)
            raise

    def _threads(self) -> ThreadPoolExecutor:
        if self._calls is None:
            self._calls = ThreadPoolExecutor(4, self._name)
        return self._calls

    async def wait(self, function: Callable[..., T], *args: Any) -> T:
        """Run a call that waits: apart from the calls, which end the waits."""
        if self._waits is None:
            self._waits = ThreadPoolExecutor(16, f"{self._name}-wait")
        return await self._in(self._waits, function, *args)

    @staticmethod
    async def _in(threads: ThreadPoolExecutor, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, partial(function, *args))


class _Taken(Generic[T]):
    """What a call gave, until the task that wanted it is known to be gone."""

    def __init__(self, function: Callable[[], T], undo: Callable[[T], object]) -> None:
        self._function, self._undo = function, undo
        self._lock = threading.Lock()
        self._result: tuple[T] | None = None
        self._gone = False

    def take(self) -> T:
        result = self._function()
        with self._lock:
            self._result, gone = (result,), self._gone
        if gone:
            self._undo(result)
        return result

    def give_up(self) -> None:
        with self._lock:
            self._gone, result = True, self._result
        if result is not None:
            self._undo(result[0])
