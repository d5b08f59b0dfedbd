"""Sessions, statistics and the slow log."""

import asyncio
import contextlib
import gc
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any, assert_type

import pytest

import playhead
import playhead.aio
from parking import until_parked, until_parked_aio

COUNTED = "statistics=1&slowlog_us=0"


@pytest.fixture
def counted(store_url: str) -> Iterator[playhead.Store]:
    with playhead.open(f"{store_url}?{COUNTED}") as opened:
        yield opened


def until_nobody_subscribes(store: playhead.Store) -> None:
    """A Redis server hears of it a little later."""
    while store.pubsub.channels():
        time.sleep(0.001)


# ---- commands


def test_a_transaction_is_queued_and_run(store: playhead.Store) -> None:
    session = store.session()
    assert session.execute("MULTI") is True
    assert session.in_transaction
    assert session.execute("INCR", "n") == b"QUEUED"
    assert session.execute("LPUSH", "n", "x") == b"QUEUED"
    first, second = session.execute("EXEC")
    assert first == 1
    assert isinstance(second, playhead.CommandError)
    assert "WRONGTYPE" in str(second)
    assert not session.in_transaction


def test_a_discarded_transaction_changes_nothing(store: playhead.Store) -> None:
    session = store.session()
    session.execute("MULTI")
    session.execute("SET", "k", "v")
    assert session.execute("DISCARD") is True
    assert store.strings.get("k") is None


def test_a_watched_key_that_changes_stops_a_transaction(store: playhead.Store) -> None:
    session = store.session()
    session.execute("WATCH", "k")
    store.strings.set("k", "other")
    session.execute("MULTI")
    session.execute("SET", "k", "mine")
    assert session.execute("EXEC") is None
    assert store.strings.get("k") == b"other"


def test_writes_that_change_nothing_do_not_stop_a_transaction(store: playhead.Store) -> None:
    session = store.session()
    session.execute("WATCH", "missing")
    store.keys.delete("missing")
    session.execute("MULTI")
    session.execute("PING")
    assert session.execute("EXEC") == [b"PONG"]


def test_a_refusal_is_raised_and_the_session_goes_on(store: playhead.Store) -> None:
    session = store.session()
    with pytest.raises(playhead.CommandError, match="unknown command 'NOPE'"):
        session.execute("NOPE")
    with pytest.raises(TypeError, match="execute needs a command"):
        session.execute()
    with pytest.raises(TypeError):
        session.execute("GET", None)  # type: ignore[arg-type]
    assert session.execute("PING") == b"PONG"


def test_replies_are_text_if_the_store_decodes(store_url: str) -> None:
    with playhead.open(store_url, decode_responses=True) as store:
        assert store.session().execute("ECHO", "hello") == "hello"


def test_a_session_starts_in_the_database_of_its_store(store: playhead.Store) -> None:
    session = store.database(3).session()
    assert session.db == 3
    session.execute("SELECT", 5)
    assert session.db == 5
    session.execute("SET", "k", "v")
    assert store.database(5).strings.get("k") == b"v"
    assert store.db == 0


def test_hello_chooses_the_protocol(store: playhead.Store) -> None:
    session = store.session()
    assert session.protocol == 2
    assert session.execute("HELLO", 3)[b"proto"] == 3
    assert session.protocol == 3


def test_a_batch_has_no_sessions(store: playhead.Store) -> None:
    with pytest.raises(playhead.InvalidArgument, match="batch"):
        playhead.Session(store.batch()._target)


# ---- subscriptions


def test_messages_of_subscriptions_arrive(store: playhead.Store) -> None:
    with store.session() as session:
        assert session.execute("SUBSCRIBE", "c") is None
        assert session.execute("PSUBSCRIBE", "*") is None
        assert session.message(1) == ("subscribe", None, b"c", b"", 1)
        assert session.message(1) == ("psubscribe", None, b"*", b"", 2)
        assert store.pubsub.publish("c", "hello") == 2
        arrived = {session.message(1), session.message(1)}
        assert arrived == {
            ("message", None, b"c", b"hello", 0),
            ("pmessage", b"*", b"c", b"hello", 0),
        }
        assert session.message(0) is None
        assert session.subscriptions == 2
        with pytest.raises(playhead.CommandError, match="only"):
            session.execute("GET", "k")
    until_nobody_subscribes(store)


