"""Workers that process the messages of a queue, and tasks by name."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

from playhead import _playhead
from playhead._playhead import Clock, InvalidArgument
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._background import keep, kept
from playhead.modules._values import JSON, Serializer
from playhead.modules._waiting import Steps, drive
from playhead.modules.messaging import MessageQueue, MessageState, MessageStatus, QueueStats, ReceivedMessage

__all__ = [
    "ReliableMessageProcessor",
    "Task",
    "TaskQueue",
    "TaskResult",
    "Workers",
    "current_task",
]

F = TypeVar("F", bound=Callable[..., Any])


class Task:
    """The message that a handler works on."""

    def __init__(self, module: _playhead.Task, message: ReceivedMessage, serializer: Serializer) -> None:
        self._module, self.message, self._serializer = module, message, serializer

    @property
    def id(self) -> Id:
        """The id of the message."""
        return self.message.id

    @property
    def attempt(self) -> int:
        """How often it was delivered, this time included: a fencing token for effects."""
        return self.message.attempt

    @property
    def lost(self) -> bool:
        """Whether somebody else has it by now, or may have it, because the lease had ended."""
        return self._module.lost

    def progress(self, value: Any) -> bool:
        """Note how far it is, and extend the lease; False: it is lost."""
        return self._module.progress(self._serializer.dumps(value))


_current: contextvars.ContextVar[Task] = contextvars.ContextVar("playhead task")


def current_task() -> Task:
    """Give the task that the calling handler works on; LookupError outside of one."""
    return _current.get()


def _run(task: Task, handle: Callable[[Any], Any], data: Any) -> bytes:
    token = _current.set(task)
    try:
        result = handle(data)
    finally:
        _current.reset(token)
    return b"" if result is None else task._serializer.dumps(result)


class Workers:
    """Threads that process the messages of a queue: ``handle(body)`` of each, whose result completes it.

    While a handler runs, a heartbeat extends its lease three times in a lease, so that a message comes again
    soon after its worker has died, and not before. A handler that raises fails its message, which is tried
    again, and at last is a dead letter; what is no Exception, such as the SystemExit of sys.exit(), gives the
    message back and ends the thread. Idle workers are parked in the store. They end with the interpreter.
    """

    def __init__(
        self,
        queue: MessageQueue,
        handle: Callable[[Any], Any],
        on_error: Callable[[str], object] | None = None,
    ) -> None:
        received, serializer = queue._received, queue._serializer

        def process(module: _playhead.Task) -> bytes:
            message = received(module.message)
            return _run(Task(module, message, serializer), handle, message.body)

        self._module = _playhead.Workers(queue._module, process, on_error)

    @classmethod
    def _of(cls, module: _playhead.Workers) -> Self:
        self = cls.__new__(cls)
        self._module = module
        return self

    def start(self, count: int = 3) -> None:
        """Start so many threads (1 to 1000)."""
        self._module.start(count)
        keep(self)

    def stop(self, wait: float | None = None) -> int:
        """Receive no more, and wait up to ``wait`` ms (None: for ever) for the handlers; how many still run.

        Their leases are extended until they end.
        """
        left = self._module.stop(wait)
        if left == 0:
            kept.discard(self)
        return left

    def stop_background(self) -> None:
        """Stop them, and wait for the handlers."""
        self.stop()

    @property
    def running(self) -> bool:
        """Whether threads run."""
        return self._module.running

    def step(self) -> bool:
        """Receive one message and process it on this thread; whether there was one."""
        return self._module.step()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class ReliableMessageProcessor:
    """Workers that hand messages to handlers by their ``type``; a message without a handler fails."""

    def __init__(self, queue: MessageQueue, on_error: Callable[[str], object] | None = None) -> None:
        self._handlers: dict[str, Callable[[Any], Any]] = {}
        self.workers = Workers(queue, _dispatcher(self._handlers), on_error)

    def register_handler(self, message_type: str, handler: Callable[[Any], Any]) -> None:
        """Let ``handler(message)`` process the messages of a type."""
        self._handlers[message_type] = handler

    def start_workers(self, num_workers: int = 3) -> None:
        """Start threads."""
        self.workers.start(num_workers)

    def stop_workers(self, wait: float | None = None) -> int:
        """Stop them gracefully: see :meth:`Workers.stop`."""
        return self.workers.stop(wait)


def _dispatcher(handlers: dict[str, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def handle(message: Any) -> Any:
        kind = message.get("type") if isinstance(message, dict) else None
        handler = handlers.get(kind) if isinstance(kind, str) else None
        if handler is None:
            raise InvalidArgument(f"no handler for messages of type {kind!r}")
        return handler(message)

    return handle


class TaskResult(NamedTuple):
    """What became of a task so far."""

    status: MessageStatus
    attempts: int
    progress: Any  #: what the handler noted last
    result: Any  #: what it returned
    error: str  #: what the last run failed with

    @property
    def over(self) -> bool:
        """Whether it was completed, or has failed for good."""
        return self.status in (MessageStatus.COMPLETED, MessageStatus.FAILED)


class _Messages(MessageQueue):
    # The messages of a queue of tasks: the body of each is [name, data].

    def __init__(
        self, target: _playhead.StoreObject, module: _playhead.MessageQueue, serializer: Serializer
    ) -> None:
        self._target, self._module, self._serializer = target, module, serializer
        self._signal = module.signal_key

    def _load_body(self, body: bytes) -> Any:
        name, data = _playhead.TaskQueue.parse(body)
        return [name, self._serializer.loads(data)]


class TaskQueue:
    """Tasks by name, processed by workers in any number of processes; a killed worker loses none.

    ::

        tasks = TaskQueue(store)

        @tasks.register_task("send_email")
        def send_email(data): ...

        id = tasks.enqueue("send_email", {"email": "user@example.com"})
        with tasks.workers(3):
            result = tasks.wait(id, timeout=5000)

    Results are kept for ``retention``. A task runs at least once: make its effects idempotent, or let them
    compare ``current_task().attempt``. :attr:`queue` gives its messages: dead letters, and so on.
    """

    _steps: ClassVar = {"wait": "_waiting"}
    _here: ClassVar = ("register_task", "workers", "process_tasks")  # not for coroutines

    def __init__(
        self,
        store: Store,
        name: Id = "default",
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        lease: int = 30_000,
        max_retries: int = 3,
        retry_unit: int = 1_000,
        longest_retry: int = 300_000,
        dedupe_window: int = 300_000,
        retention: int = 86_400_000,
        dead_retention: int = 0,
        serializer: Serializer = JSON,
    ) -> None:
        target = target_of(store)
        self._module = _playhead.TaskQueue(
            target,
            name,
            prefix=prefix,
            clock=clock,
            lease=lease,
            max_retries=max_retries,
            retry_unit=retry_unit,
            longest_retry=longest_retry,
            dedupe_window=dedupe_window,
            retention=retention,
            dead_retention=dead_retention,
        )
        self._serializer = serializer
        self.queue: MessageQueue = _Messages(target, self._module.queue, serializer)

    def register_task(self, task_name: Id) -> Callable[[F], F]:
        """Let the decorated function run the tasks of a name: ``function(data)``."""
        received, serializer = self.queue._received, self._serializer

        def decorator(function: F) -> F:
            def process(data: bytes, module: _playhead.Task) -> bytes:
                task = Task(module, received(module.message), serializer)
                return _run(task, function, serializer.loads(data))

            self._module.register_task(task_name, process)
            return function

        return decorator

    def enqueue(
        self,
        task_name: Id,
        task_data: Any = None,
        delay: int = 0,
        *,
        priority: int = 0,
        dedupe: Id | None = None,
        id: Id | None = None,
    ) -> Id:
        """Enqueue a task; its id. The options are those of :meth:`MessageQueue.send_message`."""
        data = self._serializer.dumps(task_data)
        return self._module.enqueue(task_name, data, delay, priority, dedupe, id)

    def result(self, task_id: Id) -> TaskResult | None:
        """Tell what became of a task; None: it is not known, or no longer."""
        return _result(self.queue.message_state(task_id))

    def wait(self, task_id: Id, timeout: float | None = None) -> TaskResult | None:
        """Wait until a task is over, up to ``timeout`` ms (None: for ever); what became of it by then.

        None: it is not known, or no longer. Parked in the store: who ends the task wakes those who wait.
        """
        return drive(self.queue._target, self._waiting(task_id, timeout))

    def _waiting(self, task_id: Id, timeout: float | None = None) -> Steps[TaskResult | None]:
        return _result((yield from self.queue._awaiting(task_id, timeout)))

    def _give_back(self, result: TaskResult | None) -> None:
        pass  # a result that nobody wants any more is still there

    def workers(self, count: int = 3, on_error: Callable[[str], object] | None = None) -> Workers:
        """Start workers, which are stopped at the end of a ``with`` block."""
        workers = Workers._of(self._module.workers(on_error))
        workers.start(count)
        return workers

    def process_tasks(self, limit: int | None = None) -> int:
        """Process tasks on this thread until there is none that can be run; how many. At most ``limit``."""
        return self._module.process_tasks(limit)

    def stats(self) -> QueueStats:
        """Count the tasks."""
        return self.queue.get_queue_stats()


def _result(state: MessageState | None) -> TaskResult | None:
    if state is None:
        return None
    return TaskResult(state.status, state.attempts, state.progress, state.result, state.reason)
