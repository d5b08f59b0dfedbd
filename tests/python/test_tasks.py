"""Delayed tasks, workers and publish/subscribe from Python."""

import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

import playhead
from playhead.modules import (
    Chat,
    DelayedTasks,
    MessageQueue,
    MessageStatus,
    PubSub,
    TaskQueue,
    TaskResult,
    Workers,
    current_task,
    next_cron_time,
)


def test_a_task_runs_when_it_is_due(store: playhead.Store, clock: playhead.ManualClock) -> None:
    tasks = DelayedTasks(store, clock=clock)
    tasks.register_handler("add", lambda data: sum(data))
    id_ = tasks.schedule_task("add", [1, 2], delay=1000)
    assert tasks.step()[:2] == (0, 0)
    clock.advance(1000)
    assert tasks.step().completed == 1
    state = tasks.task_state(id_)
    assert state is not None
    assert (state.status, state.data, state.result, state.error, state.runs) == (
        "completed",
        [1, 2],
        3,
        "",
        1,
    )
    assert tasks.cancel_task(id_) == "over"


def test_a_task_that_raises_is_tried_again(store: playhead.Store, clock: playhead.ManualClock) -> None:
    tasks = DelayedTasks(store, clock=clock, max_retries=1)

    def broken(_: object) -> None:
        raise RuntimeError("broken")

    tasks.register_handler("t", broken)
    id_ = tasks.schedule_task("t", every=10_000)
    assert tasks.step().failures == [(id_, "RuntimeError: broken")]
    clock.advance(2_000)
    tasks.step()
    state = tasks.task_state(id_)
    assert state is not None
    assert (state.status, state.error, state.due) == (
        "scheduled",
        "RuntimeError: broken",
        clock.now() + 8_000,
    )
    claims = tasks.claim()
    assert claims == []
    clock.advance(8_000)
    (claim,) = tasks.claim()
    assert tasks.cancel_task(id_) == "running"
    assert tasks.complete(claim, "last")
    assert not tasks.fail(claim, "")


def test_cron_times() -> None:
    assert next_cron_time("0 9 * * mon", 1_763_842_500_000) == 1_763_974_800_000
    assert next_cron_time("0 9 * * mon", 1_763_842_500_000, 330) == 1_763_955_000_000
    with pytest.raises(playhead.InvalidArgument, match="cron"):
        next_cron_time("never", 0)


def test_the_background_scheduler_is_woken_and_ends(store: playhead.Store) -> None:
    ran: list[Any] = []
    some = threading.Event()
    errors: list[str] = []

    def handler(data: object) -> None:
        ran.append(data)
        some.set()

    with DelayedTasks(store) as tasks:
        tasks.register_handler("t", handler)
        tasks.run_in_background(errors.append)
        DelayedTasks(store).schedule_task("other")
        DelayedTasks(store).schedule_task("t", 1, delay=20)
        assert some.wait(20)
        with pytest.raises(playhead.InvalidArgument, match="runs"):
            tasks.run_in_background()
    assert ran == [1]
    assert not tasks.running
    assert len(errors) == 1
    assert "no handler" in errors[0]


def test_workers_process_tasks_with_progress_and_results(store: playhead.Store) -> None:
    tasks = TaskQueue(store, retry_unit=0)
    seen: list[object] = []

    @tasks.register_task("double")
    def double(n: int) -> int:
        assert current_task().progress({"percent": 50})
        result = tasks.result(current_task().id)
        assert result is not None
        seen.append(result.progress)
        return 2 * n

    @tasks.register_task("flaky")
    def flaky(_: object) -> str:
        if current_task().attempt == 1:
            raise RuntimeError("try again")
        return "ok"

    ids = [tasks.enqueue("double", i) for i in range(5)] + [tasks.enqueue("flaky"), tasks.enqueue("unknown")]
    with tasks.workers(3):
        end = time.monotonic() + 20
        while tasks.stats().finished < 6 or tasks.stats().failed < 1:
            assert time.monotonic() < end
    results = [tasks.result(i) for i in ids]
    assert [r.result for r in results if r] == [0, 2, 4, 6, 8, "ok", None]
    last = results[-1]
    assert last is not None
    assert last.status is MessageStatus.FAILED
    assert "no task is registered" in last.error
    assert seen == [{"percent": 50}] * 5
    assert [letter.body for letter in tasks.queue.dead_letters().items] == [["unknown", None]]
    with pytest.raises(LookupError):
        current_task()


