"""Modules for asyncio that are made of other modules or of several stores, or that know who calls them."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

import playhead
import playhead.aio
from playhead import modules
from playhead.aio import modules as aio

DAY_MS = 86_400_000

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[playhead.aio.Store]:
    """An empty store, once for each kind."""
    async with await playhead.aio.open(store_url) as opened:
        yield opened


async def test_a_reentrant_lock_belongs_to_a_task(store: playhead.aio.Store) -> None:
    lock, same = await aio.ReentrantLock.open(store, "l"), await aio.ReentrantLock.open(store, "l")
    assert await lock.acquire() is not None
    assert await same.acquire(0) is not None
    assert (await lock.state()).holds == 2

    async def other() -> tuple[object, bool]:
        return await lock.acquire(0), await lock.release()

    assert await asyncio.create_task(other()) == (None, False)
    assert await asyncio.to_thread(modules.ReentrantLock(store.sync, "l").acquire, 0) is None
    assert await lock.release()
    assert await asyncio.create_task(other()) == (None, False)
    assert await same.release()
    assert not await lock.release()
    assert await asyncio.create_task(lock.acquire(0)) is not None


async def test_tasks_get_a_reentrant_lock_one_after_the_other(store: playhead.aio.Store) -> None:
    lock = await aio.ReentrantLock.open(store, "l")
    inside, most, done = 0, 0, 0

    async def work() -> None:
        nonlocal inside, most, done
        for _ in range(5):
            assert await lock.acquire() is not None
            assert await lock.acquire() is not None
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1
            done += 1
            assert await lock.release()
            assert await lock.release()

    await asyncio.gather(*(work() for _ in range(8)))
    assert (most, done) == (1, 40)


async def test_a_task_that_is_cancelled_does_not_keep_a_reentrant_lock(store: playhead.aio.Store) -> None:
    lock = await aio.ReentrantLock.open(store, "l")
    await lock.acquire()
    for _ in range(20):
        waiter = asyncio.create_task(lock.acquire())
        await asyncio.sleep(0)
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
    assert (await lock.state()).waiting == 0
    await lock.release()
    assert not (await lock.state()).held


async def test_redlock_holds_more_than_half_of_the_stores(store: playhead.aio.Store) -> None:
    async with await playhead.aio.open("memory://") as second, await playhead.aio.open("memory://") as third:
        stores = [second, store, third]
        one = await aio.Redlock.open(stores, "l", retry_count=1)
        two = await aio.Redlock.open(stores, "l", retry_count=2, retry_delay=1)
        grant = await one.acquire()
        assert grant is not None
        assert await one.held() == grant
        assert await two.acquire() is None
        assert await one.extend() is not None
        assert await one.release()
        assert await two.acquire() is not None


async def test_redlock_waits_off_the_loop_and_is_given_back_when_cancelled(store: playhead.aio.Store) -> None:
    one = await aio.Redlock.open([store], "l", retry_count=50, retry_delay=20)
    holder = await aio.Redlock.open([store], "l")
    await holder.acquire()
    waiter = asyncio.create_task(one.acquire())
    turns = 0
    while turns < 20:
        await asyncio.sleep(0)
        turns += 1
    assert not waiter.done()
    waiter.cancel()
    await holder.release()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    assert await holder.acquire() is not None


async def test_counts_are_reconciled_with_a_source(store: playhead.aio.Store) -> None:
    async with await playhead.aio.open("memory://") as replica:
        counts = await aio.CountStore.open(store, replica=replica)
        assert await counts.increment("fans", "alice", 2) == 2
        await counts.set("fans", "bob", 9)
        loop = threading.get_ident()

        def truth(ids: list[bytes | str]) -> list[int]:
            assert threading.get_ident() != loop  # a database may take its time
            return [2 if name == "alice" else 5 for name in ids]

        report = await counts.reconcile("fans", truth)
        assert (report.checked, report.repaired) == (2, 1)
        assert await counts.get("fans", "bob") == 5
        assert [row.id for row in await counts.top("fans")] == ["bob", "alice"]


async def test_a_limit_of_tokens_is_made_of_tokens(store: playhead.aio.Store) -> None:
    tokens = await aio.Tokens.open(store, indexed=True, shards=2)
    limit = await aio.TokenLimit.open(tokens, limit=2)
    issued = [(await tokens.issue(f"u{i}")).token for i in range(5)]
    assert await limit.count() == 5
    while (await limit.step()).more:
        pass
    assert await limit.count() == 2
    assert sum([await tokens.validate(token) is not None for token in issued]) == 2
    await limit.run_in_background()
    assert limit.running
    await limit.stop_background()
    assert not limit.running


async def test_ends_of_sessions_are_told(store: playhead.aio.Store, clock: playhead.ManualClock) -> None:
    sessions = await aio.Sessions.open(store, clock=clock)
    expiry = await aio.SessionExpiry.open(sessions)
    told: list[modules.SessionEnd] = []
    await expiry.add_session_listener(told.append)
    await sessions.create_session("alice")
    clock.advance(DAY_MS)
    assert (await expiry.step()).ended == 1
    assert [end.user_id for end in told] == ["alice"]
    assert (await expiry.log()).items == told
    await expiry.start_cleanup()
    await expiry.stop_cleanup()


async def test_events_and_clean_up_are_coroutines(
    store: playhead.aio.Store, clock: playhead.ManualClock
) -> None:
    activity = await aio.Activity.open(store, clock=clock)
    watch_later = await aio.WatchLater.open(store, clock=clock)
    events = [modules.UserEvent("alice", f"v{i % 3}", "like") for i in range(250)]
    assert (await activity.record_many(events)).recorded == 250
    assert (await activity.video_counts("v1")).likes == 1
    assert await activity.monthly_active_users() == 1
    await watch_later.add("alice", "v1")
    clock.advance(30 * DAY_MS)
    cleanup = await aio.UserCleanup.open(store, clock=clock)
    assert await cleanup.step() == modules.UserCleanupReport(1, 1, 0, False)


async def test_a_module_is_made_of_what_belongs_to_asyncio(store: playhead.aio.Store) -> None:
    sync: Any = store.sync
    with pytest.raises(TypeError, match=r"must be a playhead\.aio\.Store, not Tokens"):
        await aio.TokenLimit.open(cast("Any", modules.Tokens(sync, indexed=True)))
    with pytest.raises(TypeError, match=r"must be a playhead\.aio\.Store, not list"):
        await aio.Redlock.open([sync], "l")
    with pytest.raises(TypeError, match=r"must be a playhead\.aio\.Store, not Store"):
        await aio.CountStore.open(sync)
