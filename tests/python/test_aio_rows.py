"""CacheScheduler, RankingCache and the caches of rows of playhead.aio.modules."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from typing import Any

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


# ---- CacheScheduler


async def test_a_step_loads_by_coroutines_on_the_loop(
    store: playhead.aio.Store, clock: playhead.ManualClock
) -> None:
    loop, loaded, stopped = threading.get_ident(), [], []

    async def load(video: Any) -> None:
        assert threading.get_ident() == loop
        await store.strings.set(f"row {video}", "x")
        loaded.append(video)

    async def views_of(video: Any) -> int:
        await asyncio.sleep(0)
        return 0 if video == "cold" else 1_000

    def drop(video: Any) -> None:
        assert threading.get_ident() != loop
        stopped.append(video)

    scheduler = await aio.CacheScheduler.open(
        store, load, views_of=views_of, stopped=drop, clock=clock, batch=10
    )
    await scheduler.schedule("hot", 1_000)
    await scheduler.schedule("cold", 1_000)
    report = await scheduler.step()
    assert (report.claimed, report.refreshed, report.stopped, report.failures) == (2, 1, 1, [])
    assert (loaded, stopped) == (["hot"], ["cold"])
    assert await scheduler.count() == 1
    assert (await scheduler.step()).claimed == 0
    clock.advance(1_000)
    assert (await scheduler.step()).refreshed == 1


async def test_what_a_coroutine_raises_is_in_the_report(
    store: playhead.aio.Store, clock: playhead.ManualClock
) -> None:
    async def load(_: Any) -> None:
        await asyncio.sleep(0)
        raise LookupError("no row")

    scheduler = await aio.CacheScheduler.open(store, load, clock=clock)
    await scheduler.schedule("a", 1_000)
    assert (await scheduler.step()).failures == [("a", "LookupError: no row")]
    clock.advance(5_000)
    assert (await scheduler.claim())[0].video_id == "a"


async def test_the_background_loads_by_coroutines_until_it_is_stopped(store: playhead.aio.Store) -> None:
    loaded, told = asyncio.Queue[Any](), asyncio.Queue[str]()

    async def load(video: Any) -> None:
        await loaded.put(video)
        raise LookupError("no row")

    async with await aio.CacheScheduler.open(store, load) as scheduler:
        await scheduler.run_in_background(told.put)
        assert scheduler.running
        await scheduler.schedule_hot_video_cache("a")
        assert await loaded.get() == "a"
        assert "LookupError: no row" in await told.get()
    assert not scheduler.running
    await scheduler.run_in_background()
    await scheduler.stop_background()
    assert not scheduler.running


async def test_a_step_that_is_cancelled_goes_on(
    store: playhead.aio.Store, clock: playhead.ManualClock
) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def load(_: Any) -> None:
        begun.set()
        await go.wait()

    scheduler = await aio.CacheScheduler.open(store, load, clock=clock)
    await scheduler.schedule("a", 1_000)
    step = asyncio.create_task(scheduler.step())
    await begun.wait()
    step.cancel()
    with pytest.raises(asyncio.CancelledError):
        await step
    go.set()
    while await scheduler.next_due() != clock.now() + 1_000:
        await asyncio.sleep(0)
    clock.advance(1_000)
    assert (await scheduler.step()).refreshed == 1


def test_a_scheduler_whose_loop_has_ended_ends_with_the_interpreter() -> None:
    program = """
import asyncio, playhead.aio
from playhead.aio.modules import CacheScheduler
async def main():
    store = await playhead.aio.open("memory://")
    begun = asyncio.Event()
    async def load(video):
        begun.set()
        await asyncio.Event().wait()
    scheduler = await CacheScheduler.open(store, load)
    await scheduler.schedule("a", 1)
    await scheduler.run_in_background()
    await begun.wait()
    return store, scheduler
loop = asyncio.new_event_loop()
kept = loop.run_until_complete(main())
print("end")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "end\n")


# ---- RankingCache


