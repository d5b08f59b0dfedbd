"""Tasks that run later, once or again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._background import Steps, keep, kept
from playhead.modules._values import JSON, Serializer

__all__ = [
    "DelayedTaskScheduler",
    "DelayedTasks",
    "TaskClaim",
    "TaskReport",
    "TaskState",
    "next_cron_time",
]

TaskStatus: TypeAlias = Literal["scheduled", "running", "completed", "failed", "cancelled"]


class TaskClaim(NamedTuple):
    """A task that was claimed: whoever has the receipt runs it, until the lease ends."""

    id: Id
    type: Id
    data: Any
    due: int
    attempt: int  #: of this run: a fencing token for its effects
    receipt: str
    repeat: bytes  #: how it goes on
    now: int  #: when it was claimed


class TaskState(NamedTuple):
    """What is known of a task."""

    status: TaskStatus
    type: Id
    data: Any
    due: int  #: the time that the present or next run is for; when it ended, if it is over
    attempts: int  #: of that run
    runs: int  #: that have ended
    result: Any  #: of the last run
    error: str  #: what the last run failed with


class TaskReport(NamedTuple):
    """What a step did."""

    claimed: int
    completed: int
    lost: int  #: ran, but somebody else has it, because the lease had ended
    failures: list[tuple[Id, str]]
    look_again: int  #: the longest time after which to look again, if nothing tells that there is more


class DelayedTasks(Steps[_playhead.DelayedTasks]):
    """Tasks that run later; schedulers in any number of processes share them.

    A task that is due is claimed by exactly one; if that one dies, it is claimed again when ``lease``
    has ended, with a greater ``attempt``. A run that fails is tried again after ``retry_unit`` * 2^n,
    up to ``max_retries`` times. A cancellation either comes before the claim, and the task never runs,
    or after it, and that run is the last. Nobody polls: waiting is parked in the store.
    """

    _here: ClassVar = (  # not for coroutines
        "register_handler",
        "step",
        "run_in_background",
        "stop_background",
        "running",
        "start_scheduler",
        "stop_scheduler",
        "__enter__",
    )

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "tasks",
        lease: int = 60_000,
        max_retries: int = 3,
        retry_unit: int = 1_000,
        longest_retry: int = 300_000,
        retention: int = 86_400_000,
        serializer: Serializer = JSON,
    ) -> None:
        self._module = _playhead.DelayedTasks(
            target_of(store),
            prefix=prefix,
            clock=clock,
            name=name,
            lease=lease,
            max_retries=max_retries,
            retry_unit=retry_unit,
            longest_retry=longest_retry,
            retention=retention,
        )
        self._serializer = serializer

    def register_handler(self, task_type: Id, handler: Callable[[Any], Any]) -> None:
        """Let ``handler(data)`` run the tasks of a type; what it returns is the result."""
        dumps, loads = self._serializer.dumps, self._serializer.loads
        self._module.register_handler(task_type, lambda data: dumps(handler(loads(data))))

    def schedule_task(
        self,
        task_type: Id,
        task_data: Any = None,
        delay: int = 0,
        *,
        at: int | None = None,
        every: int = 0,
        cron: str = "",
        utc_offset_minutes: int = 0,
        id: Id | None = None,
    ) -> Id:
        """Schedule a task for a time, or ``delay`` from now; its id.

        It runs again ``every`` so many milliseconds, or at the times of a ``cron`` expression, read by
        a clock ``utc_offset_minutes`` ahead of UTC. A task with that ``id`` that is there stays as it
        is.
        """
        data = self._serializer.dumps(task_data)
        return self._module.schedule_task(task_type, data, at, delay, every, cron, utc_offset_minutes, id)

    def cancel_task(self, task_id: Id) -> Literal["cancelled", "running", "over", "unknown"]:
        """Cancel a task: ``cancelled``, it will not run; ``running``, the run under way is the last."""
        return self._module.cancel_task(task_id)

    def task_state(self, task_id: Id) -> TaskState | None:
        """Tell what is known of a task."""
        found = self._module.task_state(task_id)
        if found is None:
            return None
        status, type_, data, due, attempts, runs, note, failed = found
        result = self._serializer.loads(note) if note and not failed else None
        error = note.decode(errors="replace") if failed else ""
        return TaskState(status, type_, self._serializer.loads(data), due, attempts, runs, result, error)

    def claim(self, count: int = 1) -> list[TaskClaim]:
        """Claim up to ``count`` tasks that are due, the most overdue first."""
        load = self._serializer.loads
        return [TaskClaim(c[0], c[1], load(c[2]), *c[3:]) for c in self._module.claim(count)[0]]

    def complete(self, claim: TaskClaim, result: Any = None) -> bool:
        """Tell that it ran: it is over, or due at its next time. False: the receipt is no good any more."""
        return self._module.complete(_raw(claim), self._serializer.dumps(result))

    def fail(self, claim: TaskClaim, error: str) -> bool:
        """Tell that the run failed: it is tried again, or has failed, or is due at its next time."""
        return self._module.fail(_raw(claim), error.encode(errors="backslashreplace"))

    def step(self) -> TaskReport:
        """Claim one task that is due, run it, and tell what happened. A task without a handler fails."""
        return TaskReport(*self._module.step())

    start_scheduler = Steps.run_in_background
    stop_scheduler = Steps.stop_background

    # Tasks run on, although nobody refers to this object.

    def _register(self) -> None:
        keep(self)

    def _unregister(self) -> None:
        kept.discard(self)


def _raw(claim: TaskClaim) -> tuple[Id, Id, bytes, int, int, str, bytes, int]:
    return (claim.id, claim.type, b"", *claim[3:])


def next_cron_time(cron: str, after: int, utc_offset_minutes: int = 0) -> int:
    """Give the first time that a cron expression names after this one, in Unix milliseconds."""
    return _playhead.DelayedTasks.next_time(cron, after, utc_offset_minutes)


DelayedTaskScheduler = DelayedTasks
