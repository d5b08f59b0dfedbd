"""Workers that process the messages of a queue, and tasks by name."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from playhead._playhead import Clock, Error, InvalidArgument
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._threads import Threads
from playhead.modules._values import JSON, Serializer
from playhead.modules.messaging import MessageQueue, MessageStatus, QueueStats, ReceivedMessage

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

    def __init__(self, queue: MessageQueue, message: ReceivedMessage) -> None:
        self._queue, self.message = queue, message
        self.lost = False  #: somebody else has it by now, because the lease had ended

    @property
    def id(self) -> Id:
        """The id of the message."""
        return self.message.id

    @property
    def attempt(self) -> int:
        """How often it was delivered, this time included: a fencing token for effects."""
        return self.message.attempt

    def progress(self, value: Any) -> bool:
        """Note how far it is, and extend the lease; False: it is lost."""
        return self._extend(value)

    def _extend(self, progress: Any = None) -> bool:
        if self._queue.extend_message(self.message, progress=progress) is None:
            self.lost = True
        return not self.lost


_current: contextvars.ContextVar[Task] = contextvars.ContextVar("playhead task")


def current_task() -> Task:
    """Give the task that the calling handler works on; LookupError outside of one."""
    return _current.get()


class Workers:
    """Threads that process the messages of a queue: ``handle(body)`` of each, whose result completes it.

    While a handler runs, a heartbeat extends its lease three times in a lease, so that a message comes again
    soon after its worker has died, and not before. A handler that raises fails its message, which is tried
    again, and at last is a dead letter. They end with the interpreter.
    """

    def __init__(
        self,
        queue: MessageQueue,
        handle: Callable[[Any], Any],
        on_error: Callable[[str], object] | None = None,
    ) -> None:
        self._queue, self._handle, self._on_error = queue, handle, on_error
        self._threads: Threads | None = None
        self._guard = threading.Lock()
        self._working: set[Task] = set()
        self._ended = threading.Event()

    def start(self, count: int = 3) -> None:
        """Start so many threads (1 to 1000)."""
        if self.running:
            raise InvalidArgument("these workers run already")
        if not 1 <= count <= 1000:
            raise InvalidArgument(f"count={count} is outside 1..1000")
        self._ended.clear()
        self._threads = Threads(self._queue._target, self._queue._signal, self._work, self._on_error)
        self._threads.start(count, "playhead worker")
        threading.Thread(target=self._beat, name="playhead heartbeat", daemon=True).start()

    def stop(self, wait: float | None = None) -> int:
        """Receive no more, and wait up to ``wait`` ms (None: for ever) for the handlers; how many still run.

        What they work on comes again when its lease has ended.
        """
        left = 0 if self._threads is None else self._threads.stop(wait)
        self._ended.set()
        return left

    @property
    def running(self) -> bool:
        """Whether threads run."""
        return self._threads is not None and self._threads.alive > 0

    def step(self) -> bool:
        """Receive one message and process it on this thread; whether there was one."""
        return not self._work()

    def _work(self) -> float:
        found, look_again = self._queue._module.look(1)
        if not found:
            return look_again
        self._process(Task(self._queue, self._queue._received(found[0])))
        return 0

    def _process(self, task: Task) -> None:
        with self._guard:
            self._working.add(task)
        token = _current.set(task)
        try:
            result = self._handle(task.message.body)
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            self._queue.fail_message(task.message, message)
            if self._on_error is not None:
                self._on_error(message)
        except BaseException:  # sys.exit(): the worker ends, others go on with the message
            self._queue.release_message(task.message)
            raise
        else:
            self._queue.complete_message(task.message, result)
        finally:
            _current.reset(token)
            with self._guard:
                self._working.discard(task)

    def _beat(self) -> None:
        while not self._ended.wait(self._queue._lease / 3000):
            with self._guard:
                working = list(self._working)
            for task in working:
                try:
                    task._extend()
                except Error as error:
                    if self._on_error is not None:
                        self._on_error(str(error))

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
        self.workers = Workers(queue, self._handle, on_error)

    def register_handler(self, message_type: str, handler: Callable[[Any], Any]) -> None:
        """Let ``handler(message)`` process the messages of a type."""
        self._handlers[message_type] = handler

    def start_workers(self, num_workers: int = 3) -> None:
        """Start threads."""
        self.workers.start(num_workers)

    def stop_workers(self, wait: float | None = None) -> int:
        """Stop them gracefully: see :meth:`Workers.stop`."""
        return self.workers.stop(wait)

    def _handle(self, message: Any) -> Any:
        kind = message.get("type") if isinstance(message, dict) else None
        handler = self._handlers.get(kind) if isinstance(kind, str) else None
        if handler is None:
            raise InvalidArgument(f"no handler for messages of type {kind!r}")
        return handler(message)


class TaskResult(NamedTuple):
    """What became of a task so far."""

    status: MessageStatus
    attempts: int
    progress: Any  #: what the handler noted last
    result: Any  #: what it returned
    error: str  #: what the last run failed with


class TaskQueue:
    """Tasks by name, processed by workers in any number of processes; a killed worker loses none.

    ::

        tasks = TaskQueue(store)

        @tasks.register_task("send_email")
        def send_email(data): ...

        tasks.enqueue("send_email", {"email": "user@example.com"})
        with tasks.workers(3): ...

    Results are kept for ``retention``. A task runs at least once: make its effects idempotent, or let them
    compare ``current_task().attempt``.
    """

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
        retention: int = 86_400_000,
        serializer: Serializer = JSON,
    ) -> None:
        target_of(store)
        self.queue = MessageQueue(
            store,
            name,
            prefix=prefix + ".tasks",
            clock=clock,
            lease=lease,
            max_retries=max_retries,
            retry_unit=retry_unit,
            retention=retention,
            serializer=serializer,
        )
        self._handlers: dict[str, Callable[[Any], Any]] = {}

    def register_task(self, task_name: str) -> Callable[[F], F]:
        """Let the decorated function run the tasks of a name: ``function(data)``."""

        def decorator(function: F) -> F:
            self._handlers[task_name] = function
            return function

        return decorator

    def enqueue(
        self,
        task_name: str,
        task_data: Any = None,
        delay: int = 0,
        *,
        priority: int = 0,
        dedupe: Id | None = None,
    ) -> Id:
        """Enqueue a task; its id."""
        return self.queue.send_message([task_name, task_data], delay, priority, dedupe=dedupe)

    def result(self, task_id: Id) -> TaskResult | None:
        """Tell what became of a task; None: it is not known, or no longer."""
        state = self.queue.message_state(task_id)
        if state is None:
            return None
        return TaskResult(state.status, state.attempts, state.progress, state.result, state.reason)

    def workers(self, count: int = 3, on_error: Callable[[str], object] | None = None) -> Workers:
        """Start workers, which are stopped at the end of a ``with`` block."""
        workers = Workers(self.queue, self._handle, on_error)
        workers.start(count)
        return workers

    def process_tasks(self, limit: int | None = None) -> int:
        """Process tasks on this thread until there is none that can be run; how many. At most ``limit``."""
        worker, done = Workers(self.queue, self._handle), 0
        while (limit is None or done < limit) and worker.step():
            done += 1
        return done

    def stats(self) -> QueueStats:
        """Count the tasks."""
        return self.queue.get_queue_stats()

    def _handle(self, body: Any) -> Any:
        name, data = body
        handler = self._handlers.get(name)
        if handler is None:
            raise InvalidArgument(f"no task is registered as {name!r}")
        return handler(data)