class Videos:
    """A database whose methods are coroutine functions."""

    def __init__(self) -> None:
        self.rows: dict[Any, dict[str, Any]] = {
            "a": {"id": "a", "title": "A", "username": "ann"},
            "b": {"id": "b", "title": "B", "username": "bob"},
        }
        self.asked = 0

    async def top(self, limit: int) -> list[tuple[str, int]]:
        self.asked += 1
        await asyncio.sleep(0)
        return [("b", 7), ("a", 3)][:limit]

    async def many(self, ids: list[Any]) -> list[dict[str, Any] | None]:
        await asyncio.sleep(0)
        return [self.rows.get(id) for id in ids]

    async def get_video_by_id(self, video_id: Any) -> Mapping[str, Any] | None:
        self.asked += 1
        await asyncio.sleep(0)
        return self.rows.get(video_id)

    async def update_video(self, video_id: Any, update_data: Mapping[str, Any]) -> None:
        await asyncio.sleep(0)
        self.rows[video_id].update(update_data)

    async def get_user_by_id(self, user_id: Any) -> Mapping[str, Any] | None:
        return await self.get_video_by_id(user_id)


async def test_a_ranking_is_built_by_coroutines_once(store: playhead.aio.Store) -> None:
    source = Videos()
    ranking = await aio.RankingCache.open(store, source.top, source.many)
    rows = await asyncio.gather(*(ranking.get_top_viewed_videos(2) for _ in range(8)))
    assert [[(row["id"], row["views"]) for row in one] for one in rows] == [[("b", 7), ("a", 3)]] * 8
    assert source.asked == 1
    assert len(await ranking.update_ranking_cache(1)) == 1
    await ranking.schedule(1)
    assert (await ranking.step()).refreshed == 1
    assert await ranking.unschedule(1)


async def test_rankings_are_built_in_the_background_until_that_is_stopped(store: playhead.aio.Store) -> None:
    source = Videos()
    async with await aio.RankingCache.open(store, source.top, source.many) as ranking:
        await ranking.start_auto_update([1, 2])
        while source.asked < 2:
            await asyncio.sleep(0)
        await ranking.stop_auto_update()
        assert not ranking.running


# ---- rows


async def test_metadata_of_videos_are_read_and_changed_by_coroutines(store: playhead.aio.Store) -> None:
    source = Videos()
    cache = await aio.VideoMetadataCache.open(store, source)
    first = await cache.get_video_metadata("a")
    assert first == await cache.get_video_metadata("a")
    assert first is not None
    assert first["title"] == "A"
    assert source.asked == 1
    await cache.update_video_metadata("a", {"title": "new"})
    changed = await cache.get_video_metadata("a")
    assert changed is not None
    assert changed["title"] == "new"
    assert await cache.invalidate_video_cache("a")
    assert await cache.get_video_metadata("none") is None


async def test_metadata_of_videos_are_read_by_functions_too(store: playhead.aio.Store) -> None:
    loop = threading.get_ident()

    class Plain:
        def get_video_by_id(self, video_id: Any) -> dict[str, Any]:
            assert threading.get_ident() != loop
            return {"id": video_id, "title": "T"}

        def update_video(self, video_id: Any, update_data: Mapping[str, Any]) -> None:
            raise OSError(f"{video_id} is read-only: {update_data}")

        def get_user_by_id(self, user_id: Any) -> dict[str, Any]:
            return {"id": user_id, "username": "ann", "password": "secret"}

    cache = await aio.VideoMetadataCache.open(store, Plain())
    row = await cache.get_video_metadata("a")
    assert row is not None
    assert row["title"] == "T"
    with pytest.raises(OSError, match="a is read-only"):
        await cache.update_video_metadata("a", {"title": "new"})
    assert not await cache.invalidate_video_cache("a")
    profiles = await aio.UserProfileCache.open(store, Plain())
    profile = await profiles.get_user_profile("u")
    assert profile is not None
    assert profile["username"] == "ann"
    assert "password" not in profile


async def test_profiles_are_read_by_coroutines(store: playhead.aio.Store) -> None:
    source = Videos()
    cache = await aio.UserProfileCache.open(store, source)
    profile = await cache.get_user_profile("b")
    assert profile is not None
    assert profile["username"] == "bob"
    assert await cache.get_user_profile("b") == profile
    assert source.asked == 1
    assert await cache.invalidate_user_cache("b")


