"""What makes no sense is refused with a clear error, and nothing of it is done."""

import copy
import math
import pickle
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import playhead
import playhead.modules
from playhead import _playhead

Store = playhead.Store
Case = tuple[Callable[[Any], object], type[Exception], str]


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with playhead.open(store_url) as opened:
        opened.strings.set("text", "value")
        opened.strings.set("number", 5)
        opened.lists.rpush("list", "a", "b")
        opened.hashes.hset("hash", mapping={"f": "v"})
        opened.zsets.zadd("zset", {"m": 1})
        yield opened


def contents(store: Store) -> dict[bytes, bytes | None]:
    return {key: store.keys.dump(key) for key in store.keys.keys("*")}


class Unprintable(int):
    def __repr__(self) -> str:
        raise RuntimeError("no text")


class NoPairs(dict[str, str]):
    def items(self) -> Any:
        return [1, 2]


class TooFewItems(dict[str, str]):
    def items(self) -> Any:
        return []


class FalseLength(dict[str, int]):
    def __len__(self) -> int:
        return 2**62


class BadTruth:
    def __bool__(self) -> bool:
        raise RuntimeError("neither true nor false")


class BadIterator:
    def __iter__(self) -> Iterator[str]:
        yield "a"
        raise RuntimeError("no more")


HUGE = 2**70
NOTHING: Any = None
COMMAND, INVALID = playhead.CommandError, playhead.InvalidArgument