def test_messages_that_nobody_asks_for_are_dropped(store: playhead.Store) -> None:
    session = store.session(limit=2)
    session.execute("SUBSCRIBE", "a", "b", "c")
    for channel in (b"b", b"c"):
        message = session.message(1)
        assert message is not None
        assert message.channel == channel
    assert session.dropped == 1
    with pytest.raises(playhead.InvalidArgument, match="at least one"):
        store.session(limit=0)


# ---- waiting


def test_a_blocking_command_waits_until_it_is_served(store: playhead.Store) -> None:
    session = store.session()
    pusher = threading.Thread(target=until_parked, args=(store, "l"))
    pusher.start()
    assert session.execute("BLPOP", "l", 60) == [b"l", b"probe"]
    pusher.join()
    assert session.execute("BLPOP", "l", 0.01) is None


def wait_in(session: playhead.Session, key: str) -> Any:
    """BLPOP in a session that another thread sends PING in until that is refused."""
    while True:
        with contextlib.suppress(playhead.InvalidArgument):  # a PING is under way
            return session.execute("BLPOP", key, 60)


def ping_until_refused(session: playhead.Session) -> None:
    while True:
        try:
            session.execute("PING")
        except playhead.InvalidArgument:
            return
        time.sleep(0.001)  # the other thread's turn


def test_a_session_that_waits_refuses_other_threads(store: playhead.Store) -> None:
    session = store.session()
    replies: list[Any] = []
    waiter = threading.Thread(target=lambda: replies.append(wait_in(session, "l")))
    waiter.start()
    ping_until_refused(session)
    with pytest.raises(playhead.InvalidArgument, match="closed when"):
        session.close()
    until_parked(store, "l")
    waiter.join()
    assert replies == [[b"l", b"probe"]]
    session.close()


def test_ctrl_c_ends_the_waiting_and_the_session_goes_on(store: playhead.Store) -> None:
    session = store.session()

    def interrupt() -> None:
        ping_until_refused(session)
        signal.raise_signal(signal.SIGINT)

    other = threading.Thread(target=interrupt)
    other.start()
    with pytest.raises(KeyboardInterrupt):
        wait_in(session, "never")
    other.join()
    store.lists.rpush("never", "x")
    assert session.execute("LPOP", "never") == b"x"


# ---- the end


@pytest.mark.parametrize("end", ["close", "QUIT"])
def test_a_session_that_was_closed_says_so(store: playhead.Store, end: str) -> None:
    session = store.session()
    session.execute("SUBSCRIBE", "c")
    session.close() if end == "close" else session.execute("QUIT")
    session.close()
    with pytest.raises(playhead.InvalidArgument, match="was closed"):
        session.execute("PING")
    until_nobody_subscribes(store)


def test_a_session_of_a_closed_store_says_so(store: playhead.Store) -> None:
    session = store.session()
    session.execute("SET", "k", "v")
    store.close()
    with pytest.raises(playhead.Closed):
        session.execute("GET", "k")
    with pytest.raises(playhead.Closed):
        session.execute("GET", "k")
    session.close()


def test_a_session_outlives_the_store_object(store_url: str) -> None:
    session = playhead.open(store_url).session()
    gc.collect()
    assert session.execute("SET", "k", "v") is True
    assert session.execute("GET", "k") == b"v"


# ---- statistics