async def test_the_profile_of_a_user_is_loaded_by_a_coroutine(store: playhead.aio.Store) -> None:
    source = Videos()
    user = await aio.UserCache.open(store, "a", source.get_user_by_id)
    assert user.user_id == "a"
    assert await user.exists()
    assert await user.get() == source.rows["a"] == await user.get_user_cache_data()
    assert source.asked == 1
    assert await user.save() == source.rows["a"]
    assert source.asked == 2
    assert await user.clear()
    nobody = await aio.UserCache.open(store, "nobody", source.get_user_by_id)
    assert not await nobody.exists()
    assert not await nobody.determine_user_exists()
    assert source.asked == 3


async def test_a_cache_of_rows_is_shared_with_code_that_waits(store: playhead.aio.Store) -> None:
    source = Videos()
    user = await aio.UserCache.open(store, "a", source.get_user_by_id)
    assert await user.get() == source.rows["a"]

    def never(_: Any) -> None:
        raise AssertionError

    assert await asyncio.to_thread(modules.UserCache(store.sync, "a", never).get) == source.rows["a"]


# ---- policies


class Users:
    """A table."""

    def __init__(self) -> None:
        self.rows: dict[Any, Any] = {"u": {"name": "Ann"}}
        self.loop = threading.get_ident()
        self.read = 0

    async def get(self, id: Any) -> Mapping[str, Any] | None:
        assert threading.get_ident() == self.loop
        self.read += 1
        await asyncio.sleep(0)
        return self.rows.get(id)

    async def put(self, id: Any, row: Any) -> None:
        await asyncio.sleep(0)
        if row == "bad":
            raise OSError("the disk is full")
        self.rows[id] = row


async def test_users_are_read_beside_a_cache_by_coroutines(
    store: playhead.aio.Store, clock: playhead.ManualClock
) -> None:
    users = Users()
    aside = await aio.CacheAside.open(store, users, clock=clock, ttl=1_000)
    assert await asyncio.gather(*(aside.get_user("u") for _ in range(8))) == [{"name": "Ann"}] * 8
    assert users.read == 1
    await aside.update_user("u", {"name": "Bo"})
    assert (await aside.cache.peek("u")).value is None
    assert await aside.get_user("u") == users.rows["u"] == {"name": "Bo"}
    assert users.read == 2
    with pytest.raises(OSError, match="disk is full"):
        await aside.update_user("u", "bad")  # type: ignore[arg-type]
    assert await aside.get_user("u") == {"name": "Bo"}
    assert await aside.get_user("none") is None
    read = users.read
    clock.advance(1_001)
    assert await aside.get_user("u") == {"name": "Bo"}
    assert users.read == read + 1
    assert await aside.cache.invalidate("u")
    assert modules.CacheAside(store.sync, Plainly(), clock=clock).get_user("u") == {"name": "plain u"}
    assert await aside.get_user("u") == {"name": "plain u"}  # one cache, whoever has filled it


async def test_users_are_written_through_a_cache_by_coroutines(store: playhead.aio.Store) -> None:
    users = Users()
    through = await aio.WriteThrough.open(store, users)
    await through.set_user("u", {"name": "Bo"})
    assert users.rows["u"] == await through.get_user("u") == {"name": "Bo"}
    assert users.read == 0
    with pytest.raises(OSError, match="disk is full"):
        await through.set_user("u", "bad")  # type: ignore[arg-type]
    assert await through.get_user("u") == {"name": "Bo"}
    assert await through.get_user("none") is None


class Plainly:
    """A table whose methods are functions."""

    def get(self, id: Any) -> Mapping[str, Any]:
        return {"name": f"plain {id}"}

    def put(self, id: Any, row: Any) -> None:
        raise OSError(f"{id} is read-only: {row}")


async def test_a_table_may_have_functions(store: playhead.aio.Store) -> None:
    through = await aio.WriteThrough.open(store, Plainly())
    assert await through.get_user("v") == {"name": "plain v"}
    with pytest.raises(OSError, match="v is read-only"):
        await through.set_user("v", {})
    assert isinstance(through.cache, aio.Cache)
    assert (await through.cache.statistics()).misses == 1
