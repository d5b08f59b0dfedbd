"""Waiting without polling: a method that waits is a generator of what it waits for, and this drives it."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import NamedTuple, TypeAlias, TypeVar

from playhead import _playhead

T = TypeVar("T")


class Wait(NamedTuple):
    """Waits for an element of a list, which is taken, or the end of so many milliseconds."""

    key: bytes
    timeout: float

    @property
    def seconds(self) -> float:
        """The timeout as blocking commands take it."""
        return max(self.timeout, 1) / 1000


#: Yields what it waits for, and goes on when that is over, however it ended.
Steps: TypeAlias = Generator[Wait, None, T]


class Limit:
    """How long a call may wait in all: milliseconds, None for ever."""

    def __init__(self, wait: float | None) -> None:
        if wait is not None and not wait >= 0:
            raise _playhead.InvalidArgument(f"wait={wait} is no time; give milliseconds, or None for ever")
        self._end = None if wait is None else time.monotonic() + wait / 1000

    def over(self) -> bool:
        """Whether it has passed."""
        return self._end is not None and time.monotonic() >= self._end

    def at_most(self, span: float) -> float:
        """Give what is left of it, and not more than a span."""
        if self._end is None:
            return span
        return min(span, max(0.0, (self._end - time.monotonic()) * 1000))


def advance(steps: Steps[T]) -> Wait | tuple[T]:
    """Go on until the next wait, or to the result, in a tuple."""
    try:
        return next(steps)
    except StopIteration as end:
        return (end.value,)


def drive(target: _playhead.StoreObject, steps: Steps[T]) -> T:
    """Perform it on this thread; Ctrl-C ends a wait."""
    try:
        while True:
            wait = next(steps)
            target.lists.blpop([wait.key], wait.seconds)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    finally:
        steps.close()
