"""What the Python benchmarks compare: each contestant gives a loop for every operation that it has."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import playhead
import playhead.modules

KEYS = 10_000
MEMBERS = 100_000
START = 1_700_000_000_000  # when the first viewing was
OPERATIONS = [
    "get",
    "set",
    "incr",
    "hset",
    "hget",
    "zadd",
    "zincrby",
    "zrank",
    "top 10",
    "expire+ttl",
    "record",
]

Run = Callable[[int], None]
"""Performs so many operations."""


def scattered(count: int, prefix: bytes) -> list[bytes]:
    """Names in an order that no cache likes."""
    return [b"%s%08d" % (prefix, (i * 7919) % count) for i in range(count)]


USERS = scattered(KEYS, b"user:")
VIDEOS = scattered(KEYS, b"video:")
NAMES = scattered(MEMBERS, b"member:")
SCORES = [float((i * 2654435761) % 1000003) for i in range(MEMBERS)]
VALUE = b"v" * 32


def calls(function: Callable[..., Any], *columns: list[Any]) -> Run:
    """A loop over one function with the arguments of each row in turn."""
    if len(columns) == 1:
        one = cycle(columns[0])

        def run_one(count: int) -> None:
            for a in islice(one, count):
                function(a)

        return run_one
    if len(columns) == 2:
        two = cycle(list(zip(*columns, strict=True)))

        def run_two(count: int) -> None:
            for a, b in islice(two, count):
                function(a, b)

        return run_two
    three = cycle(list(zip(*columns, strict=True)))

    def run_three(count: int) -> None:
        for a, b, c in islice(three, count):
            function(a, b, c)

    return run_three


def steps(function: Callable[[int], Any], count: int) -> Run:
    """A loop over a function of the position."""
    positions = cycle(range(count))

    def run(n: int) -> None:
        for i in islice(positions, n):
            function(i)

    return run


def same(x: Any, rows: list[Any]) -> list[Any]:
    """A column of one value."""
    return [x] * len(rows)


def nothing(_: str) -> None:
    """A job of a queue."""


def playhead_memory() -> dict[str, Run]:
    """The memory store."""
    store = playhead.open("memory://")
    activity = playhead.modules.Activity(store)
    for user in USERS:
        store.strings.set(user, VALUE)
        store.hashes.hset(b"h:" + user, b"field", VALUE)
    for name, score in zip(NAMES, SCORES, strict=True):
        store.zsets.zadd(b"z", score, name)
    numbers = [b"n:" + u for u in USERS]
    hashes = [b"h:" + u for u in USERS]
    shifted = SCORES[1:] + SCORES[:1]
    expire, ttl = store.keys.expire, store.keys.ttl
    top, record = store.zsets.zrevrange, activity.record_video_viewing

    def expiry(i: int) -> None:
        expire(USERS[i], 1000)
        ttl(USERS[i])

    return {
        "get": calls(store.strings.get, USERS),
        "set": calls(store.strings.set, USERS, same(VALUE, USERS)),
        "incr": calls(store.strings.incr, numbers),
        "hset": calls(store.hashes.hset, hashes, same(b"field", USERS), same(VALUE, USERS)),
        "hget": calls(store.hashes.hget, hashes, same(b"field", USERS)),
        "zadd": calls(store.zsets.zadd, same(b"z", NAMES), shifted, NAMES),
        "zadd {member: score}": calls(
            store.zsets.zadd, same(b"z", NAMES), [{n: s} for n, s in zip(NAMES, shifted, strict=True)]
        ),
        "zincrby": calls(store.zsets.zincrby, same(b"z", NAMES), same(1.0, NAMES), NAMES),
        "zrank": calls(store.zsets.zrank, same(b"z", NAMES), NAMES),
        "top 10": steps(lambda _: top(b"z", 0, 9, withscores=True), 1),
        "expire+ttl": steps(expiry, KEYS),
        "record": steps(
            lambda i: record(USERS[i], VIDEOS[-i], 20_000, 40_000, at=1_700_000_000_000 + i), KEYS
        ),
    }


def pybind_floor() -> dict[str, Run]:
    """See support/python_floor.cpp."""
    floor = importlib.import_module("python_floor").Floor()
    for user in USERS:
        floor.set(user, VALUE)
        floor.hset(b"h:" + user, b"field", VALUE)
    for name, score in zip(NAMES, SCORES, strict=True):
        floor.zadd(b"z", name, score)
    numbers = [b"n:" + u for u in USERS]
    hashes = [b"h:" + u for u in USERS]
    shifted = SCORES[1:] + SCORES[:1]
    expire, ttl, record, top = floor.expire, floor.ttl, floor.record, floor.top

    def expiry(i: int) -> None:
        expire(USERS[i], 1000)
        ttl(USERS[i])

    return {
        "empty bound method": calls(floor.nothing, USERS),
        "get": calls(floor.get, USERS),
        "set": calls(floor.set, USERS, same(VALUE, USERS)),
        "incr": calls(floor.incr, numbers),
        "hset": calls(floor.hset, hashes, same(b"field", USERS), same(VALUE, USERS)),
        "hget": calls(floor.hget, hashes, same(b"field", USERS)),
        "zadd": calls(floor.zadd, same(b"z", NAMES), NAMES, shifted),
        "zincrby": calls(floor.zincrby, same(b"z", NAMES), same(1.0, NAMES), NAMES),
        "zrank": calls(floor.zrank, same(b"z", NAMES), NAMES),
        "top 10": steps(lambda _: top(b"z", 10), 1),
        "expire+ttl": steps(expiry, KEYS),
        "record": steps(lambda i: record(USERS[i], VIDEOS[-i], 20_000, float(START + i)), KEYS),
    }


def plain_dict() -> dict[str, Run]:
    """A dict, and sortedcontainers where order is asked for."""
    sorted_list = importlib.import_module("sortedcontainers").SortedList
    values = dict.fromkeys(USERS, VALUE)
    hashes = {u: {b"field": VALUE} for u in USERS}
    counts = dict.fromkeys(USERS, 0)
    scores = dict(zip(NAMES, SCORES, strict=True))
    order = sorted_list((s, n) for n, s in scores.items())
    shifted = SCORES[1:] + SCORES[:1]

    def incr(key: bytes) -> None:
        counts[key] += 1

    def hset(key: bytes, field: bytes, value: bytes) -> None:
        hashes[key][field] = value

    def zadd(name: bytes, score: float) -> None:
        order.remove((scores[name], name))
        scores[name] = score
        order.add((score, name))

    return {
        "get": calls(values.__getitem__, USERS),
        "set": calls(values.__setitem__, USERS, same(VALUE, USERS)),
        "incr": calls(incr, USERS),
        "hset": calls(hset, USERS, same(b"field", USERS), same(VALUE, USERS)),
        "hget": calls(lambda key, field: hashes[key][field], USERS, same(b"field", USERS)),
        "zadd": calls(zadd, NAMES, shifted),
        "zincrby": calls(lambda name: zadd(name, scores[name] + 1), NAMES),
        "zrank": calls(lambda name: order.bisect_left((scores[name], name)), NAMES),
        "top 10": steps(lambda _: order[-10:], 1),
    }


def like_redis(client: Any, *, members: int = MEMBERS) -> dict[str, Run]:
    """Clients of redis-py's interface."""
    for start in range(0, KEYS, 1000):
        pipe = client.pipeline(transaction=False)
        for user in USERS[start : start + 1000]:
            pipe.set(user, VALUE)
            pipe.hset(b"h:" + user, b"field", VALUE)
        pipe.execute()
    names, scores = NAMES[:members], SCORES[:members]
    for start in range(0, members, 1000):
        client.zadd(b"z", dict(zip(names[start : start + 1000], scores[start : start + 1000], strict=True)))
    numbers = [b"n:" + u for u in USERS]
    hashes = [b"h:" + u for u in USERS]
    shifted = scores[1:] + scores[:1]

    def expiry(i: int) -> None:
        client.expire(USERS[i], 1000)
        client.ttl(USERS[i])

    def record(i: int) -> None:
        user, video = USERS[i], VIDEOS[-i]
        pipe = client.pipeline()
        pipe.zadd(user + b":history", {video: START + i})
        pipe.hincrby(user + b":watched", video, 20_000)
        pipe.hset(user + b":completion", video, 500)
        pipe.zincrby(user + b":preferences", 1, video)
        pipe.hincrby(user + b":counts", "watched", 20_000)
        pipe.hincrby(user + b":counts", "views", 1)
        pipe.hincrby(video, "watched", 20_000)
        pipe.hincrby(video, "views", 1)
        pipe.execute()

    return {
        "get": calls(client.get, USERS),
        "set": calls(client.set, USERS, same(VALUE, USERS)),
        "incr": calls(client.incr, numbers),
        "hset": calls(client.hset, hashes, same(b"field", USERS), same(VALUE, USERS)),
        "hget": calls(client.hget, hashes, same(b"field", USERS)),
        "zadd": calls(client.zadd, same(b"z", names), [{n: s} for n, s in zip(names, shifted, strict=True)]),
        "zincrby": calls(client.zincrby, same(b"z", names), same(1.0, names), names),
        "zrank": calls(client.zrank, same(b"z", names), names),
        "top 10": steps(lambda _: client.zrevrange(b"z", 0, 9, withscores=True), 1),
        "expire+ttl": steps(expiry, KEYS),
        "record": steps(record, KEYS),
    }


