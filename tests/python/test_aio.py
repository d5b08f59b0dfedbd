"""Stores for asyncio."""

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, assert_type

import pytest
import pytest_asyncio

import playhead
import playhead.aio
import playhead.aio.modules
from parking import until_parked_aio


@pytest_asyncio.fixture
async def store(store_url: str) -> AsyncIterator[playhead.aio.Store]:
    async with await playhead.aio.open(store_url) as opened:
        yield opened


# ---- calls


async def test_calls_are_coroutines_with_the_replies_of_the_other_store(store: playhead.aio.Store) -> None:
    assert await store.strings.set("k", "v", ex=100) is True
    assert assert_type(await store.strings.get("k"), bytes | None) == b"v"
    assert await store.zsets.zadd("z", {"a": 1}) == 1
    assert await store.zsets.zrange("z", 0, -1, withscores=True) == [(b"a", 1.0)]
    assert await store.execute("INCR", "n") == 1
    assert await store.database(1).strings.get("k") is None
    assert abs(await store.now() - time.time() * 1000) < 60_000
    assert store.sync.strings.get("k") == b"v"


async def test_what_is_refused_raises(store: playhead.aio.Store) -> None:
    await store.lists.rpush("l", "a")
    with pytest.raises(playhead.CommandError, match="WRONGTYPE"):
        await store.strings.get("l")
    with pytest.raises(TypeError, match="missing its argument 'key'"):
        await store.strings.get()  # type: ignore[call-arg]
    with pytest.raises(playhead.CommandError, match="timeout is negative"):
        await store.lists.blpop("l", timeout=-1)


async def test_a_batch_is_one_unit(store: playhead.aio.Store) -> None:
    async with store.batch() as batch:
        batch.strings.set("a", 1)
        batch.strings.incr("a")
    assert batch.results == [True, 2]


async def test_a_transaction_conflicts_with_a_change_of_what_it_read(store: playhead.aio.Store) -> None:
    async def change() -> None:
        async with store.transaction("k") as t:
            assert await t.strings.get("k") is None
            await store.strings.set("k", "theirs")
            await t.strings.set("k", "ours")

    with pytest.raises(playhead.Conflict):
        await change()
    assert await store.strings.get("k") == b"theirs"


async def test_a_transaction_depends_on_every_key_of_an_iterator(store: playhead.aio.Store) -> None:
    async def write() -> None:
        async with store.transaction(b"key%06d" % i for i in range(200)) as transaction:
            await store.strings.set("key000000", "changed")
            await transaction.strings.set("written", 1)

    with pytest.raises(playhead.Conflict):
        await write()


async def test_transact_counts_exactly(store: playhead.aio.Store) -> None:
    async def count(t: playhead.aio.Transaction) -> int:
        value = int(await t.strings.get("n") or 0) + 1
        await asyncio.sleep(0)
        await t.strings.set("n", value)
        return value

    async def work() -> None:
        for _ in range(20):
            await store.transact(["n"], count, retries=10_000)

    await asyncio.gather(*(work() for _ in range(4)))
    assert await store.strings.get("n") == b"80"


async def test_what_is_no_store_or_url_is_refused_with_what_is_expected() -> None:
    nothing: Any = None
    with pytest.raises(TypeError, match="url must be a str, not NoneType"):
        await playhead.aio.open(nothing)
    with pytest.raises(TypeError, match=r"store must be a playhead\.aio\.Store, not NoneType"):
        await playhead.aio.modules.Tokens.open(nothing)


async def test_modules_are_coroutines(store: playhead.aio.Store) -> None:
    tokens = await playhead.aio.modules.Tokens.open(store, idle_timeout=60_000)
    issued = await tokens.issue("alice")
    found = await tokens.validate(issued.token)
    assert found is not None
    assert found.user_id == "alice"
    activity = await playhead.aio.modules.Activity.open(store)
    assert (await activity.record_video_viewing("alice", "intro", 5, 10)).video_views == 1
    seen, others = [await playhead.aio.modules.BloomFilter.open(store, name=n, capacity=100) for n in "ab"]
    await others.add("intro")
    await seen.merge(others)
    assert await seen.might_contain("intro")
    assert seen.bits == others.bits
    viewed = await playhead.aio.modules.Popularity.open(store)
    await viewed.record("intro")
    assert [row.id for row in await viewed.top()] == ["intro"]
    recommender = await playhead.aio.modules.Recommender.open(store)
    await recommender.record("alice", "intro", "like")
    assert recommender.events == 1


# ---- waiting


async def test_a_blocking_pop_waits_and_leaves_the_loop_free(store: playhead.aio.Store) -> None:
    waiter = asyncio.create_task(store.lists.blpop("queue", timeout=60))
    await until_parked_aio(store, "queue")
    assert await waiter == [b"queue", b"probe"]
    assert await store.lists.blpop("queue", timeout=0.01) is None


