"""An example of every original of the group: what is done with a store."""

import threading
from collections.abc import Callable

import playhead
from playhead.modules import (
    Chat,
    ChatSystem,
    DelayedTasks,
    DelayedTaskScheduler,
    MessageQueue,
    MessageStatus,
    PubSub,
    ReceivedMessage,
    RedisPubSub,
    ReliableMessageProcessor,
    ReliableMessageQueue,
    TaskQueue,
)


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


def publish_and_hear(store: playhead.Store) -> None:
    heard, some = [], threading.Event()

    def message_handler(channel: str, message: object) -> None:
        heard.append((channel, message))
        some.set()

    with RedisPubSub(store) as pubsub:
        pubsub.subscribe("notifications", message_handler)
        assert pubsub.publish("notifications", {"type": "info"}) == 1
        assert some.wait(20)
    assert heard == [("notifications", {"type": "info"})]


def unsubscribe(store: playhead.Store) -> None:
    with PubSub(store) as pubsub:
        pubsub.subscribe("alerts", print)
        assert pubsub.unsubscribe("alerts", print)
        assert not pubsub.unsubscribe("alerts")


def stop_listening(store: playhead.Store) -> None:
    pubsub = PubSub(store)
    pubsub.subscribe("alerts", print)
    assert pubsub.listening
    pubsub.stop_listening()
    assert not pubsub.listening


def chat(store: playhead.Store) -> None:
    heard, some = [], threading.Event()

    def received(message: object) -> None:
        heard.append(message)
        some.set()

    with ChatSystem(store) as chat:
        chat.subscribe("room", received)
        sent = chat.publish("room", "hello", user="alice")
        assert some.wait(20)
        assert heard == [sent]
        assert chat.history("room") == [sent]


def chat_publish(store: playhead.Store) -> None:
    with Chat(store) as chat:
        assert chat.publish("room", "hello").text == "hello"


def scheduler(store: playhead.Store) -> None:
    ran = threading.Event()
    with DelayedTaskScheduler(store) as tasks:
        tasks.register_handler("send_email", lambda _: ran.set())
        tasks.start_scheduler()
        tasks.schedule_task("send_email", {"email": "user@example.com"})
        assert ran.wait(20)
        tasks.stop_scheduler()
        assert not tasks.running


def schedule_task(store: playhead.Store) -> None:
    tasks = DelayedTasks(store)
    id_ = tasks.schedule_task("send_email", {"email": "user@example.com"}, delay=300_000)
    state = tasks.task_state(id_)
    assert state is not None
    assert state.status == "scheduled"


def cancel_task(store: playhead.Store) -> None:
    tasks = DelayedTasks(store)
    assert tasks.cancel_task(tasks.schedule_task("cleanup_temp_files", delay=86_400_000)) == "cancelled"


def register_handler(store: playhead.Store) -> None:
    tasks = DelayedTasks(store)
    tasks.register_handler("cleanup_temp_files", lambda data: "cleaned " + data["directory"])
    id_ = tasks.schedule_task("cleanup_temp_files", {"directory": "/tmp/uploads"})
    assert tasks.step().completed == 1
    state = tasks.task_state(id_)
    assert state is not None
    assert state.result == "cleaned /tmp/uploads"


def processor(store: playhead.Store) -> None:
    done = threading.Event()
    queue = ReliableMessageQueue(store, "main_queue", retention=60_000)
    processor = ReliableMessageProcessor(queue)

    def order_handler(message: dict[str, str]) -> str:
        done.set()
        return message["order_id"]

    processor.register_handler("order", order_handler)
    processor.start_workers(num_workers=5)
    id_ = queue.send_message({"type": "order", "order_id": "ORD-12345"})
    assert done.wait(20)
    processor.stop_workers()
    state = queue.message_state(id_)
    assert state is not None
    assert state.result == "ORD-12345"


def task_queue(store: playhead.Store) -> None:
    tasks = TaskQueue(store)

    @tasks.register_task("send_email")
    def send_email_task(data: dict[str, str]) -> str:
        return "sent to " + data["email"]

    id_ = tasks.enqueue("send_email", {"email": "user@example.com"})
    assert tasks.process_tasks() == 1
    result = tasks.result(id_)
    assert result is not None
    assert result.result == "sent to user@example.com"


def start_worker(store: playhead.Store) -> None:
    done = threading.Event()
    tasks = TaskQueue(store)
    tasks.register_task("process_image")(lambda _: done.set())
    with tasks.workers(3):
        tasks.enqueue("process_image", {"image_path": "/uploads/photo.jpg"})
        assert done.wait(20)


EXAMPLES: dict[str, Callable[[playhead.Store], object]] = {
    "001 MessageStatus": message_status,
    "001 ReliableMessageQueue": reliable_message_queue,
    "001 ReliableMessageQueue.send_message": send_message,
    "001 ReliableMessageQueue.receive_message": receive_message,
    "001 ReliableMessageQueue.complete_message": complete_message,
    "001 ReliableMessageQueue.fail_message": fail_message,
    "001 ReliableMessageQueue.cleanup_expired_messages": cleanup_expired_messages,
    "001 ReliableMessageQueue.get_queue_stats": get_queue_stats,
    "001 RedisPubSub": publish_and_hear,
    "001 RedisPubSub.publish": publish_and_hear,
    "001 RedisPubSub.subscribe": publish_and_hear,
    "001 RedisPubSub.unsubscribe": unsubscribe,
    "001 RedisPubSub.start_listening": stop_listening,
    "001 RedisPubSub.start_listening.listen": publish_and_hear,
    "001 RedisPubSub.stop_listening": stop_listening,
    "001 message_handler": publish_and_hear,
    "001 ChatSystem": chat,
    "001 ChatSystem.subscribe": chat,
    "001 ChatSystem.publish": chat_publish,
    "001 DelayedTaskScheduler": scheduler,
    "001 DelayedTaskScheduler.register_handler": register_handler,
    "001 DelayedTaskScheduler.schedule_task": schedule_task,
    "001 DelayedTaskScheduler.cancel_task": cancel_task,
    "001 DelayedTaskScheduler.start_scheduler": scheduler,
    "001 DelayedTaskScheduler.stop_scheduler": scheduler,
    "001 send_email_handler": scheduler,
    "001 cleanup_temp_files_handler": register_handler,
    "001 ReliableMessageProcessor": processor,
    "001 ReliableMessageProcessor.register_handler": processor,
    "001 ReliableMessageProcessor.start_workers": processor,
    "001 ReliableMessageProcessor.stop_workers": processor,
    "001 order_handler": processor,
    "001 TaskQueue": task_queue,
    "001 TaskQueue.register_task": task_queue,
    "001 TaskQueue.register_task.decorator": task_queue,
    "001 TaskQueue.enqueue": task_queue,
    "001 TaskQueue.process_tasks": task_queue,
    "001 send_email_task": task_queue,
    "001 process_image_task": start_worker,
    "001 start_worker": start_worker,
}
