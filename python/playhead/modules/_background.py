"""Background parts of modules, which end with the interpreter."""

from __future__ import annotations

import atexit
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar


class Stoppable(Protocol):
    """What runs in the background."""

    def stop_background(self) -> None:
        """Wait for its end."""


class Background(Stoppable, Protocol):
    """A module of the extension that has a background part."""

    def run_in_background(self, *args: Any) -> None:
        """Begin."""

    @property
    def running(self) -> bool:
        """Whether it runs."""


M = TypeVar("M", bound=Background)


class Stops(Generic[M]):
    """What has a background part; leaving its ``with`` block ends that."""

    _module: M

    def _run(self, *args: Any) -> None:
        self._module.run_in_background(*args)
        running.add(self)

    def stop_background(self) -> None:
        """Wait for what is under way, then end the threads. Idempotent."""
        self._module.stop_background()
        running.discard(self)

    @property
    def running(self) -> bool:
        """Whether the background part runs."""
        return self._module.running

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_background()


class Steps(Stops[M]):
    """What can step on a thread of its own."""

    def run_in_background(self, on_error: Callable[[str], object] | None = None) -> None:
        """Step on a thread of its own until :meth:`stop_background` or the end of the interpreter.

        The thread sleeps until there is something to do. Errors go to ``on_error``, and the thread goes on.
        But what is no Exception ends it, such as the SystemExit of sys.exit() in a callback.
        """
        self._run(on_error)


running: weakref.WeakSet[Stoppable] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    # No thread may want the interpreter after its end.
    for module in list(running):
        module.stop_background()
