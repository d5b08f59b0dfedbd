"""Background parts of modules, which end with the interpreter."""

from __future__ import annotations

import atexit
import weakref
from typing import Protocol


class Stoppable(Protocol):
    """What runs in the background."""

    def stop_background(self) -> None:
        """Wait for its end."""


running: weakref.WeakSet[Stoppable] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    # No thread may want the interpreter after its end.
    for module in list(running):
        module.stop_background()