def fakeredis() -> dict[str, Run]:
    """fakeredis, which lives in the process; its sorted set is smaller, because filling it takes a minute."""
    return like_redis(importlib.import_module("fakeredis").FakeRedis(), members=10_000)


def burner_redis() -> dict[str, Run]:
    """burner-redis: an asyncio interface, so that its loops run inside one coroutine."""
    client = importlib.import_module("burner_redis").BurnerRedis()
    loop = asyncio.new_event_loop()

    async def prepare() -> None:
        for user in USERS:
            await client.set(user, VALUE)
            await client.hset(b"h:" + user, b"field", VALUE)
        for name, score in zip(NAMES, SCORES, strict=True):
            await client.zadd("z", {name: score})

    loop.run_until_complete(prepare())

    def loops(function: Callable[..., Any], *columns: list[Any]) -> Run:
        rows = cycle(list(zip(*columns, strict=True)))

        async def run(count: int) -> None:
            for row in islice(rows, count):
                await function(*row)

        return lambda count: loop.run_until_complete(run(count))

    async def expiry(user: bytes) -> None:
        await client.expire(user, 1000)
        await client.ttl(user)

    hashes = [b"h:" + u for u in USERS]
    shifted = SCORES[1:] + SCORES[:1]
    mappings = [{n: s} for n, s in zip(NAMES, shifted, strict=True)]
    return {
        "get": loops(client.get, USERS),
        "set": loops(client.set, USERS, same(VALUE, USERS)),
        "hset": loops(client.hset, hashes, same(b"field", USERS), same(VALUE, USERS)),
        "hget": loops(client.hget, hashes, same(b"field", USERS)),
        "zadd": loops(client.zadd, same("z", NAMES), mappings),
        "expire+ttl": loops(expiry, USERS),
    }


