"""Background parts of modules, which end with the interpreter."""

from __future__ import annotations

import atexit
import threading
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar


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

    _with: ClassVar = ("", "stop_background")
    _module: M

    def _run(self, *args: Any) -> None:
        self._module.run_in_background(*args)
        self._register()

    def _register(self) -> None:
        running.add(self)

    def _unregister(self) -> None:
        running.discard(self)

    def stop_background(self) -> None:
        """Wait for what is under way, then end the threads. Idempotent."""
        self._module.stop_background()
        self._unregister()

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


class Listening(Protocol):
    """A module of the extension whose callbacks get messages."""

    def stop_listening(self) -> None:
        """End it."""

    @property
    def listening(self) -> bool:
        """Whether its thread runs."""

    @property
    def dropped(self) -> int:
        """How many messages were dropped."""


L = TypeVar("L", bound=Listening)


class Listens(Generic[L]):
    """What has callbacks for messages; leaving its ``with`` block ends that."""

    _module: L

    def _keep(self) -> None:
        keep(self)

    def stop_listening(self) -> None:
        """Remove all callbacks, and end the thread; waits for the callback under way. Idempotent."""
        self._module.stop_listening()
        kept.discard(self)

    def stop_background(self) -> None:
        """The same."""
        self.stop_listening()

    @property
    def dropped(self) -> int:
        """How many messages were dropped since listening began, because callbacks were slow."""
        return self._module.dropped

    @property
    def listening(self) -> bool:
        """Whether the thread runs."""
        return self._module.listening

    @property
    def running(self) -> bool:
        """The same."""
        return self.listening

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_listening()


running: weakref.WeakSet[Stoppable] = weakref.WeakSet()


class Kept(Stoppable, Protocol):
    """What runs on, although nobody refers to it."""

    @property
    def running(self) -> bool:
        """Whether it runs."""


kept: set[Kept] = set()


def keep(module: Kept) -> None:
    """Keep it until it is stopped or has ended by itself."""
    for other in list(kept):
        if not other.running:
            kept.discard(other)
    kept.add(module)


_end = threading.Event()


def ending() -> bool:
    """Whether the interpreter ends."""
    return _end.is_set()


@atexit.register
def _stop_all() -> None:
    # No thread may want the interpreter after its end.
    _end.set()
    for module in [*running, *kept]:
        module.stop_background()
