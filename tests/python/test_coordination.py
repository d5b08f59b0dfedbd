"""Locks and inventories from Python."""

import asyncio
import os
import signal
import subprocess
import sys
import threading

import pytest

import playhead
import playhead.aio
from playhead.aio import modules as aio
from playhead.modules import Inventory, Lock, LockError, Redlock, ReentrantLock


def test_a_lock_is_held_by_one(store: playhead.Store, clock: playhead.ManualClock) -> None:
    one, two = Lock(store, "l", clock=clock), Lock(store, "l", clock=clock)
    first = one.acquire(0)
    assert first is not None
    assert first.ends == clock.now() + 10_000
    assert two.acquire(0) is None
    assert one.state() == (True, first.ends, 1, first.token, 0)
    assert one.extend(20_000) == clock.now() + 20_000
    held = one.held()
    assert held is not None
    assert held.token == first.token
    assert one.release()
    assert not one.release()
    with two:
        second = two.held()
        assert second is not None
        assert second.token > first.token
    assert two.held() is None


def test_waiting_threads_get_the_lock_one_after_the_other(store: playhead.Store) -> None:
    inside, most, done = 0, 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most, done
        for _ in range(5):
            with Lock(store, "l"):
                with guard:
                    inside += 1
                    most = max(most, inside)
                with guard:
                    inside -= 1
                    done += 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert (most, done) == (1, 40)


def test_waiting_for_a_lock_ends_in_time_or_by_ctrl_c(store: playhead.Store) -> None:
    one, two = Lock(store, "l"), Lock(store, "l")
    one.acquire(0)
    assert two.acquire(wait=20) is None
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        two.acquire()
    timer.join()
    assert one.state().waiting == 0


def test_a_reentrant_lock_belongs_to_a_thread(store: playhead.Store) -> None:
    lock = ReentrantLock(store, "l")
    with lock, lock:
        assert lock.state().holds == 2
        other: list[object] = []
        thread = threading.Thread(target=lambda: other.append(lock.acquire(0)))
        thread.start()
        thread.join()
        assert other == [None]
    assert not lock.state().held


def test_a_lock_renews_itself(store: playhead.Store) -> None:
    lock = Lock(store, "l", lease=600, auto_renew=True)
    grant = lock.acquire(0)
    assert grant is not None
    while store.now() <= grant.ends + 60:
        assert Lock(store, "l").acquire(0) is None
    assert lock.release()


def test_redlock_needs_more_than_half(store: playhead.Store) -> None:
    with playhead.open("memory://") as second, playhead.open("memory://") as third:
        stores = [store, second, third]
        one, two = Redlock(stores, "l", retry_count=1), Redlock(stores, "l", retry_count=2, retry_delay=1)
        with one:
            with pytest.raises(LockError), two:
                pass
            assert one.extend() is not None
        second.close()
        grant = two.acquire()
        assert grant == two.held()
        third.close()
        assert two.extend() is None
        assert one.acquire() is None


WORKER = """
import sys, playhead
from playhead.modules import Lock, Inventory
store = playhead.open(sys.argv[1])
inventory = Inventory(store)
for _ in range(20):
    with Lock(store, "l") as lock:
        seen = int(store.strings.get("plain") or 0)
        store.strings.set("plain", seen + 1)
        print("token", lock.held().token)
    if inventory.reserve_stock("p", 1, "u").ok:
        print("reserved")
"""


def test_processes_share_locks_and_stock(redis_url: str) -> None:
    with playhead.open(redis_url) as store:
        inventory = Inventory(store)
        inventory.set_stock("p", 50)
        workers = [
            subprocess.Popen([sys.executable, "-c", WORKER, redis_url], stdout=subprocess.PIPE, text=True)
            for _ in range(4)
        ]
        lines = [line for w in workers for line in w.communicate()[0].splitlines()]
        assert [w.returncode for w in workers] == [0] * 4
        tokens = [int(line.split()[1]) for line in lines if line.startswith("token")]
        assert len(tokens) == len(set(tokens)) == 80
        assert store.strings.get("plain") == b"80"
        assert lines.count("reserved") == 50
        assert inventory.stock("p") == (0, 50, 0)


def test_stock_is_reserved_confirmed_and_cancelled(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    inventory = Inventory(store, clock=clock)
    assert inventory.set_stock("p", 10) == 0
    assert inventory.add_stock("q", 2) == 2
    assert inventory.add_stock("q", -3) is None
    first = inventory.reserve_stock("p", 3, "alice")
    assert first[:2] == (True, "reserved")
    second = inventory.reserve({"p": 1, "q": 2}, "bob", reservation_id=b"\xff", hold=10)
    assert second.ok
    assert inventory.reserve({"p": 1, "q": 2}, "bob", reservation_id=b"\xff").code == "known"
    short = inventory.reserve_stock("p", 7, "carol")
    assert (short.ok, short.code, short.product_id, short.available) == (False, "short", "p", 6)
    assert inventory.confirm_reservation(first.reservation_id) == "confirmed"
    found = inventory.reservation(b"\xff")
    assert found == (b"\xff", "bob", "held", {"p": 1, "q": 2}, clock.now(), clock.now() + 10)
    clock.advance(10)
    assert inventory.confirm_reservation(b"\xff") == "expired"
    assert inventory.stock("p") == (7, 0, 3)
    assert inventory.cancel_reservation("unknown") is None
    assert inventory.expire() == 0


def test_coroutines_wait_for_a_lock(store_url: str) -> None:
    async def run() -> None:
        async with await playhead.aio.open(store_url) as store:
            inside = 0

            async def work() -> None:
                nonlocal inside
                lock = await aio.Lock.open(store, "l")
                assert await lock.acquire() is not None
                inside += 1
                await asyncio.sleep(0)
                assert inside == 1
                inside -= 1
                assert await lock.release()

            await asyncio.gather(*(work() for _ in range(5)))
            holder = await aio.Lock.open(store, "l")
            await holder.acquire()
            waiter = await aio.Lock.open(store, "l")
            task = asyncio.create_task(waiter.acquire())
            while not (await holder.state()).waiting:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await holder.state()).waiting == 0
            inventory = await aio.Inventory.open(store)
            await inventory.set_stock("p", 1)
            assert (await inventory.reserve_stock("p", 1, "alice")).ok

    asyncio.run(run())