def ttl_cache() -> dict[str, Run]:
    """cachetools.TTLCache."""
    cache = importlib.import_module("cachetools").TTLCache(maxsize=10 * KEYS, ttl=1000)
    for user in USERS:
        cache[user] = VALUE
    counts = importlib.import_module("cachetools").TTLCache(maxsize=10 * KEYS, ttl=1000)
    for user in USERS:
        counts[user] = 0

    def incr(key: bytes) -> None:
        counts[key] += 1

    return {
        "get": calls(cache.__getitem__, USERS),
        "set": calls(cache.__setitem__, USERS, same(VALUE, USERS)),
        "incr": calls(incr, USERS),
    }


def on_disk(directory: Path) -> dict[str, Callable[[], dict[str, Run]]]:
    """What keeps its data in files, by name."""

    def rocks() -> dict[str, Run]:
        store = playhead.open(f"rocksdb://{directory}/playhead")
        calls(store.strings.set, USERS, same(VALUE, USERS))(KEYS)
        return {
            "get": calls(store.strings.get, USERS),
            "set": calls(store.strings.set, USERS, same(VALUE, USERS)),
        }

    def diskcache() -> dict[str, Run]:
        cache = importlib.import_module("diskcache").Cache(str(directory / "diskcache"))
        calls(cache.set, USERS, same(VALUE, USERS))(KEYS)
        return {"get": calls(cache.get, USERS), "set": calls(cache.set, USERS, same(VALUE, USERS))}

    def rocksdict() -> dict[str, Run]:
        module = importlib.import_module("rocksdict")
        database = module.Rdict(str(directory / "rocksdict"), module.Options(raw_mode=True))
        calls(database.__setitem__, USERS, same(VALUE, USERS))(KEYS)
        return {
            "get": calls(database.__getitem__, USERS),
            "set": calls(database.__setitem__, USERS, same(VALUE, USERS)),
        }

    return {"playhead, RocksDB": rocks, "diskcache": diskcache, "rocksdict": rocksdict}
