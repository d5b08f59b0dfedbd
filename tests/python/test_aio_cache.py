"""The cache of playhead.aio.modules, whose loaders are coroutine functions or functions."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any, cast

import pytest

import playhead
import playhead.aio
from conftest import start_redis
from playhead import modules
from playhead.aio import modules as aio
from playhead.modules import Loaded, PendingWrite, cached


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[playhead.aio.Store]:
    """An empty store, once for each kind."""
    async with await playhead.aio.open(store_url) as opened:
        yield opened


async def never(_: Any) -> Any:
    raise AssertionError


async def test_loaders_are_coroutine_functions_on_the_loop_or_functions_on_threads(
    store: playhead.aio.Store,
) -> None:
    cache, loop = await aio.Cache.open(store), threading.get_ident()

    async def coroutine(key: Any) -> Any:
        assert threading.get_ident() == loop
        await asyncio.sleep(0)
        return {"id": key}

    def function(key: Any) -> Any:
        assert threading.get_ident() != loop
        return {"id": key}

    assert await cache.get("a", coroutine) == await cache.get("a", never) == {"id": "a"}
    assert await cache.get("b", function) == await cache.get("b", never) == {"id": "b"}
    assert await cache.get("c", lambda key: coroutine(key)) == {"id": "c"}
    assert await cache.get("none", lambda _: None) is None
    assert (await cache.peek("none")).state == "hit"
    counts = await cache.statistics()
    assert (counts.hits, counts.misses, counts.loads) == (2, 4, 4)


async def test_the_loop_goes_on_while_a_function_loads(store: playhead.aio.Store) -> None:
    cache, go = await aio.Cache.open(store), threading.Event()
    task = asyncio.create_task(cache.get("a", lambda _: go.wait(60)))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not task.done()
    go.set()
    assert await task is True


async def test_tasks_load_once(store: playhead.aio.Store) -> None:
    cache, other = await aio.Cache.open(store), await aio.Cache.open(store)
    loads, go = [], asyncio.Event()

    async def load(_: Any) -> int:
        loads.append(1)
        await go.wait()
        return 5

    tasks = [asyncio.create_task((cache, other)[i % 2].get("a", load)) for i in range(40)]
    while not loads:
        await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*tasks) == [5] * 40
    assert len(loads) == 1


async def test_a_task_waits_for_a_thread_and_a_thread_for_a_task(store: playhead.aio.Store) -> None:
    cache, sync = await aio.Cache.open(store), modules.Cache(store.sync)
    begun, go = threading.Event(), threading.Event()

    def load(_: Any) -> str:
        begun.set()
        go.wait(60)
        return "thread"

    thread = asyncio.create_task(asyncio.to_thread(sync.get, "a", load))
    await asyncio.to_thread(begun.wait, 60)
    task = asyncio.create_task(cache.get("a", never))
    while not (await cache.statistics()).waits:
        await asyncio.sleep(0)
    go.set()
    assert [await task, await thread] == ["thread"] * 2

    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(_: Any) -> str:
        entered.set()
        await leave.wait()
        return "task"

    task = asyncio.create_task(cache.get("b", slow))
    await entered.wait()
    thread = asyncio.create_task(asyncio.to_thread(sync.get, "b", load))
    while not sync.statistics().waits:
        await asyncio.sleep(0)
    leave.set()
    assert [await task, await thread] == ["task"] * 2


async def test_many_tasks_wait_for_a_thread_as_one(store: playhead.aio.Store) -> None:
    cache, sync = await aio.Cache.open(store), modules.Cache(store.sync)
    begun, go = threading.Event(), threading.Event()

    def load(_: Any) -> str:
        begun.set()
        go.wait(60)
        return "thread"

    thread = asyncio.create_task(asyncio.to_thread(sync.get, "a", load))
    await asyncio.to_thread(begun.wait, 60)
    gone = [asyncio.create_task(cache.get("a", never)) for _ in range(40)]
    while (await cache.statistics()).waits < 40:
        await asyncio.sleep(0)
    for task in gone:
        task.cancel()
    await asyncio.gather(*gone, return_exceptions=True)
    # Those who went away keep nobody from waiting for another key.
    seen = await cache.claim("b")
    other = asyncio.create_task(cache.get("b", never))
    while (await cache.statistics()).waits < 41:
        await asyncio.sleep(0)
    assert await cache.complete("b", seen.receipt, 1)
    async with asyncio.timeout(20):  # less than a lease
        assert await other == 1
    tasks = [asyncio.create_task(cache.get("a", never)) for _ in range(40)]
    while (await cache.statistics()).waits < 81:
        await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*tasks) == ["thread"] * 40
    assert await thread == "thread"


async def test_tasks_that_waited_for_one_another_leave_no_signals(store: playhead.aio.Store) -> None:
    cache, begun, go = await aio.Cache.open(store), asyncio.Event(), asyncio.Event()

    async def load(_: Any) -> int:
        begun.set()
        await go.wait()
        return 5

    first = asyncio.create_task(cache.get("a", load))
    await begun.wait()  # the lease is taken before that: whoever asks then finds no load of this loop
    tasks = [asyncio.create_task(cache.get("a", never)) for _ in range(40)]
    while (await cache.statistics()).waits < 40:
        await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(first, *tasks) == [5] * 41
    assert await store.keys.keys("*signal*") == []


async def test_processes_load_once(redis_url: str) -> None:
    program = """
