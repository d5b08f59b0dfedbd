"""Bloom filters and popularity from Python."""

import subprocess
import sys

import pytest

import playhead
from playhead.modules import BloomFilter, Popularity, ttl_for_views


def murmur(data: bytes, seed: int) -> int:
    """MurmurHash64A, from its description."""
    m, mask = 0xC6A4A7935BD1E995, 2**64 - 1
    h = seed ^ (len(data) * m & mask)
    whole = len(data) // 8 * 8
    for i in range(0, whole, 8):
        k = int.from_bytes(data[i : i + 8], "little") * m & mask
        k = (k ^ k >> 47) * m & mask
        h = (h ^ k) * m & mask
    if data[whole:]:
        h = (h ^ int.from_bytes(data[whole:], "little")) * m & mask
    h = (h ^ h >> 47) * m & mask
    return h ^ h >> 47


def bits_of(id: bytes, bits: int, hashes: int) -> set[int]:
    g = murmur(id, 0xC3A5C85C97CB3127)
    x, y, found = (g & 0xFFFFFFFF) % bits, (g >> 32) % bits, set()
    for i in range(hashes):
        found.add(x)
        x, y = (x + y) % bits, (y + i + 1) % bits
    return found


def test_the_bits_are_those_of_the_formula(store: playhead.Store) -> None:
    users = BloomFilter(store, name="users", capacity=1_000, error_rate=0.01)
    assert users.bits <= 32_768
    users.add_many(["alice", b"\xff\x00", "x" * 1_000])
    expected = set().union(
        *(bits_of(id, users.bits, users.hashes) for id in (b"alice", b"\xff\x00", b"x" * 1_000))
    )
    [data] = [store.strings.get(key) for key in store.keys.keys("*bits*")]
    assert data is not None
    assert {i * 8 + b for i, byte in enumerate(data) for b in range(8) if byte >> (7 - b) & 1} == expected


def test_another_process_finds_what_was_added(redis_url: str) -> None:
    # The original: three bits from Python's hash(), which is another one in every process.
    model = "print(hash('user:7:0') % 10**6)"
    seen = {subprocess.check_output([sys.executable, "-c", model], env={"PYTHONHASHSEED": s}) for s in "12"}
    assert len(seen) == 2

    program = """
import sys, playhead
from playhead.modules import BloomFilter
print("7" in BloomFilter(playhead.open(sys.argv[1])))
"""
    with playhead.open(redis_url) as store:
        BloomFilter(store).add("7")
        told = subprocess.check_output([sys.executable, "-c", program, redis_url], text=True)
    assert told == "True\n"


def test_filters_tell_count_merge_and_forget(store: playhead.Store) -> None:
    web, app = (BloomFilter(store, name=name) for name in ("web", "app"))
    assert web.add_many(f"user {i}" for i in range(100)) == 100
    assert not web.add("user 5")
    assert app.add("bob")
    web.merge(app)
    assert "bob" in web
    assert web.might_contain_many(["user 1", "nobody"]) == [True, False]
    assert web.count_estimate() == 101
    web.clear()
    assert "bob" not in web
    with pytest.raises(playhead.InvalidArgument, match="give it its capacity"):
        BloomFilter(store, name="web", capacity=5)


def test_popularity_decays_and_ranks(store: playhead.Store) -> None:
    clock = playhead.ManualClock()
    viewed = Popularity(store, clock=clock, half_life=60_000)
    for _ in range(4):
        viewed.record("old")
    clock.advance(180_000)
    assert viewed.record("new") == pytest.approx(1)
    assert viewed.score("old") == pytest.approx(0.5)
    assert [row.id for row in viewed.top()] == ["new", "old"]
    assert (viewed.rank("old"), viewed.rank("none"), viewed.count()) == (1, None, 2)
    assert viewed.can_cache("new", 1)
    assert not viewed.can_cache("old", 1)
    assert viewed.record("old", 2.0, at=clock.now() - 60_000) == pytest.approx(3)


def test_lifetimes_follow_views() -> None:
    assert [ttl_for_views(n) for n in (0, 10_001, 100_001, 1_000_001)] == [120_000, 300_000, 600_000, 900_000]
    assert ttl_for_views(5, [(1, 10), (4, 20)], 1) == 20
