"""Threads that work, and wait in the store for more; they end with the interpreter."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from playhead import _playhead
from playhead._playhead import Closed, Error, InvalidArgument
from playhead.modules._background import running

PAUSE = 1.0  #: seconds until the next try after the store has failed


class Threads:
    """So many threads that repeat ``work()``, until they are stopped.

    ``work()`` gives how many milliseconds there is nothing to do, unless a signal comes; 0: go on. What it
    raises goes to ``on_error``; what is no Exception ends the thread.
    """

    def __init__(
        self,
        target: _playhead.StoreObject,
        signal: bytes,
        work: Callable[[], float],
        on_error: Callable[[str], object] | None,
    ) -> None:
        self._target, self._signal, self._work, self._on_error = target, signal, work, on_error
        self._stop_key = signal + b":stop:" + secrets.token_hex(16).encode()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, count: int, name: str) -> None:
        """Start them."""
        for i in range(count):
            thread = threading.Thread(target=self._run, name=f"{name} {i}", daemon=True)
            self._threads.append(thread)
            thread.start()
        running.add(self)

    @property
    def alive(self) -> int:
        """How many run."""
        return sum(thread.is_alive() for thread in self._threads)

    def stop_background(self) -> None:
        """Wait for the end of all."""
        self.stop(None)

    def stop(self, timeout: float | None) -> int:
        """Let nobody begin anything; wait up to ``timeout`` ms for those who work; how many still do."""
        if threading.current_thread() in self._threads:
            raise InvalidArgument("a handler cannot end the thread that it runs on; stop it from another one")
        self._stopping.set()
        with suppress(Error):  # a store that was closed wakes them too
            batch = self._target.batch()
            batch.lists.rpush(self._stop_key, *[b"1"] * len(self._threads))
            batch.keys.expire(self._stop_key, 60)
            batch.run()
        end = None if timeout is None else time.monotonic() + timeout / 1000
        for thread in self._threads:
            thread.join(None if end is None else max(0.0, end - time.monotonic()))
        running.discard(self)
        return self.alive

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def _tell(self, error: Exception) -> None:
        if self._on_error is not None:
            self._on_error(str(error) or type(error).__name__)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if pause := self._work():
                    self._target.lists.blpop([self._signal, self._stop_key], max(pause, 1) / 1000)
            except Closed as error:
                self._tell(error)
                return
            except Exception as error:
                self._tell(error)
                self._stopping.wait(PAUSE)