# What is called, what it raises, and what the message says.
CASES: dict[str, Case] = {
    # the number of arguments and their names
    "no argument": (lambda s: s.strings.get(), TypeError, "get is missing its argument 'key'"),
    "one argument too few": (lambda s: s.strings.set("k"), TypeError, "set is missing its argument 'value'"),
    "one too many": (
        lambda s: s.strings.get("a", "b"),
        TypeError,
        "get takes 1 positional arguments here but 2",
    ),
    "a wrong keyword": (
        lambda s: s.strings.set("a", "b", color=1),
        TypeError,
        "unexpected keyword argument 'color'",
    ),
    "a keyword of another command": (lambda s: s.strings.get("a", nx=True), TypeError, "argument 'nx'"),
    "the same argument twice": (lambda s: s.strings.get("a", key="b"), TypeError, "argument 'key'"),
    "no key at all": (lambda s: s.keys.delete(), ValueError, "at least one key"),
    "an empty list of keys": (lambda s: s.keys.delete([]), ValueError, "at least one key"),
    "no keys for a union": (lambda s: s.zsets.zunion([]), ValueError, "keys must not be empty"),
    "half a pair": (lambda s: s.hashes.hset("h", "f", "v", "g"), TypeError, "in groups of 2"),
    "an empty mapping": (lambda s: s.hashes.hset("h", {}), ValueError, "at least one"),
    "weights of other keys": (
        lambda s: s.zsets.zunion(["zset"], weights=[1, 2]),
        ValueError,
        "one value for each",
    ),
    # types
    "None as a key": (
        lambda s: s.strings.get(None),
        TypeError,
        "key must be bytes, str, int or float, not NoneType",
    ),
    "a bool as a value": (lambda s: s.strings.set("k", True), TypeError, "not bool"),
    "a list as a value": (lambda s: s.strings.set("k", ["v"]), TypeError, "not list"),
    "a dict as a member": (lambda s: s.sets.sadd("s", {"a": 1}), TypeError, "not dict"),
    "an object as a value": (lambda s: s.strings.set("k", object()), TypeError, "not object"),
    "text for a number": (
        lambda s: s.strings.incrby("number", "1"),
        TypeError,
        "increment must be an int, not str",
    ),
    "a float for an integer": (lambda s: s.strings.incrby("number", 1.5), TypeError, "an int, not float"),
    "a bool for an integer": (lambda s: s.strings.incrby("number", True), TypeError, "an int, not bool"),
    "text for a score": (
        lambda s: s.zsets.zadd("zset", {"m": "one"}),
        TypeError,
        "score must be a number, not str",
    ),
    "a number for a mapping": (lambda s: s.hashes.hset("h", mapping=5), TypeError, "a mapping, not int"),
    "a list for a mapping": (lambda s: s.hashes.hset("h", mapping=["a"]), TypeError, "a mapping, not list"),
    "a mapping without pairs": (lambda s: s.hashes.hset("h", NoPairs(a="b", c="d")), TypeError, "no pairs"),
    "a mapping without its items": (
        lambda s: s.hashes.hset("h", TooFewItems(a="b")),
        ValueError,
        "at least one",
    ),
    "a limit that is no pair": (lambda s: s.keys.sort("list", limit=5), TypeError, "int"),
    "a limit of three": (
        lambda s: s.keys.sort("list", limit=(0, 1, 2), alpha=True),
        TypeError,
        "3 were given",
    ),
    "an end that is none": (lambda s: s.lists.lmove("list", "l", "UP", "LEFT"), COMMAND, "ERR syntax error"),
    "an unprintable number": (lambda s: s.strings.set("k", Unprintable(1)), RuntimeError, "no text"),
    "a flag without truth": (lambda s: s.strings.set("k", "v", nx=BadTruth()), RuntimeError, "neither"),
    "a list that breaks off": (lambda s: s.sets.sadd("s", BadIterator()), RuntimeError, "no more"),
    "a memory that is not contiguous": (
        lambda s: s.strings.set("k", memoryview(b"abcd")[::2]),
        BufferError,
        "contig",
    ),
    # text
    "a surrogate in a key": (lambda s: s.strings.get("\ud800"), UnicodeEncodeError, "surrogates not allowed"),
    "a surrogate in a value": (lambda s: s.strings.set("k", "a\udfff"), UnicodeEncodeError, "surrogates"),
    "a surrogate in a keyword": (lambda s: s.strings.set("k", "v", **{"\ud800": 1}), TypeError, "keyword"),
    "a surrogate in a member": (lambda s: s.sets.sadd("s", "a", "\ud800"), UnicodeEncodeError, "surrogates"),
    # numbers
    "a huge increment": (lambda s: s.strings.incrby("number", HUGE), OverflowError, "too big"),
    "a huge negative": (lambda s: s.strings.decrby("number", -HUGE), OverflowError, "too big"),
    "an overflow": (lambda s: s.strings.incrby("number", 2**63 - 1), COMMAND, "would overflow"),
    "a huge cursor": (lambda s: s.keys.scan(HUGE), OverflowError, "too big"),
    "a negative cursor": (lambda s: s.keys.scan(-1), OverflowError, "negative"),
    "a huge score": (lambda s: s.zsets.zadd("zset", {"m": 10**400}), OverflowError, "too large"),
    "NaN as a score": (lambda s: s.zsets.zadd("zset", {"m": math.nan}), COMMAND, "not a valid float"),
    "NaN as a bound": (lambda s: s.zsets.zcount("zset", math.nan, 1), COMMAND, "min or max is not a float"),
    "NaN as an increment": (lambda s: s.strings.incrbyfloat("number", math.nan), COMMAND, "ERR"),
    "infinity as an increment": (
        lambda s: s.strings.incrbyfloat("number", math.inf),
        COMMAND,
        "NaN or Infinity",
    ),
    "NaN as a timeout": (
        lambda s: s.lists.blpop("none", timeout=math.nan),
        COMMAND,
        "timeout is not a float",
    ),
    "a negative timeout": (lambda s: s.lists.blpop("none", timeout=-1), COMMAND, "timeout is negative"),
    "a huge timeout": (lambda s: s.lists.blpop("none", timeout=1e300), COMMAND, "out of range"),
    "infinity as a timeout": (lambda s: s.lists.blpop("none", timeout=math.inf), COMMAND, "out of range"),
    "a time to live of 0": (lambda s: s.strings.set("k", "v", ex=0), COMMAND, "invalid expire time"),
    "a huge time to live": (lambda s: s.strings.set("k", "v", ex=2**62), COMMAND, "invalid expire time"),
    "a negative count": (lambda s: s.lists.lpop("list", -1), COMMAND, "must be positive"),
    "a negative offset": (lambda s: s.strings.setrange("text", -1, "x"), COMMAND, "offset is out of range"),
    "two times to live": (lambda s: s.strings.set("k", "v", ex=1, px=1), COMMAND, "syntax error"),
    "contradicting options": (
        lambda s: s.zsets.zadd("zset", {"m": 1}, nx=True, xx=True),
        COMMAND,
        "not compatible",
    ),
    # sizes
    "a string beyond 512 MiB": (
        lambda s: s.strings.setrange("text", 2**29, "x"),
        COMMAND,
        "maximum allowed size",
    ),
    "a bit beyond 512 MiB": (lambda s: s.strings.setbit("text", 2**32, 1), COMMAND, "bit offset"),
    # what a key holds
    "another type": (lambda s: s.strings.get("list"), COMMAND, "WRONGTYPE"),
    "text that is no number": (lambda s: s.strings.incr("text"), COMMAND, "not an integer"),
    "a pop of another type": (lambda s: s.lists.blpop("text", timeout=1), COMMAND, "WRONGTYPE"),
    # databases, scripts, commands by name
    "a database that is not there": (lambda s: s.database(99), COMMAND, "DB index is out of range"),
    "a negative database": (lambda s: s.database(-1), COMMAND, "DB index is out of range"),
    "a script that is none": (lambda s: s.scripts.eval("return ("), COMMAND, "Error compiling script"),
    "a script that fails": (lambda s: s.scripts.eval("error('no')"), COMMAND, "no"),
    "a script that is not loaded": (lambda s: s.scripts.evalsha("0" * 40), COMMAND, "NOSCRIPT"),
    "no command": (lambda s: s.execute(), TypeError, "execute needs a command"),
    "a command that is no text": (lambda s: s.execute(b"\xff\xfe"), COMMAND, "unknown command"),
    "an unknown command": (lambda s: s.execute("NOSUCH", "a"), COMMAND, "unknown command"),
    "a command without arguments": (lambda s: s.execute("GET"), COMMAND, "wrong number of arguments"),
    "a command of a connection": (lambda s: s.execute("SELECT", 1), Exception, ""),
    # batches, transactions, subscriptions
    "a batch that has ended": (lambda s: (b := s.batch(), b.run(), b.strings.get("k")), INVALID, "has ended"),
    "no attempt at all": (lambda s: s.transact("k", print, retries=0), INVALID, "retries"),
    "a transaction on no key": (lambda s: s.transaction(None), TypeError, "keys must be"),
    "a channel that is none": (lambda s: s.pubsub.subscribe(None), TypeError, "channel must be"),
    "room for no message": (lambda s: s.pubsub.subscribe("c", limit=0), INVALID, "at least one message"),
    "NaN seconds": (lambda s: s.pubsub.subscribe("c").get(timeout=math.nan), INVALID, "not a number"),
    # modules
    "None for a store": (
        lambda _: playhead.modules.Tokens(NOTHING),
        TypeError,
        "must be a playhead.Store, not None",
    ),
    "None for its videos": (
        lambda _: playhead.modules.Recommender(NOTHING),
        TypeError,
        "must be a playhead.Store",
    ),
    "no time at all": (lambda s: playhead.modules.Tokens(s, idle_timeout=0), INVALID, "idle_timeout"),
    "data that is no JSON": (lambda s: playhead.modules.Tokens(s).issue("u", {1, 2}), TypeError, "JSON"),
    "data beyond 16 KiB": (lambda s: playhead.modules.Tokens(s).issue("u", "x" * 17_000), INVALID, "16"),
    "an event that is none": (
        lambda s: playhead.modules.Recommender(s).record("u", "v", "yawn"),
        INVALID,
        "yawn",
    ),
    "a negative page": (lambda s: playhead.modules.Activity(s).history("u", "", -1), INVALID, "count"),
    "a forged cursor": (lambda s: playhead.modules.Activity(s).history("u", "forged!"), INVALID, "cursor"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_refused_and_nothing_is_done(store: Store, case: Case) -> None:
    call, error, message = case
    before = contents(store)
    with pytest.raises(error) as raised:
        call(store)
    assert message in str(raised.value)
    assert contents(store) == before


URLS = {
    "": "",
    "memory": "scheme",
    "nosuch://x": "scheme 'nosuch' is unknown",
    "memory://a/b": "has a path",
    "memory://?maxmemory=x": "maxmemory",
    "memory://?maxmemory=-1": "maxmemory",
    "memory://?eviction=never": "eviction",
    "memory://?nosuch=1": "does not know",
    "memory://?databases=0": "databases",
    "memory://%zz": "hexadecimal",
    "rocksdb://relative": "absolute path",
    "rocksdb:///tmp/x?durability=maybe": "durability=maybe is unknown",
    "rocksdb:///tmp/x?sync_ms=0": "sync_ms",
    "redis://host:99999/": "port",
    "redis://host:port/": "port",
    "redis://host/99999": "db",
    "redis://host/zero": "db",
    "redis://[::1": "']'",
    "redis://host?timeout_ms=soon": "timeout_ms",
    "redis://host?pool=0": "pool",
}


@pytest.mark.parametrize(("url", "message"), URLS.items(), ids=list(URLS))
def test_a_url_without_sense_is_refused(url: str, message: str) -> None:
    with pytest.raises(playhead.InvalidArgument) as raised:
        playhead.open(url)
    assert message in str(raised.value)


@pytest.mark.parametrize("url", [None, 5, ["memory://"]])
def test_what_is_no_url_is_refused(url: Any) -> None:
    with pytest.raises((TypeError, playhead.InvalidArgument, UnicodeDecodeError)):
        playhead.open(url)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with (
        pytest.raises(playhead.Unavailable, match=r"127\.0\.0\.1:1"),
        playhead.open("redis://127.0.0.1:1/") as store,
    ):
        store.strings.get("k")


def test_errors_are_those_of_cpp_one_to_one() -> None:
    kinds = {
        name: kind
        for name, kind in vars(_playhead).items()
        if isinstance(kind, type) and issubclass(kind, playhead.Error) and kind is not playhead.Error
    }
    assert set(kinds) == {
        *("CommandError", "InvalidArgument", "Conflict", "Timeout", "UnknownOutcome"),
        *("Unavailable", "Unsupported", "Corrupt", "Closed"),
    }
    assert all(getattr(playhead, name) is kind for name, kind in kinds.items())
    assert all(kind.__module__ == "playhead" for kind in kinds.values())
    assert issubclass(playhead.InvalidArgument, ValueError)
    assert issubclass(playhead.Timeout, TimeoutError)


FORGED: list[Any] = [
    "",
    "x",
    "A" * 68,
    "é" * 68,
    "\ud800",
    b"A" * 68,
    None,
    7,
    "A" * 1_000_000,
    "\0" * 68,
    [],
    {},
]


@pytest.mark.parametrize("token", FORGED, ids=[repr(t)[:20] for t in FORGED])
def test_a_forged_token_is_no_good_one_and_no_reason_to_raise(store: Store, token: Any) -> None:
    tokens = playhead.modules.Tokens(store)
    issued = tokens.issue("alice")
    assert tokens.validate(token) is None
    assert tokens.revoke(token) is False
    assert tokens.rotate(token) is None
    assert tokens.validate(issued.token) is not None


def test_every_altered_token_is_no_good_one(store: Store) -> None:
    tokens = playhead.modules.Tokens(store)
    token = tokens.issue("alice").token
    for i in range(len(token)):
        forged = token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :]
        assert tokens.validate(forged) is None, i


def test_a_refused_batch_call_leaves_the_others_and_a_malformed_one_is_never_queued(store: Store) -> None:
    batch = store.batch()
    batch.strings.set("a", 1)
    with pytest.raises(TypeError):
        batch.strings.set("b", object())  # type: ignore[arg-type]
    with pytest.raises(playhead.CommandError):
        batch.zsets.zadd("b", {"m": 1}, nx=True, xx=True)
    batch.lists.rpush("a", 1)
    batch.strings.set("c", 1)
    assert len(batch) == 3
    assert [type(r) for r in batch.run(raise_on_error=False)] == [bool, playhead.CommandError, bool]


def test_a_list_that_another_thread_changes_is_read_once(store: Store) -> None:
    values = [b"x" * 100] * 1000
    ended = threading.Event()

    def change() -> None:
        while not ended.is_set():
            values.clear()
            values.extend(b"%d" % i * 50 for i in range(1000))

    thread = threading.Thread(target=change)
    thread.start()
    for _ in range(200):
        if values:
            store.keys.delete("copy")
            try:
                store.lists.rpush("copy", values)
            except ValueError:
                continue  # it was empty at that moment
    ended.set()
    thread.join()


def test_a_mapping_has_as_many_items_as_it_gives_whatever_its_length_says(store: Store) -> None:
    assert store.strings.mset(FalseLength(a=1, b=2)) is True
    assert store.strings.mget("a", "b") == [b"1", b"2"]
    assert store.zsets.zadd("z", FalseLength(m=1)) == 1


def test_a_value_that_is_no_utf8_cannot_be_decoded_but_is_there(store_url: str) -> None:
    with playhead.open(store_url, decode_responses=True) as store:
        store.strings.set("k", b"\xff")
        with pytest.raises(UnicodeDecodeError):
            store.strings.get("k")
        assert store.strings.strlen("k") == 1
        with pytest.raises(UnicodeDecodeError):
            store.strings.mget("k", "k")


def test_a_closed_store_refuses_everything(store_url: str) -> None:
    store = playhead.open(store_url)
    batch, transaction, subscriber = store.batch(), store.transaction("k"), store.pubsub.subscribe("c")
    batch.strings.set("k", "v")
    transaction.strings.set("k", "v")
    store.close()
    uses: list[Callable[[], object]] = [
        lambda: store.strings.get("k"),
        lambda: store.strings.set("k", "v"),
        lambda: store.execute("GET", "k"),
        lambda: store.lists.blpop("q", timeout=1),
        lambda: store.transaction("k"),
        lambda: store.pubsub.publish("c", "m"),
        lambda: store.pubsub.subscribe("c"),
        lambda: playhead.modules.Tokens(store).issue("u"),
        batch.run,
        transaction.run,
    ]
    for use in uses:
        with pytest.raises(playhead.Closed):
            use()
    subscriber.close()


def test_a_directory_that_is_open_is_shared_with_the_same_options_only(tmp_path: Any) -> None:
    with playhead.open(f"rocksdb://{tmp_path}/store") as store:
        store.strings.set("k", "v")
        assert playhead.open(f"rocksdb://{tmp_path}/store").strings.get("k") == b"v"
        with pytest.raises(playhead.InvalidArgument, match="other options"):
            playhead.open(f"rocksdb://{tmp_path}/store?durability=sync")


def test_a_directory_that_holds_something_else_is_left_alone(tmp_path: Any) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(playhead.InvalidArgument, match="holds something else"):
        playhead.open(f"rocksdb://{tmp_path}")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_clocks_have_no_subclasses_whose_methods_nobody_would_call() -> None:
    for kind in (playhead.Clock, playhead.ManualClock, playhead.SystemClock):
        with pytest.raises(TypeError):
            type("Mine", (kind,), {"now": lambda _: 5})()


@pytest.mark.parametrize("copied", [pickle.dumps, copy.deepcopy])
def test_what_is_open_is_neither_pickled_nor_copied(copied: Callable[[object], object]) -> None:
    with playhead.open("memory://") as opened:
        tokens, recommender = playhead.modules.Tokens(opened), playhead.modules.Recommender(opened)
        for thing in (opened, opened.strings, opened.batch(), opened.session(), tokens, recommender):
            with pytest.raises(TypeError, match="cannot pickle"):
                copied(thing)
