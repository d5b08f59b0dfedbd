"""Locks of playhead.aio.modules as `async with` blocks."""

import asyncio
from collections.abc import AsyncIterator

import pytest

import playhead
import playhead.aio
from playhead import modules
from playhead.aio import modules as aio


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[playhead.aio.Store]:
    """An empty store, once for each kind."""
    async with await playhead.aio.open(store_url) as opened:
        yield opened


@pytest.mark.parametrize("kind", [aio.Lock, aio.ReentrantLock])
async def test_a_lock_is_held_within_its_block(
    store: playhead.aio.Store, kind: type[aio.Lock] | type[aio.ReentrantLock]
) -> None:
    lock = await kind.open(store, "l")
    async with lock as entered:
        assert entered is lock
        assert (await lock.state()).held
        other = await kind.open(store, "l")
        assert await asyncio.create_task(other.acquire(0)) is None
    assert not (await lock.state()).held
    with pytest.raises(ZeroDivisionError):
        async with lock:
            raise ZeroDivisionError
    assert not (await lock.state()).held


async def test_a_block_waits_for_the_block_before(store: playhead.aio.Store) -> None:
    inside, most, done = 0, 0, 0

    async def work() -> None:
        nonlocal inside, most, done
        lock = await aio.Lock.open(store, "l")
        for _ in range(3):
            async with lock:
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1
                done += 1

    await asyncio.gather(*(work() for _ in range(6)))
    assert (most, done) == (1, 18)


async def test_a_reentrant_lock_is_free_after_the_outer_block(store: playhead.aio.Store) -> None:
    lock = await aio.ReentrantLock.open(store, "l")
    async with lock:
        async with lock:
            assert (await lock.state()).holds == 2
        assert (await lock.state()).holds == 1
    assert not (await lock.state()).held


async def test_a_lock_is_extended_while_its_block_lasts(store: playhead.aio.Store) -> None:
    lock = await aio.Lock.open(store, "l", lease=300, auto_renew=True)
    async with lock:
        begun = (await lock.state()).ends
        while (await lock.state()).ends == begun:
            await asyncio.sleep(0.001)
        assert (await lock.state()).held


@pytest.mark.parametrize("kind", [aio.Lock, aio.ReentrantLock])
async def test_a_block_that_is_cancelled_is_left(
    store: playhead.aio.Store, kind: type[aio.Lock] | type[aio.ReentrantLock]
) -> None:
    lock, entered = await kind.open(store, "l"), asyncio.Event()

    async def hold() -> None:
        async with lock:
            entered.set()
            await asyncio.Event().wait()

    for _ in range(5):
        holder, waiter = asyncio.create_task(hold()), asyncio.create_task(hold())
        await entered.wait()
        waiter.cancel()
        holder.cancel()
        results = await asyncio.gather(holder, waiter, return_exceptions=True)
        assert [type(result) for result in results] == [asyncio.CancelledError] * 2
        assert not (await lock.state()).held
        entered.clear()


async def test_a_release_that_is_cancelled_has_happened(store: playhead.aio.Store) -> None:
    lock, leaving = await aio.Lock.open(store, "l"), asyncio.Event()

    async def hold() -> None:
        async with lock:
            leaving.set()

    for turns in range(6):
        leaving.clear()
        holder = asyncio.create_task(hold())
        await leaving.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        holder.cancel()
        await asyncio.gather(holder, return_exceptions=True)
        assert not (await lock.state()).held


async def test_redlock_is_held_within_its_block_and_says_if_it_is_not_to_be_had(
    store: playhead.aio.Store,
) -> None:
    async with await playhead.aio.open("memory://") as second:
        one = await aio.Redlock.open([store, second], "l")
        two = await aio.Redlock.open([store, second], "l", retry_count=1)
        async with one:
            assert await one.held() is not None
            with pytest.raises(modules.LockError, match="not to be had"):
                async with two:
                    raise AssertionError
            assert await two.held() is None
        assert await one.held() is None
        async with two:
            assert await two.held() is not None


async def test_a_block_ends_what_runs_in_the_background(store: playhead.aio.Store) -> None:
    cleanup = await aio.UserCleanup.open(store)
    async with cleanup as entered:
        assert entered is cleanup
        await cleanup.run_in_background()
        assert cleanup.running
    assert not cleanup.running
