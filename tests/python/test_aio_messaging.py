"""Publish/subscribe, chats, delayed tasks and queues of tasks for asyncio."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

import playhead
import playhead.aio
from playhead.aio import modules
from playhead.modules import ChatMessage, MessageStatus, TaskQueue


@pytest_asyncio.fixture
async def store(store_url: str) -> AsyncIterator[playhead.aio.Store]:
    async with await playhead.aio.open(store_url) as opened:
        yield opened


class Heard:
    """What callbacks heard."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._changed = asyncio.Event()

    def hear(self, *args: Any) -> None:
        self.items.append(args)
        self._changed.set()

    async def wait(self, count: int) -> list[Any]:
        async with asyncio.timeout(20):
            while len(self.items) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.items


async def test_callbacks_are_called_on_the_loop_in_the_order_of_messages(store: playhead.aio.Store) -> None:
    heard, errors = Heard(), list[str]()
    loop = asyncio.get_running_loop()

    async def slowly(channel: str, message: int) -> None:
        assert asyncio.get_running_loop() is loop
        await asyncio.sleep(0)
        heard.hear("slowly", channel, message)

    def broken(_channel: str, message: int) -> None:
        raise ValueError(message)

    async with await modules.PubSub.open(store, on_error=errors.append) as pubsub:
        await pubsub.subscribe("a", slowly)
        await pubsub.psubscribe("b*", heard.hear)
        assert pubsub.listening
        for i in range(50):
            assert await pubsub.publish("a", i) == 1
        assert await heard.wait(50) == [("slowly", "a", i) for i in range(50)]
        assert await pubsub.publish("b1", {"n": 1}) == 1
        assert (await heard.wait(51))[-1] == ("b1", {"n": 1})
        await pubsub.subscribe("a", broken)
        await pubsub.publish("a", 50)
        await heard.wait(52)
        while not errors:  # they are told by a thread
            await asyncio.sleep(0)
        assert await pubsub.unsubscribe("a", slowly)
        assert not await pubsub.unsubscribe("a", slowly)
        assert await pubsub.unsubscribe("a")
        assert await pubsub.punsubscribe("b*", heard.hear)
        while await pubsub.publish("a", 51) > 0:  # a Redis server hears of it a little later
            await asyncio.sleep(0)
        assert pubsub.dropped == 0
    assert not pubsub.listening
    assert errors == ["ValueError: 50"]


async def test_listening_ends_though_callbacks_wait_for_the_loop(store: playhead.aio.Store) -> None:
    heard = Heard()
    pubsub = await modules.PubSub.open(store)
    await pubsub.subscribe("c", heard.hear)
    for i in range(100):
        await pubsub.publish("c", i)
    await pubsub.stop_listening()
    assert not pubsub.listening

    async def stop(_channel: str, _message: int) -> None:
        await pubsub.stop_listening()
        heard.hear("stopped")

    await pubsub.subscribe("stop", stop)
    await pubsub.publish("stop", 0)
    while ("stopped",) not in heard.items:
        await asyncio.sleep(0)
    while pubsub.listening:
        await asyncio.sleep(0)


async def test_a_chat_has_listeners_and_a_history(store: playhead.aio.Store) -> None:
    heard = Heard()
    chat = await modules.Chat.open(store, history_limit=2)
    end = await chat.subscribe("room", heard.hear)
    sent = [await chat.publish("room", {"n": i}, user="alice") for i in range(3)]
    assert await heard.wait(3) == [(message,) for message in sent]
    assert isinstance(sent[0], ChatMessage)
    assert await chat.history("room") == sent[1:]
    assert await chat.history("room", 1, skip=1) == [sent[1]]
    await end()
    await chat.publish("room", "last")
    await chat.close()
    assert len(heard.items) == 3
    assert chat.dropped == 0


async def test_tasks_are_scheduled_claimed_and_cancelled(store: playhead.aio.Store) -> None:
    clock = playhead.ManualClock()
    tasks = await modules.DelayedTasks.open(store, clock=clock)
    id_ = await tasks.schedule_task("mail", {"to": "alice"}, delay=1000)
    assert await tasks.claim() == []
    clock.advance(1000)
    (claim,) = await tasks.claim()
    assert (claim.id, claim.data) == (id_, {"to": "alice"})
    assert await tasks.complete(claim, "sent")
    state = await tasks.task_state(id_)
    assert state is not None
    assert (state.status, state.result) == ("completed", "sent")
    other = await tasks.schedule_task("mail", delay=1000)
    assert await tasks.cancel_task(other) == "cancelled"
    assert not hasattr(tasks, "run_in_background")


async def test_a_task_is_enqueued_and_waited_for(store: playhead.aio.Store) -> None:
    # Workers are threads.
    own = TaskQueue(store.sync)
    own.register_task("double")(lambda n: 2 * n)
    tasks = await modules.TaskQueue.open(store)
    id_ = await tasks.enqueue("double", 21)
    pending = await tasks.wait(id_, timeout=5)
    assert pending is not None
    assert pending.status is MessageStatus.PENDING
    waiters = [asyncio.create_task(tasks.wait(id_)) for _ in range(5)]
    cancelled = asyncio.create_task(tasks.wait(id_))
    await asyncio.sleep(0.01)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    workers = await asyncio.to_thread(own.workers, 1)
    async with asyncio.timeout(20):
        results = await asyncio.gather(*waiters)
    assert [r.result for r in results if r] == [42] * 5
    assert await asyncio.to_thread(workers.stop) == 0
    result = await tasks.result(id_)
    assert result is not None
    assert result.over
    assert (await tasks.stats()).completed == 1
    assert await tasks.wait("unknown") is None
    assert not hasattr(tasks, "workers")


async def test_a_message_is_waited_for(store: playhead.aio.Store) -> None:
    queue = await modules.MessageQueue.open(store, "q", retention=1000)
    id_ = await queue.send_message("m")
    waiter = asyncio.create_task(queue.await_message(id_))
    message = await queue.receive_message()
    assert message is not None
    assert await queue.complete_message(message, "done")
    async with asyncio.timeout(20):
        state = await waiter
    assert state is not None
    assert (state.over, state.result) == (True, "done")


async def test_what_is_no_store_is_refused() -> None:
    for module in (modules.PubSub, modules.Chat):
        with pytest.raises(TypeError, match=r"playhead\.aio\.Store"):
            await module.open(object())  # type: ignore[arg-type]
