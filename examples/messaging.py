"""Orders that are sent to a queue, processed by workers, and followed by a mail on the next morning."""

import sys

import playhead
from playhead.modules import Chat, DelayedTasks, TaskQueue, current_task

with playhead.open(sys.argv[1] if len(sys.argv) > 1 else "memory://") as store:
    tasks = TaskQueue(store, "orders")

    @tasks.register_task("order")
    def process_order(order: dict[str, str]) -> str:
        """Pack and ship an order."""
        current_task().progress("packed")
        return "shipped " + order["id"]

    order = tasks.enqueue("order", {"id": "ORD-1"}, dedupe="ORD-1")
    assert tasks.enqueue("order", {"id": "ORD-1"}, dedupe="ORD-1") == order
    with tasks.workers(2):
        print(tasks.wait(order, timeout=20_000))

    later = DelayedTasks(store)
    mail = later.schedule_task("mail", {"to": "alice"}, cron="0 9 * * mon-fri", utc_offset_minutes=60)
    print(later.task_state(mail))
    print("cancelled:", later.cancel_task(mail))

    with Chat(store) as chat:
        chat.publish("support", "where is my order?", user="alice")
        print([message.text for message in chat.history("support")])