async def test_a_thousand_tasks_wait_without_threads(store: playhead.aio.Store) -> None:
    number = 1000 if store.name != "redis" else 100  # a Redis server has a connection for each
    waiters = [asyncio.create_task(store.lists.blpop("queue", timeout=60)) for _ in range(number)]
    pushed = 0
    while pushed < number:  # no more than there are waiters: every element is taken
        async with store.batch() as batch:
            for i in range(pushed, min(pushed + 50, number)):
                batch.lists.rpush("queue", i)
        pushed += 50
    replies = await asyncio.gather(*waiters)
    assert sorted(int(reply[1]) for reply in replies if reply) == list(range(number))


async def test_a_blocking_move_and_a_blocking_member_are_waited_for(store: playhead.aio.Store) -> None:
    move = asyncio.create_task(store.lists.blmove("from", "to", "LEFT", "RIGHT", timeout=60))
    member = asyncio.create_task(store.zsets.bzpopmin("z", timeout=60))
    await store.lists.rpush("from", "a")
    await store.zsets.zadd("z", {"m": 1})
    assert await move == b"a"
    assert await member == [b"z", b"m", 1.0]
    assert await store.lists.lrange("to", 0, -1) == [b"a"]


async def test_closing_the_store_wakes_whoever_waits(store: playhead.aio.Store) -> None:
    waiter = asyncio.create_task(store.lists.blpop("queue", timeout=60))
    await until_parked_aio(store, "queue")
    await waiter
    waiter = asyncio.create_task(store.lists.blpop("other", timeout=60))
    await asyncio.sleep(0)
    await store.close()
    with pytest.raises(playhead.Closed):
        await waiter


# ---- cancelling


async def test_a_cancelled_pop_takes_nothing(store: playhead.aio.Store) -> None:
    waiter = asyncio.create_task(store.lists.blpop("queue", timeout=60))
    await asyncio.sleep(0)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    await store.lists.rpush("queue", "a")
    assert await store.lists.lpop("queue") == b"a"


async def test_a_timeout_around_a_pop_is_a_cancellation(store: playhead.aio.Store) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await store.lists.blpop("queue", timeout=60)
    await store.lists.rpush("queue", "a")
    assert await store.lists.blpop("queue", timeout=60) == [b"queue", b"a"]


async def test_what_a_cancelled_task_was_served_goes_back_to_its_place(store: playhead.aio.Store) -> None:
    """The element is pushed by another thread, and the loop runs again only after it was served."""
    await store.lists.rpush("queue", "second")
    await store.lists.lpop("queue")
    waiter = asyncio.create_task(store.lists.blpop("queue", timeout=60))
    await until_parked_aio(store, "queue")
    await waiter
    popper = asyncio.create_task(store.lists.blmpop(60, ["queue"], "LEFT", count=2))
    await asyncio.sleep(0)
    store.sync.lists.rpush("queue", "first", "second", "third")
    while store.sync.lists.llen("queue") == 3:
        pass  # until it is served; this loop cannot notice yet
    popper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await popper
    assert await store.lists.lrange("queue", 0, -1) == [b"first", b"second", b"third"]


async def test_what_cannot_go_back_is_delivered_instead(store: playhead.aio.Store) -> None:
    waiter = asyncio.create_task(store.lists.blpop("queue", timeout=60))
    await asyncio.sleep(0)
    store.sync.lists.rpush("queue", "a")
    while store.sync.keys.exists("queue"):
        pass
    store.sync.strings.set("queue", "in the way")
    waiter.cancel()
    assert await waiter == [b"queue", b"a"]


async def test_random_cancellations_lose_nothing_and_duplicate_nothing(store: playhead.aio.Store) -> None:
    seed = int(os.environ.get("PLAYHEAD_SEED", random.randrange(2**32)))
    print(f"PLAYHEAD_SEED={seed}")
    rng = random.Random(seed)
    number = int(os.environ.get("PLAYHEAD_CANCELLATIONS", 2000))
    got: Counter[bytes] = Counter()
    cancelled = 0

    async def pop(n: int) -> None:
        kinds = (
            lambda: store.lists.blpop("q", timeout=60),
            lambda: store.lists.brpop("other", "q", timeout=60),
            lambda: store.lists.blmpop(60, ["q"], "LEFT", count=3),
        )
        reply = await kinds[n % 3]()
        assert reply is not None
        got.update([reply[1]] if isinstance(reply[1], bytes) else reply[1])

    async def produce() -> None:
        for i in range(number):
            await store.lists.rpush("q", i)
            if rng.random() < 0.3:
                await asyncio.sleep(rng.random() * 0.001)

    async def harass() -> None:
        nonlocal cancelled
        for n in range(number):
            task = asyncio.create_task(pop(n))
            for _ in range(rng.randrange(4)):
                await asyncio.sleep(0)
            if rng.random() < 0.3:
                await asyncio.sleep(rng.random() * 0.002)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                cancelled += 1

    await asyncio.gather(produce(), harass())
    left = await store.lists.lrange("q", 0, -1)
    assert got + Counter(left) == Counter(str(i).encode() for i in range(number))
    assert cancelled > number // 20
    print(f"{cancelled} of {number} cancelled, {sum(got.values())} delivered, {len(left)} left")


# ---- subscriptions