import asyncio, sys, playhead.aio
from playhead.aio.modules import Cache
async def main():
    async with await playhead.aio.open(sys.argv[1]) as store:
        cache = await Cache.open(store)
        async def load(key):
            await store.strings.incr("loads")
            await store.lists.blpop("go", timeout=60)
            return "value"
        await store.lists.rpush("begun", "1")
        print(*await asyncio.gather(*(cache.get("a", load) for _ in range(3))))
asyncio.run(main())
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", program, redis_url], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    async with await playhead.aio.open(redis_url) as store:
        for _ in processes:
            assert await store.lists.blpop("begun", timeout=60) is not None
        cache = await aio.Cache.open(store)
        while (await cache.peek("a")).lease_left == 0:
            await asyncio.sleep(0.001)
        await store.lists.rpush("go", "1")
        told = [(await asyncio.to_thread(process.communicate, timeout=60))[0] for process in processes]
        assert told == ["value value value\n"] * 3
        assert await store.strings.get("loads") == b"1"


async def test_what_a_loader_raises_arrives_and_leaves_nothing_locked(store: playhead.aio.Store) -> None:
    cache, error = await aio.Cache.open(store), LookupError("no row")

    async def load(_: Any) -> Any:
        await asyncio.sleep(0)
        raise error

    def function(_: Any) -> Any:
        raise error

    for loader in (load, function):
        results = await asyncio.gather(*(cache.get("a", loader) for _ in range(3)), return_exceptions=True)
        assert results == [error] * 3
    assert (await cache.peek("a")).lease_left == 0
    with pytest.raises(playhead.InvalidArgument):
        await cache.get("a", lambda _: object())
    with pytest.raises(playhead.InvalidArgument, match="ttl"):
        await cache.get("a", lambda _: Loaded(1, ttl=-5))
    assert (await cache.peek("a")).lease_left == 0
    assert await cache.get("a", lambda _: 1) == 1


