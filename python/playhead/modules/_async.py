"""Calls of modules that coroutines wait for in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

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
        if self._calls is None:
            self._calls = ThreadPoolExecutor(4, self._name)
        return await self._in(self._calls, function, *args)

    async def wait(self, function: Callable[..., T], *args: Any) -> T:
        """Run a call that waits: apart from the calls, which end the waits."""
        if self._waits is None:
            self._waits = ThreadPoolExecutor(16, f"{self._name}-wait")
        return await self._in(self._waits, function, *args)

    @staticmethod
    async def _in(threads: ThreadPoolExecutor, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, partial(function, *args))