def test_a_heartbeat_keeps_a_long_task_with_its_worker(store: playhead.Store) -> None:
    queue = MessageQueue(store, "q", lease=600)
    begun, finish = threading.Event(), threading.Event()
    attempts: list[int] = []

    def handle(_: object) -> None:
        attempts.append(current_task().attempt)
        begun.set()
        assert finish.wait(20)

    with Workers(queue, handle) as workers:
        queue.send_message("m")
        workers.start(2)
        assert begun.wait(20)
        end = store.now() + 800
        while store.now() < end:
            assert queue.receive_message() is None
        limit = time.monotonic() + 20
        while workers.stop(wait=1) > 1:  # the one that is idle ends
            assert time.monotonic() < limit
        assert workers.running
        finish.set()
    assert attempts == [1]


def test_stopping_waits_for_what_is_worked_on(store: playhead.Store) -> None:
    queue = MessageQueue(store, "q")
    begun, finish = threading.Event(), threading.Event()
    done: list[object] = []

    def handle(body: object) -> None:
        begun.set()
        assert finish.wait(20)
        done.append(body)

    workers = Workers(queue, handle)
    workers.start(1)
    queue.send_messages(["a", "b"])
    assert begun.wait(20)
    threading.Timer(0.05, finish.set).start()
    assert workers.stop() == 0
    assert done == ["a"]
    assert queue.get_queue_stats().pending == 1
    assert not workers.running


def test_sys_exit_in_a_handler_gives_the_task_back_and_ends_the_worker(store: playhead.Store) -> None:
    tasks = TaskQueue(store)
    leave = True

    @tasks.register_task("t")
    def run(_: object) -> int:
        if leave:
            sys.exit("enough")
        return current_task().attempt

    id_ = tasks.enqueue("t")
    with pytest.raises(SystemExit, match="enough"):
        tasks.process_tasks()
    errors: list[str] = []
    workers = tasks.workers(1, errors.append)
    while workers.running:
        time.sleep(0)
    assert workers.stop() == 0
    assert errors == ["SystemExit: enough"]
    leave = False
    assert tasks.process_tasks() == 1
    result = tasks.result(id_)
    assert result is not None
    assert result.result == 1


def test_ctrl_c_ends_the_waiting_for_workers(store: playhead.Store) -> None:
    queue = MessageQueue(store, "q")
    begun, finish = threading.Event(), threading.Event()

    def handle(_: object) -> None:
        begun.set()
        assert finish.wait(20)

    workers = Workers(queue, handle)
    workers.start(1)
    queue.send_message("m")
    assert begun.wait(20)
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        workers.stop()
    timer.join()
    finish.set()
    assert workers.stop() == 0
    assert queue.get_queue_stats().completed == 1


# ---- waiting for a task


def test_several_threads_wait_for_a_task(store: playhead.Store) -> None:
    tasks = TaskQueue(store, lease=3_600_000)
    tasks.register_task("double")(lambda n: 2 * n)
    id_ = tasks.enqueue("double", 21)
    pending = tasks.wait(id_, timeout=5)
    assert pending is not None
    assert not pending.over
    results: list[TaskResult | None] = []
    threads = [threading.Thread(target=lambda: results.append(tasks.wait(id_))) for _ in range(4)]
    for thread in threads:
        thread.start()
    with tasks.workers(1):
        for thread in threads:
            thread.join()
    assert [r.result for r in results if r and r.over] == [42] * 4
    assert tasks.wait("unknown") is None
    with pytest.raises(playhead.InvalidArgument, match="wait=-1"):
        tasks.wait(id_, timeout=-1)


