import threading
from collections.abc import Callable

import pytest

import playhead


def test_a_value_that_was_set_is_read_back_as_bytes(store: playhead.Store) -> None:
    assert store.strings.set("k", "v") is True
    assert store.strings.get("k") == b"v"


def test_a_missing_key_is_none(store: playhead.Store) -> None:
    assert store.strings.get("missing") is None


def test_options_are_keywords(store: playhead.Store) -> None:
    assert store.strings.set("k", "v", nx=True, ex=100) is True
    assert store.strings.set("k", "w", nx=True) is None
    assert 90 < store.keys.ttl("k") <= 100


def test_a_mapping_fills_a_hash(store: playhead.Store) -> None:
    assert store.hashes.hset("h", mapping={"a": 1, "b": "2"}) == 2
    assert store.hashes.hgetall("h") == {b"a": b"1", b"b": b"2"}


def test_a_sorted_set_takes_a_mapping_and_gives_pairs(store: playhead.Store) -> None:
    assert store.zsets.zadd("z", {"a": 1, "b": 2.5}) == 2
    assert store.zsets.zrange("z", 0, -1, withscores=True) == [(b"a", 1.0), (b"b", 2.5)]
    assert store.zsets.zrank("z", "b") == 1


def test_several_values_are_positional_or_a_list(store: playhead.Store) -> None:
    assert store.lists.rpush("l", "a", "b") == 2
    assert store.lists.rpush("l", ["c", "d"]) == 4
    assert store.lists.lrange("l", 0, -1) == [b"a", b"b", b"c", b"d"]
    assert store.sets.sadd("s", "x", "y") == 2
    assert store.sets.smembers("s") == {b"x", b"y"}
    assert store.keys.delete("l", "s") == 2


def test_a_command_on_a_key_of_another_type_is_refused_in_redis_words(store: playhead.Store) -> None:
    store.lists.rpush("l", "a")
    with pytest.raises(playhead.CommandError, match="WRONGTYPE Operation against a key"):
        store.strings.get("l")


def test_a_batch_runs_as_one_and_gives_its_replies_in_order(store: playhead.Store) -> None:
    with store.batch() as batch:
        queued: object = batch.strings.set("a", 1)  # type: ignore[func-returns-value]
        assert queued is None
        batch.strings.incr("a")
        batch.strings.get("a")
    assert batch.results == [True, 2, b"2"]


def test_a_refused_call_in_a_batch_leaves_the_others(store: playhead.Store) -> None:
    batch = store.batch()
    batch.strings.set("a", "text")
    batch.strings.incr("a")
    batch.strings.set("b", "2")
    replies = batch.run(raise_on_error=False)
    assert replies[0] is True
    assert isinstance(replies[1], playhead.CommandError)
    assert store.strings.get("b") == b"2"


def test_a_transaction_conflicts_with_a_change_of_what_it_read(store: playhead.Store) -> None:
    store.strings.set("k", "1")
    t = store.transaction("k")
    assert t.strings.get("k") == b"1"
    store.strings.set("k", "2")
    t.strings.set("k", "3")
    with pytest.raises(playhead.Conflict):
        t.run()
    assert store.strings.get("k") == b"2"


@pytest.mark.parametrize("changed", [0, 100, 199])
def test_a_transaction_depends_on_every_key_of_an_iterator(store: playhead.Store, changed: int) -> None:
    transaction = store.transaction(b"key%06d" % i for i in range(200))
    store.strings.set(b"key%06d" % changed, "changed")
    transaction.strings.set("written", 1)
    with pytest.raises(playhead.Conflict):
        transaction.run()


def test_a_transaction_cannot_read_what_it_has_written(store: playhead.Store) -> None:
    t = store.transaction("k")
    t.strings.set("k", "1")
    with pytest.raises(playhead.InvalidArgument, match="read first"):
        t.strings.get("k")
    t.discard()
    assert store.strings.get("k") is None


def test_transact_counts_exactly_under_threads(store: playhead.Store) -> None:
    def count(t: playhead.Transaction) -> None:
        value = int(t.strings.get("n") or 0)
        t.strings.set("n", value + 1)

    def work() -> None:
        for _ in range(25):
            store.transact("n", count, retries=10_000)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.strings.get("n") == b"100"


def test_a_script_runs_on_its_keys(store: playhead.Store) -> None:
    assert store.scripts.eval("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}", ["n"], ["x"]) == [
        b"n",
        b"x",
        1,
    ]