async def test_a_subscriber_is_iterated_over(store: playhead.aio.Store) -> None:
    async with await store.pubsub.subscribe("news", patterns=["w*"]) as subscriber:
        while await store.pubsub.publish("news", "0") == 0:
            await asyncio.sleep(0)
        while not await store.pubsub.publish("weather", "rain"):
            await asyncio.sleep(0)
        seen = []
        async for message in subscriber:
            seen.append((message.channel, message.data))
            if message.channel == b"weather":
                break
        assert seen == [(b"news", b"0"), (b"weather", b"rain")]
        assert await subscriber.get(timeout=0.01) is None


async def test_closing_a_subscriber_ends_the_iteration(store: playhead.aio.Store) -> None:
    subscriber = await store.pubsub.subscribe("news")

    async def read() -> int:
        return len([message async for message in subscriber])

    reader = asyncio.create_task(read())
    await asyncio.sleep(0)
    await subscriber.close()
    assert await reader == 0
    with pytest.raises(playhead.InvalidArgument, match="was closed"):
        await subscriber.get()


# ---- the loop


async def turns_while(call: Coroutine[Any, Any, object]) -> int:
    """Count the turns of the loop while a call fails."""
    task = asyncio.create_task(call)
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert isinstance(task.exception(), playhead.Error)
    return turns


async def test_the_loop_runs_on_while_a_server_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes connections, and never says a word
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/?timeout_ms=200"
        store = await playhead.aio.open(url)
        # The loop turns all the time that the client waits, which is 200 ms.
        assert await turns_while(store.strings.get("k")) > 100
        assert await turns_while(store.strings.set("k", "v")) > 100
        assert await turns_while(store.lists.blpop("q", timeout=1)) > 100
        assert await turns_while(store.pubsub.subscribe("c")) > 100
        waiter = asyncio.create_task(store.lists.blpop("q", timeout=1))
        await asyncio.sleep(0)
        waiter.cancel()
        with pytest.raises((asyncio.CancelledError, playhead.Error)):
            await waiter


async def increments(transaction: playhead.aio.Transaction[bytes]) -> None:
    transaction_count = int(await transaction.strings.get("n") or 0)
    await transaction.strings.set("n", transaction_count + 1)


# Calls that a memory store answers at once.
ANSWERED: dict[str, Callable[[playhead.aio.Store, playhead.aio.Subscriber], Awaitable[object]]] = {
    "a read": lambda store, _: store.strings.get("k"),
    "a blocking pop": lambda store, _: store.lists.blmove("full", "full", "LEFT", "RIGHT", 0),
    "a transaction": lambda store, _: store.transact("n", increments),
    "a message": lambda _, subscriber: subscriber.get(),
}


@pytest.mark.parametrize("call", ANSWERED.values(), ids=ANSWERED)
async def test_a_task_whose_calls_are_answered_at_once_leaves_others_their_turns(
    call: Callable[[playhead.aio.Store, playhead.aio.Subscriber], Awaitable[object]],
) -> None:
    async with await playhead.aio.open("memory://") as store:
        await store.lists.rpush("full", "a", "b")
        turns = 0

        async def work(subscriber: playhead.aio.Subscriber) -> None:
            for _ in range(5_000):
                await call(store, subscriber)

        async with await store.pubsub.subscribe("c") as subscriber:
            for _ in range(5_000):
                store.sync.pubsub.publish("c", "m")
            worker = asyncio.create_task(work(subscriber))
            while not worker.done():
                await asyncio.sleep(0)
                turns += 1
            await worker
        assert turns > 20


async def test_a_time_limit_ends_a_task_whose_calls_are_answered_at_once() -> None:
    async def work(store: playhead.aio.Store) -> None:
        for _ in range(10_000_000):
            await store.strings.get("k")

    async with await playhead.aio.open("memory://") as store:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(work(store), 0.01)


def test_a_store_is_used_on_one_loop_after_another(store_url: str) -> None:
    async def begin() -> playhead.aio.Store:
        store = await playhead.aio.open(store_url)
        await store.lists.rpush("q", "a", "b")
        assert await store.lists.blpop("q", timeout=60) == [b"q", b"a"]
        return store

    async def go_on(store: playhead.aio.Store) -> None:
        assert await store.lists.blpop("q", timeout=60) == [b"q", b"b"]
        await store.close()

    store = asyncio.run(begin())
    asyncio.run(go_on(store))


def test_a_program_that_ends_in_the_middle_loses_nothing(store_url: str, tmp_path: Path) -> None:
    if store_url == "memory://":
        pytest.skip("nothing of a memory store is left to look at when its program has ended")
    program = """
import asyncio, sys
import playhead.aio

async def main(url):
    store = await playhead.aio.open(url)
    waiters = [asyncio.create_task(store.lists.blpop("q", timeout=60)) for _ in range(10)]
    await asyncio.sleep(0)
    await store.lists.rpush("q", *range(20))
    # the loop ends here: waiters are cancelled, served or not

asyncio.run(main(sys.argv[1]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, store_url],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with playhead.open(store_url) as store:
        left = {int(x) for x in store.lists.lrange("q", 0, -1)}
    assert left >= set(range(10, 20))
