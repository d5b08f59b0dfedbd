"""Locks that processes share."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from playhead import _playhead
from playhead._playhead import Clock, Error
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._waiting import Limit, Steps, Wait, drive

__all__ = [
    "Lock",
    "LockError",
    "LockGrant",
    "LockState",
    "RedisDistributedLock",
    "Redlock",
    "ReentrantLock",
    "ReentrantRedisLock",
]


class LockError(Error):
    """A lock was not to be had."""


class LockGrant(NamedTuple):
    """A lock that was acquired."""

    token: int  #: fencing token: greater than that of every grant before
    ends: int  #: when the lease ends


class LockState(NamedTuple):
    """How a lock is."""

    held: bool
    ends: int
    holds: int  #: how often its owner has acquired it
    token: int  #: of the last grant
    waiting: int


class _Held:
    """What is held within a ``with`` block."""

    _with: ClassVar = ("acquire", "release")  # what begins the block, and what ends it

    if TYPE_CHECKING:

        def acquire(self) -> LockGrant | None: ...
        def release(self) -> bool: ...

    def _entered(self, grant: LockGrant | None) -> None:
        if grant is None:
            raise LockError("the lock was not to be had; try again later")

    def __enter__(self) -> Self:
        self._entered(self.acquire())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class Lock(_Held):
    """A lock by name, held for ``lease`` by one owner at a time, in all processes on the store.

    Waiters are parked in the store and get it in the order in which they came; one that has vanished holds up
    the others for its ``patience``. ``auto_renew``: a thread extends it while it is held. An object is one
    owner, and holds it once. A holder that outlasts its lease is not stopped by anybody: let what the lock
    protects refuse a fencing token that is smaller than one it has seen. ``with`` waits for ever.
    """

    _steps: ClassVar = {"acquire": "_acquiring"}
    _kind: ClassVar[Any] = _playhead.Lock

    def __init__(
        self,
        store: Store,
        name: Id,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        lease: int = 10_000,
        auto_renew: bool = False,
        patience: int = 10_000,
    ) -> None:
        self._target = target_of(store)
        self._module: _playhead.Lock | _playhead.ReentrantLock = self._kind(
            self._target,
            name,
            prefix=prefix,
            clock=clock,
            lease=lease,
            auto_renew=auto_renew,
            patience=patience,
        )

    def acquire(self, wait: float | None = None) -> LockGrant | None:
        """Acquire it, waiting up to ``wait`` ms (None: for ever; 0: not at all); None: it was not free."""
        return drive(self._target, self._acquiring(wait))

    def _acquiring(self, wait: float | None = None) -> Steps[LockGrant | None]:
        limit, me = Limit(wait), self._module.attempt()
        signal = self._module.signal_key(me)
        waits = False
        try:
            while True:
                last = limit.over()
                grant, look_again = self._module.look(me, not last)
                if grant is not None:
                    waits = False
                    return LockGrant(*grant)
                if last:
                    return None
                waits = True
                yield Wait(signal, limit.at_most(look_again))
        finally:
            if waits:
                self._module.leave(me)

    def _give_back(self, result: LockGrant | None) -> None:
        # What was acquired for a task that was cancelled meanwhile.
        if result is not None:
            self.release()

    def release(self) -> bool:
        """Release it; False: it was not held, or its lease had ended."""
        return self._module.release()

    def extend(self, lease: int | None = None) -> int | None:
        """Let the lease end ``lease`` from now; when that is. None: it is not held any more."""
        return self._module.extend(lease)

    def held(self) -> LockGrant | None:
        """Tell what this object holds, as far as it knows: the lease may have ended."""
        grant = self._module.held()
        return None if grant is None else LockGrant(*grant)

    def state(self) -> LockState:
        """Tell how the lock is, whoever has it."""
        return LockState(*self._module.state())


class ReentrantLock(Lock):
    """A lock that its owner, a thread of a process, may acquire again; free once released as often.

    In ``playhead.aio.modules`` the owner is a task. Otherwise as :class:`Lock`.
    """

    _kind: ClassVar[Any] = _playhead.ReentrantLock
    _acting: ClassVar = staticmethod(_playhead.acting_for)


class Redlock(_Held):
    """A lock over several stores that fail on their own: held by whoever holds it on more than half of them.

    The time that acquiring took, and what clocks may differ by (``drift_permille`` of the lease, and 2
    ms), are taken off the lease. A store that fails counts as one that refuses. Limits: a clock that
    runs faster, a holder that is stopped for longer than its lease, or a store that forgets what it
    granted make two holders; so let what it protects compare fencing tokens, which grow with each
    grant. Stores are asked one after the other: give them short timeouts.
    """

    _slow: ClassVar = frozenset({"acquire", "release", "extend"})

    def __init__(
        self,
        stores: Sequence[Store],
        name: Id,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        lease: int = 10_000,
        retry_count: int = 3,
        retry_delay: int = 200,
        drift_permille: int = 10,
    ) -> None:
        self._module = _playhead.Redlock(
            [target_of(store) for store in stores],
            name,
            prefix=prefix,
            clock=clock,
            lease=lease,
            retry_count=retry_count,
            retry_delay=retry_delay,
            drift_permille=drift_permille,
        )

    def acquire(self) -> LockGrant | None:
        """Try ``retry_count`` times; None: others had it each time, or too few answered."""
        grant = self._module.acquire()
        return None if grant is None else LockGrant(*grant)

    def release(self) -> bool:
        """Release it on all stores; False: it was held on none of them any more."""
        return self._module.release()

    def extend(self) -> int | None:
        """Begin the lease again; when it ends. None: it is lost, and was released."""
        return self._module.extend()

    def held(self) -> LockGrant | None:
        """Tell what this object holds, as far as it knows."""
        grant = self._module.held()
        return None if grant is None else LockGrant(*grant)

    def _give_back(self, result: LockGrant | int | bool | None) -> None:
        if isinstance(result, LockGrant):
            self.release()


RedisDistributedLock = Lock
ReentrantRedisLock = ReentrantLock