def test_statistics_count_calls_errors_and_hits(counted: playhead.Store) -> None:
    counted.strings.set("k", "v")
    counted.strings.get("k")
    counted.strings.get("none")
    with pytest.raises(playhead.CommandError):
        counted.lists.lpush("k", "x")
    session = counted.session()
    with pytest.raises(playhead.CommandError):
        session.execute("GET")
    s = assert_type(counted.statistics(), playhead.Statistics)
    assert s.calls == 4
    assert (s.hits, s.misses) == (1, 1)
    assert s.commands["get"].calls == 2
    assert s.commands["get"].rejected == 1
    assert 0 < s.commands["get"].p50_us <= s.commands["get"].p999_us
    assert s.commands["lpush"].failed == 1
    assert s.errors == {"WRONGTYPE": 1, "ERR": 1}
    assert (s.sessions, s.sessions_begun) == (1, 1)
    session.close()
    assert counted.statistics().sessions == 0


def test_the_slow_log_keeps_calls_with_their_arguments(counted: playhead.Store) -> None:
    counted.strings.set("k", "v")
    counted.strings.get("k")
    newest, oldest = counted.slowlog()
    assert newest.arguments == [b"get", b"k"]
    assert oldest.arguments == [b"set", b"k", b"v"]
    assert (oldest.id, newest.id) == (0, 1)
    assert counted.slowlog(1) == [newest]
    assert counted.slowlog(0) == []
    with pytest.raises(playhead.InvalidArgument):
        counted.slowlog(-1)


def test_a_store_without_statistics_says_so(store: playhead.Store) -> None:
    with pytest.raises(playhead.Unsupported, match="without statistics"):
        store.statistics()
    with pytest.raises(playhead.Unsupported, match="statistics=1"):
        store.slowlog()


# ---- asyncio


async def test_a_session_of_coroutines_performs_one_command_after_the_other(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store, await store.session() as session:
        assert await session.execute("SELECT", 2) is True
        assert session.db == 2
        replies = await asyncio.gather(*(session.execute("INCR", "n") for _ in range(20)))
        assert replies == list(range(1, 21))
        await session.execute("MULTI")
        await session.execute("INCR", "n")
        assert session.in_transaction
        assert await session.execute("EXEC") == [21]
        with pytest.raises(playhead.CommandError, match="NOPE"):
            await session.execute("NOPE")


async def test_a_session_of_coroutines_waits_and_is_cancelled(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store, await store.session() as session:
        waiter = asyncio.create_task(session.execute("BLPOP", "l", 60))
        await until_parked_aio(store, "l")
        assert await waiter == [b"l", b"probe"]
        assert await session.execute("BLPOP", "l", 0.01) is None
        for _ in range(20):
            waiter = asyncio.create_task(session.execute("BLPOP", "l", 60))
            await until_parked_aio(store, "l")
            waiter.cancel()  # it has been served, or is about to be
            try:
                assert await waiter == [b"l", b"probe"]
            except asyncio.CancelledError:
                assert await session.execute("LPOP", "l") == b"probe"
        assert await store.lists.llen("l") == 0


async def test_a_command_that_timed_out_is_over_when_its_coroutine_is(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store, await store.session() as session:
        for _ in range(50):
            assert await session.execute("BLPOP", "l", 0.001) is None
            assert await session.execute("PING") == b"PONG"


async def test_a_session_of_coroutines_gets_messages(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store:
        async with await store.session() as session:
            await session.execute("SUBSCRIBE", "c")
            confirmation = await session.message(1)
            assert confirmation is not None
            assert (confirmation.kind, confirmation.count) == ("subscribe", 1)
            reader = asyncio.create_task(session.message())
            await asyncio.sleep(0)
            await store.pubsub.publish("c", "hello")
            message = await reader
            assert message is not None
            assert message.data == b"hello"
            assert await session.message(0.01) is None
        until_nobody_subscribes(store.sync)
        with pytest.raises(playhead.InvalidArgument, match="was closed"):
            await session.execute("PING")


async def test_statistics_of_a_store_of_coroutines(store_url: str) -> None:
    async with await playhead.aio.open(f"{store_url}?{COUNTED}") as store:
        await store.strings.set("k", "v")
        assert store.statistics().commands["set"].calls == 1
        assert store.slowlog(1)[0].arguments == [b"set", b"k", b"v"]