def test_who_waits_for_a_task_of_a_dead_worker_gets_the_result_of_the_next(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    tasks = TaskQueue(store, clock=clock, lease=50, retry_unit=0)
    tasks.register_task("t")(lambda _: current_task().attempt)
    id_ = tasks.enqueue("t")
    assert tasks.queue.receive_message() is not None  # and its worker dies
    results: list[TaskResult | None] = []
    waiter = threading.Thread(target=lambda: results.append(tasks.wait(id_)))
    waiter.start()
    assert tasks.process_tasks() == 0
    clock.advance(50)
    while tasks.process_tasks() == 0:
        time.sleep(0)
    waiter.join()
    assert [r.result for r in results if r] == [2]


def test_a_task_that_fails_for_good_ends_the_waiting(store: playhead.Store) -> None:
    tasks = TaskQueue(store, max_retries=0)
    tasks.register_task("t")(lambda _: 1 // 0)
    id_ = tasks.enqueue("t")
    with tasks.workers(1):
        result = tasks.wait(id_, timeout=20_000)
    assert result is not None
    assert result.status is MessageStatus.FAILED
    assert result.error.startswith("ZeroDivisionError: ")
    state = tasks.queue.await_message(id_)
    assert state is not None
    assert state.over


def test_ctrl_c_ends_the_waiting_for_a_task(store: playhead.Store) -> None:
    tasks = TaskQueue(store)
    id_ = tasks.enqueue("t")
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        tasks.wait(id_)
    timer.join()


WORKER = """
import os, sys, playhead
from playhead.modules import TaskQueue
store = playhead.open(sys.argv[1])
tasks = TaskQueue(store, lease=200, retry_unit=0)
@tasks.register_task("die")
def die(data):
    if os.path.exists(data):
        return "survived"
    open(data, "w").close()
    os.kill(os.getpid(), 9)
tasks.workers(1)
import time
while tasks.stats().finished == 0: time.sleep(0.01)
"""


def test_a_task_of_a_killed_process_is_run_by_another(redis_url: str, tmp_path: Any) -> None:
    with playhead.open(redis_url) as store:
        tasks = TaskQueue(store, lease=200, retry_unit=0)
        id_ = tasks.enqueue("die", str(tmp_path / "died"))
        for expected in (-9, 0):
            command = [sys.executable, "-c", WORKER, redis_url]
            assert subprocess.run(command, timeout=60, check=False).returncode == expected
        result = tasks.result(id_)
        assert result is not None
        assert (result.result, result.attempts) == ("survived", 2)


def test_callbacks_come_and_go_while_messages_arrive(store: playhead.Store) -> None:
    heard: list[tuple[str, str, Any]] = []
    changed = threading.Condition()

    def hear(name: str) -> Any:
        def callback(channel: str, message: Any) -> None:
            with changed:
                heard.append((name, channel, message))
                changed.notify_all()

        return callback

    def wait(count: int) -> None:
        with changed:
            assert changed.wait_for(lambda: len(heard) >= count, 20)

    errors: list[str] = []
    first, late, pattern = hear("first"), hear("late"), hear("pattern")
    with PubSub(store, on_error=errors.append) as pubsub:
        pubsub.subscribe("a", first)
        assert pubsub.publish("a", 1) == 1
        wait(1)
        pubsub.subscribe("b", late)  # the original never subscribed to this one
        pubsub.psubscribe("b*", pattern)
        assert pubsub.publish("b", {"n": 2}) == 2
        wait(3)
        pubsub.subscribe("a", lambda *_: 1 // 0)
        store.pubsub.publish("a", "no json")
        wait(4)
        store.pubsub.publish("a", b"\xff")
        wait(5)
        assert pubsub.unsubscribe("a")
        while pubsub.publish("a", 3) > 0:  # a Redis server hears of it a little later
            time.sleep(0.001)
        assert pubsub.punsubscribe("b*", pattern)
        assert pubsub.unsubscribe("b", late)
        assert not pubsub.unsubscribe("b", late)
        assert pubsub.dropped == 0
    assert sorted(heard, key=str) == sorted(
        [
            ("first", "a", 1),
            ("late", "b", {"n": 2}),
            ("pattern", "b", {"n": 2}),
            ("first", "a", "no json"),
            ("first", "a", b"\xff"),
        ],
        key=str,
    )
    assert [e.split(":")[0] for e in errors][:1] == ["ZeroDivisionError"]
    assert not pubsub.listening


@pytest.mark.parametrize("slow", ["drop", "end"])
def test_a_slow_callback_drops_messages_or_ends_listening(store: playhead.Store, slow: Any) -> None:
    blocked, go = threading.Event(), threading.Event()
    errors: list[str] = []
    heard: list[Any] = []
    ended = threading.Event()

    def callback(_: str, message: Any) -> None:
        heard.append(message)
        blocked.set()
        assert go.wait(20)
        if message == 99:
            ended.set()

    def on_error(message: str) -> None:
        errors.append(message)
        ended.set()

    pubsub = PubSub(store, limit=10, slow=slow, on_error=on_error)
    pubsub.subscribe("c", callback)
    pubsub.publish("c", 0)
    assert blocked.wait(20)
    for i in range(1, 100):
        pubsub.publish("c", i)
    end = time.monotonic() + 20
    while pubsub.dropped < 89:
        assert time.monotonic() < end
    go.set()
    assert ended.wait(20)
    if slow == "drop":
        assert heard == [0, *range(90, 100)]
        assert errors == []
    else:
        assert heard == [0]
        assert "too slow" in errors[0]
    pubsub.stop_listening()


def test_a_chat_keeps_its_history(store: playhead.Store, clock: playhead.ManualClock) -> None:
    heard: list[Any] = []
    changed = threading.Condition()

    def callback(message: Any) -> None:
        with changed:
            heard.append(message)
            changed.notify_all()

    with Chat(store, clock=clock, history_limit=3) as chat:
        end = chat.subscribe("room", callback)
        sent = [chat.publish("room", i, user="alice") for i in range(5)]
        with changed:
            assert changed.wait_for(lambda: len(heard) == 5, 20)
        assert heard == sent
        assert chat.history("room") == sent[2:]
        assert chat.history("room", 1, skip=1) == [sent[3]]
        assert chat.history("other") == []
        end()
        chat.publish("room", "last")
        assert len(heard) == 5
        with pytest.raises(playhead.InvalidArgument, match="room"):
            chat.publish("", "x")


# ---- what went wrong in the originals


class OriginalPubSub:
    """The original's logic: the listener subscribes to what there is when it starts."""

    def __init__(self, store: playhead.Store) -> None:
        self.store, self.channels = store, list[str]()
        self.listener: Any = None

    def subscribe(self, channel: str) -> None:
        self.channels.append(channel)
        if self.listener is None:
            self.listener = self.store.pubsub.subscribe(*self.channels)


def test_a_channel_added_later_is_deaf_in_the_original_and_not_here(store: playhead.Store) -> None:
    original = OriginalPubSub(store)
    original.subscribe("first")
    original.subscribe("later")
    assert store.pubsub.publish("later", "m") == 0
    original.listener.close()
    with PubSub(store) as pubsub:
        pubsub.subscribe("first", print)
        pubsub.subscribe("later", lambda *_: None)
        assert pubsub.publish("later", "m") == 1


def test_a_killed_worker_loses_its_task_in_the_original_and_not_here(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    # The original: BRPOP, then LPUSH to the list of what is processed. It is killed between the two.
    store.lists.lpush("tasks", "t")
    assert store.lists.rpop("tasks") == b"t"
    assert store.lists.llen("tasks") + store.lists.llen("processing") == 0

    tasks = TaskQueue(store, clock=clock, retry_unit=0)
    tasks.register_task("t")(lambda data: data)
    id_ = tasks.enqueue("t", 1)
    assert tasks.queue.receive_message() is not None  # and its worker is killed
    assert tasks.process_tasks() == 0
    clock.advance(30_000)
    assert tasks.process_tasks() == 1
    result = tasks.result(id_)
    assert result is not None
    assert result.result == 1
