"""Queues of messages from Python."""

import asyncio
import os
import signal
import threading
import time
from typing import Any

import pytest

import playhead
import playhead.aio
from playhead.aio import modules as aio
from playhead.modules import MessageQueue, MessageStatus, ReliableMessageQueue
from playhead.modules._values import RAW


def test_a_message_is_sent_received_and_completed(store: playhead.Store, clock: playhead.ManualClock) -> None:
    queue = MessageQueue(store, "mail", clock=clock, retention=1000)
    id_ = queue.send_message({"to": "ü", "n": [1, None]}, priority=5)
    message = queue.receive_message()
    assert message is not None
    assert message[:6] == (id_, {"to": "ü", "n": [1, None]}, 5, 1, clock.now(), clock.now() + 30_000)
    assert queue.receive_message() is None
    assert queue.extend_message(message, 5000, {"percent": 50}) == clock.now() + 5000
    state = queue.message_state(id_)
    assert state is not None
    assert (state.status, state.progress) == (MessageStatus.PROCESSING, {"percent": 50})
    assert queue.complete_message(message, result=[1])
    assert not queue.complete_message(message)
    state = queue.message_state(id_)
    assert state is not None
    assert (state.status, state.result) == (MessageStatus.COMPLETED, [1])


def test_failed_messages_come_again_and_end_as_dead_letters(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    queue = ReliableMessageQueue(store, "mail", clock=clock, max_retries=1)
    queue.send_message("m")
    for pause in (2_000, 0):
        message = queue.receive_message()
        assert message is not None
        assert queue.fail_message(message, "no route: \ud800")
        clock.advance(pause)
    page = queue.dead_letters()
    assert page.next == ""
    assert [(d.body, d.reason, d.attempts) for d in page.items] == [("m", "no route: \\ud800", 2)]
    assert queue.requeue([page.items[0].id]) == 1
    assert queue.get_queue_stats()[:5] == (1, 0, 0, 0, 0)
    message = queue.receive_message()
    assert message is not None
    assert message.attempt == 1
    assert queue.reject_message(message)
    assert queue.discard() == 1


def test_bulk_delay_dedupe_and_release(store: playhead.Store, clock: playhead.ManualClock) -> None:
    queue = MessageQueue(store, "mail", clock=clock)
    assert len(queue.send_messages(range(5), delay=10)) == 5
    first = queue.send_message("x", dedupe="k")
    assert queue.send_message("y", dedupe="k") == first
    assert queue.send_message("z", id="own") == "own"
    clock.advance(10)
    messages = queue.receive_messages(10)
    assert [m.body for m in messages] == [0, 1, 2, 3, 4, "x", "z"]
    assert queue.release_message(messages[0])
    assert queue.complete_messages(messages) == [False] + [True] * 6
    clock.advance(30_000)
    assert queue.cleanup_expired_messages() == 0
    message = queue.receive_message()
    assert message is not None
    assert (message.body, message.attempt) == (0, 1)


def test_bytes_go_through_as_they_are_where_asked(store: playhead.Store) -> None:
    queue = MessageQueue(store, b"\xff\x00", serializer=RAW)
    queue.send_message(b"\x00\xff")
    message = queue.receive_message()
    assert message is not None
    assert message.body == b"\x00\xff"
    with pytest.raises(playhead.InvalidArgument, match="takes bytes"):
        queue.send_message("text")


@pytest.mark.parametrize("value", [object(), float("nan"), "\ud800"])
def test_what_is_no_json_is_refused(store: playhead.Store, value: Any) -> None:
    with pytest.raises(playhead.InvalidArgument, match="not JSON"):
        MessageQueue(store, "mail").send_message(value)


def test_a_waiting_receiver_gets_what_is_sent(store: playhead.Store) -> None:
    queue = MessageQueue(store, "mail")
    got: list[Any] = []

    def receive() -> None:
        message = queue.receive_message(wait=60_000)
        assert message is not None
        got.append(message.body)

    threads = [threading.Thread(target=receive) for _ in range(3)]
    for t in threads:
        t.start()
    queue.send_messages([1, 2])
    queue.send_message(3)
    for t in threads:
        t.join()
    assert sorted(got) == [1, 2, 3]
    assert queue.receive_message(wait=1) is None
    with pytest.raises(playhead.InvalidArgument, match="wait=-1"):
        queue.receive_message(wait=-1)


def test_ctrl_c_ends_a_receive_and_loses_nothing(store: playhead.Store) -> None:
    queue = MessageQueue(store, "mail")
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        queue.receive_message(wait=None)
    timer.join()
    queue.send_message("m")
    assert queue.receive_message() is not None


def test_coroutines_wait_without_keeping_the_loop(store_url: str) -> None:
    async def run() -> None:
        async with await playhead.aio.open(store_url) as store:
            queue = await aio.MessageQueue.open(store, "mail")
            receivers = [asyncio.create_task(queue.receive_message(wait=60_000)) for _ in range(3)]
            await asyncio.sleep(0)
            await queue.send_messages([1, 2, 3])
            messages = await asyncio.gather(*receivers)
            assert sorted(m.body for m in messages if m) == [1, 2, 3]
            assert await queue.complete_messages([m for m in messages if m]) == [True] * 3
            begin = time.monotonic()
            assert await queue.receive_message(wait=20) is None
            assert time.monotonic() - begin >= 0.02
            cancelled = asyncio.create_task(queue.receive_messages(wait=None))
            await asyncio.sleep(0.01)
            cancelled.cancel()
            with pytest.raises(asyncio.CancelledError):
                await cancelled
            await queue.send_message("kept")
            kept = await queue.receive_message(wait=60_000)
            assert kept is not None
            assert kept.body == "kept"

    asyncio.run(run())