async def test_a_load_that_is_cancelled_within_fails_its_caller_only(store: playhead.aio.Store) -> None:
    cache, entered, go = await aio.Cache.open(store), asyncio.Event(), asyncio.Event()

    async def load(_: Any) -> Any:
        entered.set()
        await go.wait()
        raise asyncio.CancelledError

    async def good(_: Any) -> int:
        return 2

    first = asyncio.create_task(cache.get("a", load))
    await entered.wait()
    second = asyncio.create_task(cache.get("a", good))
    while not (await cache.statistics()).waits:
        await asyncio.sleep(0)
    go.set()
    assert await second == 2
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_task_that_is_cancelled_leaves_nothing_locked(store: playhead.aio.Store) -> None:
    cache = await aio.Cache.open(store)

    async def load(_: Any) -> int:
        await asyncio.sleep(0)
        return 1

    for turns in range(40):
        key = f"k{turns}"
        task = asyncio.create_task(cache.get(key, load))
        for _ in range(turns // 4):
            await asyncio.sleep(0.0001 if turns % 4 else 0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(20):  # less than a lease
            assert await cache.get(key, load) == 1


async def test_a_loader_that_asks_for_its_own_key_raises(store: playhead.aio.Store) -> None:
    cache = await aio.Cache.open(store)

    async def load(key: Any) -> Any:
        return await cache.get(key, load)

    async def around(key: Any) -> Any:
        return await cache.get("b" if key == "a" else "a", around)

    for loader in (load, around):
        with pytest.raises(playhead.InvalidArgument, match="it would wait for itself"):
            await cache.get("a", loader)
    assert await cache.get("a", lambda _: 1) == 1


async def test_a_load_that_was_invalidated_is_not_stored_nor_shared(store: playhead.aio.Store) -> None:
    cache, entered, go = await aio.Cache.open(store), asyncio.Event(), asyncio.Event()

    async def old(_: Any) -> str:
        entered.set()
        await go.wait()
        return "old"

    async def new(_: Any) -> str:
        return "new"

    first = asyncio.create_task(cache.get("a", old))
    await entered.wait()
    await cache.invalidate("a")
    assert await cache.get("a", new) == "new"
    go.set()
    assert await first == "old"
    assert await cache.get("a", never) == "new"
    assert (await cache.statistics()).refused == 1


async def test_stale_values_are_shown_if_a_load_fails_or_is_a_task(
    store: playhead.aio.Store, clock: playhead.ManualClock
) -> None:
    async def fail(_: Any) -> Any:
        raise LookupError

    cache = await aio.Cache.open(store, clock=clock, ttl=1_000, stale_if_error=5_000)
    await cache.set("a", "old")
    clock.advance(1_500)
    assert await cache.get("a", fail) == "old"
    clock.advance(10_000)
    with pytest.raises(LookupError):
        await cache.get("a", fail)

    ahead = await aio.Cache.open(
        store, clock=clock, name="b", refresh_ahead_percent=50, refresh_in_background=True
    )
    await ahead.set("a", "old", ttl=1_000)
    clock.advance(600)
    go = asyncio.Event()

    async def load(_: Any) -> str:
        await go.wait()
        return "new"

    assert await ahead.get("a", load) == "old"
    go.set()
    while (await ahead.peek("a")).value != "new":
        await asyncio.sleep(0)


async def test_without_a_store_the_loader_is_asked(tmp_path: Path) -> None:
    server, port = start_redis(tmp_path)
    async with await playhead.aio.open(f"redis://127.0.0.1:{port}/0") as store:
        cache, strict = await aio.Cache.open(store), await aio.Cache.open(store, fall_back=False)

        async def load(_: Any) -> int:
            server.kill()
            server.wait()
            return 1

        async def own(key: Any) -> Any:
            return await cache.get(key, own)

        assert await cache.get("a", load) == 1
        assert await cache.get("a", lambda _: 2) == 2
        assert (await cache.statistics()).store_errors == 2
        with pytest.raises(playhead.Unavailable):
            await strict.get("a", never)
        with pytest.raises(playhead.InvalidArgument, match="it would wait for itself"):
            await cache.get("a", own)


async def test_several_keys_are_loaded_by_one_call(store: playhead.aio.Store) -> None:
    cache, parts = await aio.Cache.open(store), await aio.Cache.open(store, name="parts")
    asked: list[list[Any]] = []

    async def load(keys: list[Any]) -> list[Any]:
        asked.append(keys)
        await asyncio.sleep(0)
        return [await parts.get(key, str.upper) for key in keys]

    assert await cache.get_many(["a", "b", "a"], load) == ["A", "B", "A"]
    assert await cache.get_many(["b", "c"], lambda keys: [f"plain {key}" for key in keys]) == ["B", "plain c"]
    assert [sorted(keys) for keys in asked] == [["a", "b"]]
    assert await cache.refresh("a", lambda _: "again")
    assert await cache.get("a", never) == "again"


async def test_more_calls_than_threads_wait_for_one_another(store: playhead.aio.Store) -> None:
    cache = await aio.Cache.open(store)

    async def inner(keys: list[Any]) -> list[Any]:
        await asyncio.sleep(0)
        return [key.upper() for key in keys]

    async def outer(keys: list[Any]) -> list[Any]:
        return await cache.get_many([f"inner {key}" for key in keys], inner)

    async with asyncio.timeout(25):
        got = await asyncio.gather(*(cache.get_many([f"k{i % 8}"], outer) for i in range(64)))
    assert got == [[f"INNER K{i % 8}"] for i in range(64)]


async def test_sources_are_written_by_coroutines(store: playhead.aio.Store) -> None:
    cache, rows = await aio.Cache.open(store), {}

    async def write(key: Any, value: Any) -> None:
        await asyncio.sleep(0)
        rows[key] = value

    async def fail(_key: Any, _value: Any) -> None:
        raise ZeroDivisionError

    await cache.write_through("a", [1], write)
    assert (rows["a"], await cache.get("a", never)) == ([1], [1])
    await cache.write_around("a", [2], write)
    assert (rows["a"], await cache.contains("a")) == ([2], False)
    with pytest.raises(ZeroDivisionError):
        await cache.write_through("a", [3], fail)
    assert not await cache.contains("a")


async def test_writes_behind_are_done_by_coroutines(store: playhead.aio.Store) -> None:
    cache = await aio.Cache.open(store, write_delay=0)
    written: list[PendingWrite] = []
    done = asyncio.Event()

    async def write(writes: list[PendingWrite]) -> None:
        await asyncio.sleep(0)
        written.extend(writes)
        done.set()

    await cache.write_behind("a", 1)
    assert await cache.flush(write) == 1
    done.clear()
    async with cache:
        await cache.run_in_background(write)
        assert cache.running
        await cache.write_behind("b", 2)
        await done.wait()
    assert not cache.running
    assert [(one.key, one.value) for one in written] == [("a", 1), ("b", 2)]
    assert await cache.pending() == 0


async def test_errors_of_the_background_are_told_to_a_coroutine(store: playhead.aio.Store) -> None:
    cache, told = await aio.Cache.open(store, write_delay=0), asyncio.Queue[str]()

    async def write(_: list[PendingWrite]) -> None:
        raise OSError("disk full")

    async with cache:
        await cache.run_in_background(write, told.put)
        await cache.write_behind("a", 1)
        assert await told.get() == "OSError: disk full"


async def test_a_callback_may_end_the_background_that_called_it(store: playhead.aio.Store) -> None:
    cache = await aio.Cache.open(store, write_delay=0)

    async def write(_: list[PendingWrite]) -> None:
        await cache.stop_background()

    await cache.run_in_background(write)
    await cache.write_behind("a", 1)
    while cache.running:
        await asyncio.sleep(0)
    assert await cache.pending() == 0


async def test_coroutine_functions_are_cached(store: playhead.aio.Store) -> None:
    cache, calls = await aio.Cache.open(store), []

    @cached(cache, tags=["numbers"])
    async def twice(n: int) -> int:
        calls.append(n)
        await asyncio.sleep(0)
        return 2 * n

    assert await asyncio.gather(*(twice(4) for _ in range(5))) == [8] * 5
    assert calls == [4]
    assert await twice.invalidate_async(4)
    assert not await twice.invalidate_async(n=4)
    assert await twice(4) == 8
    await cache.invalidate_tags("numbers")
    assert await twice(4) == 8
    assert calls == [4, 4, 4]
    with pytest.raises(TypeError, match="what coroutine functions give"):
        cached(cache)(len)
    with pytest.raises(TypeError, match="must be a Cache, not str"):
        cached(cast("Any", "cache"))(len)


async def test_leases_are_for_loads_that_are_no_call(store: playhead.aio.Store) -> None:
    cache = await aio.Cache.open(store)
    seen = await cache.claim("a")
    waiter: Awaitable[bool] = asyncio.create_task(cache.wait("a", 60_000))
    assert (await cache.claim("a")).state == "wait"
    assert await cache.complete("a", seen.receipt, [1])
    assert await waiter
    assert await cache.get("a", never) == [1]


def test_the_interpreter_ends_although_a_loop_has_ended_before_its_cache() -> None:
    program = """
import asyncio, playhead.aio
from playhead.aio.modules import Cache
async def main():
    store = await playhead.aio.open("memory://")
    cache = await Cache.open(store, write_delay=0)
    begun = asyncio.Event()
    async def write(writes):
        begun.set()
        await asyncio.Event().wait()
    async def load(keys):
        await asyncio.Event().wait()
    await cache.run_in_background(write)
    await cache.write_behind("a", 1)
    asyncio.create_task(cache.get_many(["b"], load))
    await begun.wait()
    return store, cache
kept = asyncio.run(main())
print("end")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")
