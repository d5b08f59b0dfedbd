"""What the stubs say of replies: checked by mypy as it is written here, and true when it runs."""

from typing import Any, Literal, assert_type

import playhead


def is_a(reply: object, *types: type) -> bool:
    return type(reply) in types


def test_replies_of_strings_have_the_types_that_the_stubs_say(store: playhead.Store) -> None:
    s = store.strings
    assert assert_type(s.set("k", "v"), Literal[True] | None) is True
    assert is_a(assert_type(s.set("k", "w", get=True), bytes | None), bytes)
    assert is_a(assert_type(s.get("k"), bytes | None), bytes)
    assert is_a(assert_type(s.getrange("k", 0, -1), bytes), bytes)
    assert assert_type(s.mget("k", "none"), list[bytes | None]) == [b"w", None]
    assert assert_type(s.mget(["k"]), list[bytes | None]) == [b"w"]
    assert assert_type(s.mset({"a": 1, b"b": 2.5}), Literal[True]) is True
    assert assert_type(s.msetnx("a", 1, "c", 2), bool) is False
    assert assert_type(s.incrby("n", 4), int) == 4
    assert assert_type(s.incrbyfloat("n", 0.5), bytes) == b"4.5"
    assert assert_type(s.lcs("k", "k"), bytes) == b"w"
    assert assert_type(s.lcs("k", "k", len=True), int) == 1
    assert is_a(assert_type(s.lcs("k", "k", idx=True), dict[bytes, Any]), dict)
    assert assert_type(s.bitcount("k", 0, -1, "BYTE"), int) == 6
    assert assert_type(s.bitfield("f", "SET", "u8", 0, 255, "GET", "u4", "#0"), list[int | None]) == [0, 15]


def test_replies_of_keys_have_the_types_that_the_stubs_say(store: playhead.Store) -> None:
    store.strings.set("k", "v")
    k = store.keys
    assert assert_type(k.type("k"), bytes) == b"string"
    assert assert_type(k.expire("k", 100, nx=True), bool) is True
    assert assert_type(k.ttl("k"), int) > 0
    assert assert_type(k.scan(0, match="*", count=10), tuple[int, list[bytes]]) == (0, [b"k"])
    assert is_a(assert_type(k.dump("k"), bytes | None), bytes)
    store.lists.rpush("l", 2, 1)
    assert assert_type(k.sort("l"), list[bytes | None]) == [b"1", b"2"]
    assert assert_type(k.sort("l", store="m", limit=(0, 1)), int) == 1
    assert assert_type(k.delete("k", "l"), int) == 2
    assert assert_type(k.delete(keys=["m"]), int) == 1
    assert assert_type(k.randomkey(), bytes | None) is None


def test_replies_of_hashes_have_the_types_that_the_stubs_say(store: playhead.Store) -> None:
    h = store.hashes
    assert assert_type(h.hset("h", mapping={"a": 1}), int) == 1
    assert assert_type(h.hset("h", {"a": 1, "b": 2}), int) == 1
    assert assert_type(h.hset("h", "c", 3, "d", 4), int) == 2
    assert is_a(assert_type(h.hgetall("h"), dict[bytes, bytes]), dict)
    assert is_a(assert_type(h.hrandfield("h"), bytes | None), bytes)
    assert is_a(assert_type(h.hrandfield("h", 2), list[bytes]), list)
    assert is_a(assert_type(h.hrandfield("h", 2, withvalues=True), list[tuple[bytes, bytes]])[0], tuple)
    assert is_a(assert_type(h.hscan("h", 0), tuple[int, list[bytes]]), tuple)


def test_replies_of_lists_have_the_types_that_the_stubs_say(store: playhead.Store) -> None:
    xs = store.lists
    assert assert_type(xs.rpush("l", *"abcabc"), int) == 6
    assert assert_type(xs.lpos("l", "c"), int | None) == 2
    assert assert_type(xs.lpos("l", "c", count=0), list[int]) == [2, 5]
    assert assert_type(xs.lpop("l"), bytes | None) == b"a"
    assert assert_type(xs.lpop("l", 2), list[bytes] | None) == [b"b", b"c"]
    assert assert_type(xs.lmpop(["none", "l"], "LEFT"), list[bytes | list[bytes]] | None) == [b"l", [b"a"]]
    assert assert_type(xs.blpop("none", "l", timeout=1), list[bytes] | None) == [b"l", b"b"]
    assert assert_type(xs.blpop(["l"], 1), list[bytes] | None) == [b"l", b"c"]


def test_replies_of_sets_have_the_types_that_the_stubs_say(store: playhead.Store) -> None:
    s = store.sets
    assert assert_type(s.sadd("s", "a", "b", "c"), int) == 3
    assert is_a(assert_type(s.smembers("s"), set[bytes]), set)
    assert is_a(assert_type(s.srandmember("s", 2), list[bytes]), list)
    assert is_a(assert_type(s.spop("s"), bytes | None), bytes)
    assert is_a(assert_type(s.spop("s", 1), set[bytes]), set)
    assert assert_type(s.smismember("s", ["x"]), list[int]) == [0]


def test_replies_of_sorted_sets_have_the_types_that_the_stubs_say(store: playhead.Store) -> None:
    z = store.zsets
    assert assert_type(z.zadd("z", {"a": 1, "b": 2.5}), int) == 2
    assert assert_type(z.zadd("z", 3, "c", ch=True), int) == 1
    assert assert_type(z.zadd("z", {"a": 1}, incr=True), float | None) == 2.0
    assert assert_type(z.zrange("z", 0, -1), list[bytes]) == [b"a", b"b", b"c"]
    assert assert_type(z.zrange("z", 0, 0, withscores=True), list[tuple[bytes, float]]) == [(b"a", 2.0)]
    assert assert_type(z.zrangebyscore("z", "(2", 3), list[bytes]) == [b"b", b"c"]
    assert assert_type(z.zunion(["z"], weights=[2.0], aggregate="MAX"), list[bytes]) == [b"a", b"b", b"c"]
    assert assert_type(z.zpopmin("z"), list[bytes | float]) == [b"a", 2.0]
    assert assert_type(z.zpopmin("z", 1), list[tuple[bytes, float]]) == [(b"b", 2.5)]
    assert assert_type(z.bzpopmax("z", timeout=1), list[bytes | float] | None) == [b"z", b"c", 3.0]
    assert assert_type(z.zscore("z", "a"), float | None) is None


def test_a_store_that_decodes_gives_str(store_url: str) -> None:
    with playhead.open(store_url, decode_responses=True) as store:
        store.strings.set("k", "ü")
        assert assert_type(store.strings.get("k"), str | None) == "ü"
        with store.transaction("k") as t:
            assert assert_type(t.strings.get("k"), str | None) == "ü"


def test_a_batch_gives_nothing_and_a_transaction_gives_reads(store: playhead.Store) -> None:
    with store.batch() as batch:
        batch.strings.get("k")  # mypy refuses to use what it gives
    assert batch.results == [None]
    with store.transaction() as t:
        assert assert_type(t.strings.get("k"), bytes | None) is None
        t.strings.set("k", "v")
    assert t.results == [True]
