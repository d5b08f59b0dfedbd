"""Cache from Python: loaders, policies, decorators, coroutines."""

import asyncio
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

import playhead
from playhead.modules import Cache, Loaded, PendingWrite, cache_result, cached
from playhead.modules._values import RAW


class Source:
    def __init__(self, **rows: Any) -> None:
        self.rows: dict[Any, Any] = rows
        self.loads = 0

    def load(self, key: Any) -> Any:
        self.loads += 1
        return self.rows.get(key)

    def write(self, key: Any, value: Any) -> None:
        self.rows[key] = value


def test_a_hit_gives_what_the_miss_gave(store: playhead.Store) -> None:
    class Original:
        """Stores some fields, and gives all of them on a miss."""

        def __init__(self) -> None:
            self.kept: dict[str, Any] = {}

        def get(self, key: str) -> Any:
            if key in self.kept:
                return self.kept[key]
            row = {"id": key, "title": "t", "views": 7}
            self.kept[key] = {"id": row["id"], "title": row["title"]}
            return row

    original = Original()
    assert original.get("a") != original.get("a")

    source = Source(a={"id": "a", "tags": ("x", 1)})
    cache = Cache(store)
    assert cache.get("a", source.load) == cache.get("a", source.load) == {"id": "a", "tags": ["x", 1]}
    assert source.loads == 1