def test_a_subscriber_gets_what_is_published(store: playhead.Store) -> None:
    with store.pubsub.subscribe("news") as subscriber:
        assert store.pubsub.publish("news", "hello") == 1
        message = subscriber.get(timeout=10)
        assert message is not None
        assert (message.channel, message.data) == (b"news", b"hello")


def test_a_blocking_pop_waits_for_another_thread(store: playhead.Store) -> None:
    got = []
    waiter = threading.Thread(target=lambda: got.append(store.lists.blpop("queue", timeout=30)))
    waiter.start()
    store.lists.rpush("queue", "job")
    waiter.join()
    assert got == [[b"queue", b"job"]]


def test_a_blocking_pop_ends_at_its_timeout(store: playhead.Store) -> None:
    assert store.lists.blpop("queue", timeout=0.01) is None


def test_numbered_databases_are_apart(store: playhead.Store) -> None:
    store.database(1).strings.set("k", "one")
    assert store.strings.get("k") is None
    assert store.database(1).strings.get("k") == b"one"
    store.database(1).keys.delete("k")


def test_any_command_runs_by_name(store: playhead.Store) -> None:
    assert store.execute("SET", "k", 1) is True
    assert store.execute("INCRBY", "k", 4) == 5


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda s: s.strings.get(), TypeError),
        (lambda s: s.strings.get(None), TypeError),
        (lambda s: s.strings.get("a", "b"), TypeError),
        (lambda s: s.strings.set("a", "b", color="red"), TypeError),
        (lambda s: s.strings.incrby("a", "one"), TypeError),
        (lambda s: s.strings.incrby("a", 2**70), OverflowError),
        (lambda s: s.zsets.zadd("z", {"m": float("nan")}), playhead.CommandError),
        (lambda s: s.keys.delete(), ValueError),
        (lambda s: s.strings.set("a", True), TypeError),
        (lambda s: s.execute("NOSUCH"), playhead.CommandError),
        (lambda s: s.database(99), playhead.CommandError),
    ],
)
def test_bad_arguments_raise_clear_errors(
    store: playhead.Store, call: Callable[[playhead.Store], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        call(store)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "memory",
        "nosuch://x",
        "memory://a/b",
        "memory://?maxmemory=x",
        "redis://h:99999/",
        "rocksdb://relative",
        "memory://?x=1",
    ],
)
def test_a_url_without_sense_is_refused(url: str) -> None:
    with pytest.raises(playhead.InvalidArgument):
        playhead.open(url)


def test_a_named_memory_store_is_shared_in_the_process() -> None:
    with playhead.open("memory://shared-by-name") as one:
        two = playhead.open("memory://shared-by-name")
        one.strings.set("k", "v")
        assert two.strings.get("k") == b"v"


def test_a_private_memory_store_is_private() -> None:
    with playhead.open("memory://") as one, playhead.open("memory://") as two:
        one.strings.set("k", "v")
        assert two.strings.get("k") is None


def test_a_closed_store_says_so(store: playhead.Store) -> None:
    store.close()
    with pytest.raises(playhead.Closed):
        store.strings.get("k")


def test_time_travels_with_a_manual_clock(clock: playhead.ManualClock) -> None:
    with playhead.open("memory://", clock=clock) as store:
        store.strings.set("k", "v", px=1000)
        clock.advance(1001)
        assert store.strings.get("k") is None


def test_threads_that_wait_for_each_others_keys_let_python_go_on() -> None:
    # Scripts run without the GIL and hold their key; the other calls keep the GIL until they must wait.
    store = playhead.open("memory://")
    count = "for i = 1, 2000 do redis.call('INCR', KEYS[1]) end"
    threads = [threading.Thread(target=store.scripts.eval, args=(count, ["k"])) for _ in range(4)]
    for thread in threads:
        thread.start()
    own = 0
    while any(thread.is_alive() for thread in threads):
        store.strings.incr("k")
        own += 1
    assert int(store.strings.get("k") or 0) == 8000 + own


def test_a_text_that_was_returned_is_not_changed_by_the_next_call() -> None:
    store = playhead.open("memory://")
    long, longer = b"a" * 100, b"b" * 10_000
    store.strings.set("long", long)
    store.strings.set("longer", longer)
    first, second = store.strings.get("long"), store.strings.get("longer")
    assert (first, second, store.strings.get("missing")) == (long, longer, None)
    assert store.strings.get("long") == long
