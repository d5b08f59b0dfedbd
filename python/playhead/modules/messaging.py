"""Queues of messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._named import named
from playhead.modules._values import JSON, Serializer
from playhead.modules._waiting import Limit, Steps, Wait, drive

__all__ = [
    "DeadLetter",
    "DeadLetterPage",
    "MessageQueue",
    "MessageState",
    "MessageStatus",
    "QueueStats",
    "ReceivedMessage",
    "ReliableMessageQueue",
]


_StateTuple = tuple[str, int, int, int, int, str, bytes | None, bytes | None]


class MessageStatus(StrEnum):
    """Where a message is."""

    PENDING = "pending"  #: can be received
    DELAYED = "delayed"  #: was sent with a delay that lasts
    PROCESSING = "processing"  #: somebody has received it
    RETRY = "retry"  #: failed, and waits for its next delivery
    COMPLETED = "completed"  #: within the retention
    FAILED = "failed"  #: a dead letter


class ReceivedMessage(NamedTuple):
    """A message that was received: whoever has the receipt owns it until the lease ends."""

    id: Id
    body: Any
    priority: int
    attempt: int  #: how often it was delivered, this time included: a fencing token for its effects
    sent_at: int
    lease_ends: int
    receipt: str


class MessageState(NamedTuple):
    """What is known of a message."""

    status: MessageStatus
    priority: int
    attempts: int
    sent_at: int
    at: int  #: when it can be received, its lease ends, it was completed or died; 0 while pending
    reason: str  #: of the last failure
    progress: Any  #: what :meth:`MessageQueue.extend_message` noted
    result: Any  #: what :meth:`MessageQueue.complete_message` was given

    @property
    def over(self) -> bool:
        """Whether it was completed, or is a dead letter."""
        return self.status in (MessageStatus.COMPLETED, MessageStatus.FAILED)


class DeadLetter(NamedTuple):
    """A message that is delivered no more."""

    id: Id
    body: Any
    reason: str
    priority: int
    attempts: int
    sent_at: int
    died_at: int


class DeadLetterPage(NamedTuple):
    """Dead letters, the latest first."""

    items: list[DeadLetter]
    next: str  #: the cursor of the next page; empty: this is the last one


class QueueStats(NamedTuple):
    """How many messages there are, and what happened since the queue exists."""

    pending: int
    delayed: int  #: for their time, or for the next try
    processing: int
    failed: int
    finished: int
    sent: int
    duplicates: int
    completed: int
    retried: int
    died: int


class MessageQueue:
    """A queue whose messages are not lost when a worker dies: at least once, in the order of priorities.

    A message that was received is hidden for ``lease``; it goes only when its receiver completes it. If the
    lease ends, or processing failed, it comes again after ``retry_unit`` * 2^n (at most ``longest_retry``),
    and after ``max_retries`` it is a dead letter. Among equal priorities the one sent first comes first.
    Values are JSON, or what ``serializer`` makes of them. Every method is one atomic step and one round trip;
    a receive that waits parks in the store. Thread-safe, shared by all processes that give the same name.
    """

    _steps: ClassVar = {
        "receive_message": "_receiving_one",
        "receive_messages": "_receiving",
        "await_message": "_awaiting",
    }

    def __init__(
        self,
        store: Store,
        name: Id,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        lease: int = 30_000,
        max_retries: int = 3,
        retry_unit: int = 1_000,
        longest_retry: int = 300_000,
        dedupe_window: int = 300_000,
        retention: int = 0,
        dead_retention: int = 0,
        serializer: Serializer = JSON,
    ) -> None:
        self._target = target_of(store)
        self._module = _playhead.MessageQueue(
            self._target,
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
        self._signal = self._module.signal_key

    def send_message(
        self,
        message: Any,
        delay: int = 0,
        priority: int = 0,
        *,
        dedupe: Id | None = None,
        id: Id | None = None,
    ) -> Id:
        """Send a message; its id.

        It is received not before ``delay``; greater priorities (-1000 to 1000) come first. If ``dedupe`` is
        known within the window, or a message with that ``id`` is there, nothing is sent, and the result is
        the id of the first.
        """
        body = self._serializer.dumps(message)
        return self._module.send_message(body, priority, delay, dedupe, id)

    def send_messages(self, messages: Iterable[Any], delay: int = 0, priority: int = 0) -> list[Id]:
        """Send 1 to 1000 messages in one step; their ids."""
        dumps = self._serializer.dumps
        return self._module.send_messages([(dumps(m), priority, delay, None, None) for m in messages])

    def receive_message(self, wait: float | None = 0) -> ReceivedMessage | None:
        """Receive a message; if there is none, wait for it up to ``wait`` ms (None: for ever)."""
        return drive(self._target, self._receiving_one(wait))

    def receive_messages(self, count: int = 1, wait: float | None = 0) -> list[ReceivedMessage]:
        """Receive up to ``count`` messages (1 to 1000); if there is none, wait up to ``wait`` ms for one."""
        return drive(self._target, self._receiving(count, wait))

    def _receiving_one(self, wait: float | None = 0) -> Steps[ReceivedMessage | None]:
        messages = yield from self._receiving(1, wait)
        return messages[0] if messages else None

    def _receiving(self, count: int = 1, wait: float | None = 0) -> Steps[list[ReceivedMessage]]:
        limit = Limit(wait)
        while True:
            found, look_again = self._module.look(count)
            if found or limit.over():
                return [self._received(message) for message in found]
            yield Wait(self._signal, limit.at_most(look_again))

    def _give_back(self, result: list[ReceivedMessage] | ReceivedMessage | MessageState | None) -> None:
        # What was received for a task that was cancelled meanwhile.
        if isinstance(result, ReceivedMessage):
            self.release_message(result)
        elif isinstance(result, list):
            for message in result:
                self.release_message(message)

    def _received(self, message: tuple[Id, bytes, int, int, int, int, str]) -> ReceivedMessage:
        return named(ReceivedMessage, (message[0], self._load_body(message[1]), *message[2:]))

    def _load_body(self, body: bytes) -> Any:
        return self._serializer.loads(body)

    def complete_message(self, message: ReceivedMessage, result: Any = None) -> bool:
        """Tell that it was processed: it goes, or is kept with the result for ``retention``.

        False: the receipt is no good any more, because the lease has ended and somebody else has the message.
        """
        data = b"" if result is None else self._serializer.dumps(result)
        return self._module.complete_message(message.id, message.receipt, data)

    def complete_messages(self, messages: Sequence[ReceivedMessage]) -> list[bool]:
        """The same for 1 to 1000 messages in one step."""
        return self._module.complete_messages([(m.id, m.receipt) for m in messages])

    def fail_message(
        self, message: ReceivedMessage, error_message: str = "", after: int | None = None
    ) -> bool:
        """Tell that processing failed: it comes again ``after`` so long (None: 2^n), or is a dead letter."""
        return self._module.fail_message(message.id, message.receipt, _encoded(error_message), after)

    def reject_message(self, message: ReceivedMessage, error_message: str = "") -> bool:
        """Tell that it can never be processed: it is a dead letter at once."""
        return self._module.reject_message(message.id, message.receipt, _encoded(error_message))

    def release_message(self, message: ReceivedMessage) -> bool:
        """Give it back: it can be received at once, and the delivery does not count."""
        return self._module.release_message(message.id, message.receipt)

    def extend_message(
        self, message: ReceivedMessage, lease: int | None = None, progress: Any = None
    ) -> int | None:
        """Let its lease end ``lease`` from now; when that is, or None if the receipt is no good any more.

        ``progress``, if given, is noted in its state.
        """
        noted = None if progress is None else self._serializer.dumps(progress)
        return self._module.extend_message(message.id, message.receipt, lease, noted)

    def message_state(self, message_id: Id) -> MessageState | None:
        """Tell what is known of a message; None if it is not there, or was completed and not kept."""
        return self._state(self._module.message_state(message_id))

    def await_message(self, message_id: Id, wait: float | None = None) -> MessageState | None:
        """Wait until a message is over, up to ``wait`` ms (None: for ever); what is known of it then.

        None: it is not there, or was completed and is not kept. Parked in the store: who ends the message
        wakes those who wait.
        """
        return drive(self._target, self._awaiting(message_id, wait))

    def _awaiting(self, message_id: Id, wait: float | None = None) -> Steps[MessageState | None]:
        limit, done, waited = Limit(wait), self._module.done_key(message_id), False
        while True:
            found, look_again = self._module.look_for(message_id)
            state = self._state(found)
            over = state is None or state.over
            if over and waited:
                self._module.wake_next(message_id)
            if over or limit.over():
                return state
            waited = True
            yield Wait(done, limit.at_most(look_again))

    def _state(self, found: _StateTuple | None) -> MessageState | None:
        if found is None:
            return None
        status, priority, attempts, sent_at, at, reason, progress, result = found
        load = self._serializer.loads
        return MessageState(
            MessageStatus(status),
            priority,
            attempts,
            sent_at,
            at,
            reason,
            None if progress is None else load(progress),
            None if result is None else load(result),
        )

    def cleanup_expired_messages(self) -> int:
        """Fail messages whose lease has ended, at most 1000; how many. Receiving does the same."""
        return self._module.cleanup_expired_messages()

    def get_queue_stats(self) -> QueueStats:
        """Count."""
        return QueueStats(*self._module.get_queue_stats())

    def dead_letters(self, cursor: str = "", count: int = 50) -> DeadLetterPage:
        """Give dead letters, the latest first; ``cursor`` is ``next`` of the page before."""
        items, next_ = self._module.dead_letters(cursor, count)
        load = self._load_body
        return DeadLetterPage([DeadLetter(d[0], load(d[1]), *d[2:]) for d in items], next_)

    def requeue(self, message_ids: Iterable[Id] = ()) -> int:
        """Send dead letters again, as new messages: those named, or else the oldest 1000. How many."""
        return self._module.requeue(list(message_ids))

    def discard(self, message_ids: Iterable[Id] = ()) -> int:
        """Drop dead letters for good: those named, or else the oldest 1000. How many."""
        return self._module.discard(list(message_ids))


def _encoded(text: str) -> bytes:
    return text.encode(errors="backslashreplace")


ReliableMessageQueue = MessageQueue