def test_none_is_cached_and_told_apart_from_nothing(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    source = Source()
    cache = Cache(store, clock=clock, null_ttl=1_000)
    assert [cache.get("a", source.load) for _ in range(3)] == [None, None, None]
    assert source.loads == 1
    assert cache.contains("a")
    clock.advance(1_000)
    assert not cache.contains("a")


def test_a_loader_may_say_more(store: playhead.Store, clock: playhead.ManualClock) -> None:
    cache = Cache(store, clock=clock)
    cache.get("a", lambda _: Loaded([1], ttl=500, tags=["news", b"\xff"]))
    assert cache.peek("a")[:3] == ("hit", [1], clock.now() + 500)
    cache.invalidate_tags(b"\xff")
    assert not cache.contains("a")


def test_what_a_loader_raises_is_raised_itself(store: playhead.Store) -> None:
    error = LookupError("no row")

    def load(_: Any) -> Any:
        raise error

    cache = Cache(store)
    for _ in range(2):
        with pytest.raises(LookupError) as raised:
            cache.get("a", load)
        assert raised.value is error
    with pytest.raises(SystemExit):
        cache.get("a", lambda _: sys.exit(3))
    assert cache.get("a", lambda _: 1) == 1


def test_values_that_are_no_json_are_refused(store: playhead.Store) -> None:
    cache = Cache(store)
    deep: Any = []
    for _ in range(100):
        deep = [deep]
    for bad in [object(), float("nan"), {1, 2}, deep, "\ud800"]:
        with pytest.raises(playhead.InvalidArgument):
            cache.set("a", bad)
        with pytest.raises(playhead.InvalidArgument):
            cache.get("a", dict.fromkeys("a", bad).get)
    assert not cache.contains("a")
    raw = Cache(store, name="raw", serializer=RAW)
    raw.set("a", b"\x00\xff")
    assert raw.get("a", lambda _: b"") == b"\x00\xff"


def test_threads_load_once(store: playhead.Store) -> None:
    cache, loads = Cache(store), []

    def load(_: Any) -> int:
        loads.append(1)
        while cache.statistics().waits < 7:
            pass
        return 5

    seen: list[Any] = []
    threads = [threading.Thread(target=lambda: seen.append(cache.get("a", load))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (seen, len(loads)) == ([5] * 8, 1)


def test_processes_load_once(redis_url: str) -> None:
    program = """
import sys, playhead
from playhead.modules import Cache
store = playhead.open(sys.argv[1])
cache = Cache(store)
def load(key):
    store.strings.incr("loads")
    while store.strings.get("go") is None:
        pass
    return "value"
print(cache.get("a", load), cache.statistics().loads, flush=True)
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", program, redis_url], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    with playhead.open(redis_url) as store:
        entry = next_key(store, "entry")
        while store.hashes.hget(entry, "w") != b"3":
            time.sleep(0.001)
        store.strings.set("go", "1")
        told = sorted(process.communicate(timeout=60)[0].strip() for process in processes)
        assert told == ["value 0", "value 0", "value 0", "value 1"]
        assert store.strings.get("loads") == b"1"


def next_key(store: playhead.Store, part: str) -> bytes:
    """Wait for the key of an entry."""
    while True:
        for key in store.keys.keys("*"):
            if part.encode() in key:
                return bytes(key)


def test_several_keys_are_loaded_by_one_call(store: playhead.Store) -> None:
    asked: list[list[Any]] = []

    def load(keys: list[Any]) -> list[Any]:
        asked.append(keys)
        return [None if key == "none" else key.upper() for key in keys]

    cache = Cache(store)
    assert cache.get_many(["a", "none", "b", "a"], load) == ["A", None, "B", "A"]
    assert cache.get_many(["b", "c"], load) == ["B", "C"]
    assert [sorted(keys) for keys in asked] == [["a", "b", "none"], ["c"]]


def test_sources_are_written_through_and_around(store: playhead.Store) -> None:
    source = Source()
    cache = Cache(store)
    cache.write_through("a", [1], source.write)
    assert (source.rows["a"], cache.get("a", source.load), source.loads) == ([1], [1], 0)
    cache.write_around("a", [2], source.write)
    assert not cache.contains("a")
    assert cache.get("a", source.load) == [2]
    with pytest.raises(ZeroDivisionError):
        cache.write_through("a", [3], lambda *_: 1 / 0)
    assert cache.get("a", source.load) == [2]


def test_writes_behind_outlive_their_process(store_url: str) -> None:
    if store_url == "memory://":
        store_url = "memory://behind"
    written: list[PendingWrite] = []
    with playhead.open(store_url) as first:
        Cache(first).write_behind("a", {"n": 1})
        if store_url.startswith("memory"):
            assert Cache(first).flush(written.extend) == 1
    if not written:
        with playhead.open(store_url) as second:
            cache = Cache(second)
            assert cache.pending() == 1
            assert cache.flush(written.extend) == 1
            assert cache.pending() == 0
    assert written == [PendingWrite("a", {"n": 1}, 1, 0)]


def test_writes_behind_are_claimed_and_settled(store: playhead.Store, clock: playhead.ManualClock) -> None:
    cache = Cache(store, clock=clock)
    cache.write_behind("a", 1)
    claimed = cache.claim_writes(10_000)
    assert claimed.writes == [PendingWrite("a", 1, 1, 0)]
    assert cache.settle(claimed, failed=True) == 1
    assert cache.claim_writes().writes == []
    clock.advance(1_000)
    assert cache.claim_writes().writes == [PendingWrite("a", 1, 1, 1)]


def test_the_background_refreshes_and_writes(store: playhead.Store, clock: playhead.ManualClock) -> None:
    written = threading.Event()
    cache = Cache(store, clock=clock, refresh_ahead_percent=50, refresh_in_background=True, write_delay=0)
    with cache:
        cache.run_in_background(lambda _: written.set())
        cache.write_behind("a", 1)
        assert written.wait(20)
        cache.set("b", "old", ttl=1_000)
        clock.advance(600)
        assert cache.get("b", lambda _: "new") == "old"
        while cache.peek("b").value != "new":
            pass
    assert not cache.running


def test_the_interpreter_ends_while_a_cache_works() -> None:
    program = """
import playhead, time
from playhead.modules import Cache
store = playhead.open("memory://")
cache = Cache(store, refresh_ahead_percent=90, ttl=50, refresh_in_background=True, write_delay=0)
cache.run_in_background(lambda writes: time.sleep(0.001), print)
for i in range(200):
    cache.write_behind(str(i), i)
    cache.set("x", 1)
    cache.get("x", lambda k: time.sleep(0.001))
print("end")
"""
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


# ---- decorators


def test_a_function_is_called_once_for_the_same_arguments(store: playhead.Store) -> None:
    cache, calls = Cache(store), []

    @cached(cache, tags=lambda row: [f"user {row['id']}"])
    def user(id: int, *, full: bool = False) -> dict[str, Any]:
        """Look one up."""
        calls.append(id)
        return {"id": id, "full": full}

    assert user(1) == user(id=1) == user(1, full=False) == {"id": 1, "full": False}
    assert user(1, full=True) == {"id": 1, "full": True}
    assert calls == [1, 1]
    assert user.__doc__ == "Look one up."
    assert user.invalidate(1)
    assert not user.invalidate(1)
    user(1)
    cache.invalidate_tags("user 1")
    user(1)
    assert calls == [1, 1, 1, 1]


def test_keys_do_not_depend_on_the_process(store: playhead.Store) -> None:
    # The original: f"cache:{name}:{hash(str(args) + str(kwargs))}".
    program = "print(hash(str((1, 'a')) + str({})))"
    seeds = [{"PYTHONHASHSEED": str(seed)} for seed in (1, 2)]
    hashes = {subprocess.check_output([sys.executable, "-c", program], env=env) for env in seeds}
    assert len(hashes) == 2

    @cache_result(Cache(store), expiration=600)
    def f(a: int, b: str) -> int:
        return a + len(b)

    assert str(f.key(1, b="a")).endswith('.f:{"a":1,"b":"a"}')
    assert f.key(1, "x") != f.key(1, "y")
    assert len(str(f.key(1, "x" * 5_000))) < 1_024
    with pytest.raises(playhead.InvalidArgument, match="give @cached a key function"):
        f(object(), "b")  # type: ignore[arg-type]


def test_methods_name_their_key(store: playhead.Store) -> None:
    cache = Cache(store)

    class Users:
        calls = 0

        @cached(cache, key=lambda _self, id: f"user {id}")
        def user(self, id: int) -> int:
            Users.calls += 1
            return id

    assert Users().user(1) == Users().user(1) == 1
    assert Users.calls == 1


# ---- coroutines


async def test_coroutines_load_once_and_a_cancelled_one_takes_nobody_along(store: playhead.Store) -> None:
    cache, calls, go = Cache(store), [], asyncio.Event()

    @cached(cache)
    async def slow(id: int) -> int:
        calls.append(id)
        await go.wait()
        return id * 2

    tasks = [asyncio.create_task(slow(4)) for _ in range(5)]
    while not calls:
        await asyncio.sleep(0)
    tasks[0].cancel()
    go.set()
    assert await asyncio.gather(*tasks[1:]) == [8] * 4
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert await slow(4) == 8
    assert calls == [4]


async def test_a_coroutine_that_fails_fails_for_all_who_wait(store: playhead.Store) -> None:
    cache = Cache(store)

    async def load(_: Any) -> Any:
        await asyncio.sleep(0)
        raise LookupError("no row")

    results = await asyncio.gather(*(cache.get_async("a", load) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [LookupError] * 3

    async def good(_: Any) -> Any:
        return 1

    assert await cache.get_async("a", good) == 1


async def test_a_coroutine_waits_for_a_thread_that_loads(store: playhead.Store) -> None:
    cache, begun = Cache(store), threading.Event()

    def load(_: Any) -> str:
        begun.set()
        while cache.statistics().loads == 0 and store.keys.dbsize() and not waiting.is_set():
            time.sleep(0.001)
        return "thread"

    waiting = threading.Event()
    thread = threading.Thread(target=cache.get, args=("a", load))
    thread.start()
    begun.wait()

    async def never(_: Any) -> Any:
        raise AssertionError

    task = asyncio.create_task(cache.get_async("a", never))
    await asyncio.sleep(0)
    waiting.set()
    assert await task == "thread"
    thread.join()
