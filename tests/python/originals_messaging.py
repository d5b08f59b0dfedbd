"""An example of every original of the group: what is done with a store."""

from collections.abc import Callable

import playhead
from playhead.modules import MessageQueue, MessageStatus, ReceivedMessage, ReliableMessageQueue


def _received(queue: MessageQueue) -> ReceivedMessage:
    message = queue.receive_message()
    assert message is not None
    return message


def message_status(store: playhead.Store) -> None:
    queue = MessageQueue(store, "main")
    state = queue.message_state(queue.send_message("m"))
    assert state is not None
    assert state.status is MessageStatus.PENDING


def reliable_message_queue(store: playhead.Store) -> None:
    queue = ReliableMessageQueue(store, "main", max_retries=3, lease=30_000)
    assert queue.get_queue_stats().pending == 0


def send_message(store: playhead.Store) -> None:
    queue = ReliableMessageQueue(store, "main")
    queue.send_message({"type": "order", "order_id": "ORD-12345"}, delay=60_000, priority=1)
    assert queue.get_queue_stats().delayed == 1


def receive_message(store: playhead.Store) -> None:
    queue = ReliableMessageQueue(store, "main")
    queue.send_message({"type": "order"})
    message = queue.receive_message(wait=10_000)
    assert message is not None
    assert message.body == {"type": "order"}


def complete_message(store: playhead.Store) -> None:
    queue = ReliableMessageQueue(store, "main")
    queue.send_message("m")
    message = _received(queue)
    assert queue.complete_message(message)
    assert not queue.complete_message(message)


def fail_message(store: playhead.Store) -> None:
    queue = ReliableMessageQueue(store, "main", max_retries=0)
    queue.send_message("m")
    assert queue.fail_message(_received(queue), "broken")
    assert queue.dead_letters().items[0].reason == "broken"


def cleanup_expired_messages(store: playhead.Store) -> None:
    clock = playhead.ManualClock()
    queue = ReliableMessageQueue(store, "main", clock=clock)
    queue.send_message("m")
    _received(queue)
    clock.advance(30_000)
    assert queue.cleanup_expired_messages() == 1


def get_queue_stats(store: playhead.Store) -> None:
    queue = ReliableMessageQueue(store, "main")
    queue.send_message("m")
    _received(queue)
    assert queue.get_queue_stats().processing == 1


EXAMPLES: dict[str, Callable[[playhead.Store], object]] = {
    "001 MessageStatus": message_status,
    "001 ReliableMessageQueue": reliable_message_queue,
    "001 ReliableMessageQueue.send_message": send_message,
    "001 ReliableMessageQueue.receive_message": receive_message,
    "001 ReliableMessageQueue.complete_message": complete_message,
    "001 ReliableMessageQueue.fail_message": fail_message,
    "001 ReliableMessageQueue.cleanup_expired_messages": cleanup_expired_messages,
    "001 ReliableMessageQueue.get_queue_stats": get_queue_stats,
}
